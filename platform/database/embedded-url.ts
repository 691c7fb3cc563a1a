/** Addresses of a PostgreSQL behind a Unix socket. */

/** The form libpq reads too: the folder of the socket, percent-encoded, in the host's place. */
export const socketUrl = (socketDir: string, database = 'loopdesk'): string =>
  `postgres://loopdesk@${encodeURIComponent(socketDir)}/${database}`

/**
 * What postgres.js must be told besides such a URL: `{ host }` with the socket's folder, for it takes an
 * encoded host for a name to resolve. Empty for addresses with a host name.
 */
export function socketHost(url: string): { host?: string } {
  const host = /^postgres(?:ql)?:\/\/(?:[^@/?]*@)?(%2F[^/?:]*)/i.exec(url)?.[1]
  return host ? { host: decodeURIComponent(host) } : {}
}
