/** What this browser remembers. In a frame storage may be forbidden or wiped: then it lasts as long as the page. */
const memory = new Map<string, string>()

export function kept(key: string): string | null {
  try {
    return localStorage.getItem(key) ?? memory.get(key) ?? null
  } catch {
    return memory.get(key) ?? null
  }
}
/** Null forgets. */
export function keep(key: string, value: string | null): void {
  if (value === null) memory.delete(key)
  else memory.set(key, value)
  try {
    if (value === null) localStorage.removeItem(key)
    else localStorage.setItem(key, value)
  } catch {
    // Full or forbidden: the memory has it.
  }
}
export function keptJson<V>(key: string, otherwise: V): V {
  try {
    return (JSON.parse(kept(key) ?? 'null') as V | null) ?? otherwise
  } catch {
    return otherwise
  }
}

/** 128 random bits in hex: names one thing this browser sends, or the browser itself. */
export const newKey = (): string => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
export function visitorKey(): string {
  const known = kept('loopdesk.visitor')
  if (known && /^[0-9a-f]{32}$/.test(known)) return known
  const made = newKey()
  keep('loopdesk.visitor', made)
  return made
}
