/** Between instants and the `datetime-local` field of a browser, in the browser's own zone. */
export const localInput = (at: number): string => new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString().slice(0, 16)

/** ISO instant, or null when the field is empty or unreadable. */
export function readLocalInput(value: string): string | null {
  const at = new Date(value).getTime()
  return value === '' || Number.isNaN(at) ? null : new Date(at).toISOString()
}
