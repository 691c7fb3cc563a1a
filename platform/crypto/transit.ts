/** A HashiCorp Vault's transit engine as keeper of the master keys: their files hold only what it has encrypted. */
import type { Wrapper } from './masters.ts'

/** `key`: name of the transit key. */
export interface Transit { url: string; token: string; key: string }

const MOST_MS = 5_000

export function transitWrapper({ url, token, key }: Transit): Wrapper {
  const ask = async (act: 'encrypt' | 'decrypt', body: Record<string, string>): Promise<Record<string, string>> => {
    const response = await fetch(`${url}/v1/transit/${act}/${encodeURIComponent(key)}`, {
      method: 'POST', headers: { 'x-vault-token': token, 'content-type': 'application/json' }, body: JSON.stringify(body), signal: AbortSignal.timeout(MOST_MS),
    })
    const answer = (await response.json().catch(() => ({}))) as { data?: Record<string, string>; errors?: string[] }
    if (!response.ok || !answer.data) throw new Error(`the Vault does not ${act}: ${answer.errors?.join(', ') || `status ${response.status}`}`)
    return answer.data
  }
  return {
    wrap: async (secret) => (await ask('encrypt', { plaintext: secret.toString('base64') })).ciphertext!,
    unwrap: async (text) => Buffer.from((await ask('decrypt', { ciphertext: text })).plaintext!, 'base64'),
  }
}
