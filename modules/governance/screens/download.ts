import { proveAgain } from '../../../apps/console/api.ts'

/** Fetches a file by POST and hands it to the person; throws when the server refuses or the line breaks. */
export async function download(path: string, usualName: string, body: unknown, isProven = false): Promise<void> {
  const response = await fetch(path, { method: 'POST', credentials: 'same-origin', ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }) })
  if (response.status === 403 && !isProven) {
    const { fault } = await response.json() as { fault?: { code: string } }
    if (fault?.code === 'access.prove-again' && (await proveAgain())) return download(path, usualName, body, true)
  }
  if (!response.ok) throw new Error(String(response.status))
  const url = URL.createObjectURL(await response.blob())
  const link = document.createElement('a')
  link.href = url
  link.download = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1] ?? usualName
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
