/**
 * A connection whose other end has gone without a word (a firewall that forgot it, a host that lost power) looks like
 * one that has nothing to say, and postgres.js would wait on it for ever. Every statement is answered within the
 * server's own limit, so a socket that brings nothing for longer is idle or dead, and is made anew either way.
 */
import { Socket } from 'node:net'

const LOOKS = 8

interface Place { host: string[]; port: number[]; onnotify?: unknown }

/** For the `socket` option of postgres.js; connections it listens on are left alone. */
export function watchedSocket(silentMs: number): (place: Place) => Socket {
  let turn = 0
  return ({ host, port, onnotify }) => {
    const nr = turn++ % port.length
    const socket = Object.assign(new Socket(), { host: host[nr], port: port[nr] })
    socket.connect(port[nr]!, host[nr]!)
    if (onnotify === undefined) watch(socket, silentMs)
    return socket
  }
}

function watch(socket: Socket, silentMs: number): void {
  let read = 0
  let heardAt = performance.now()
  const timer = setInterval(() => {
    if (socket.destroyed) { clearInterval(timer); return }
    if (socket.bytesRead !== read) { read = socket.bytesRead; heardAt = performance.now() }
    // Without an error: that is how postgres.js tells an end from a refusal, and waits less before it connects again.
    else if (performance.now() - heardAt >= silentMs) socket.destroy()
  }, silentMs / LOOKS).unref()
}
