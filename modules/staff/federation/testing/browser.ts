/** As much of a browser as a sign-in over several sites needs: cookies by origin, redirects by hand, forms. For tests. */
export interface Page { status: number; url: string; text: string; headers: Headers }

export class Browser {
  #jars = new Map<string, Map<string, string>>()
  /** Every address asked, in order. */
  readonly seen: string[] = []

  cookies(url: string): Map<string, string> {
    const { origin } = new URL(url)
    let jar = this.#jars.get(origin)
    if (!jar) this.#jars.set(origin, (jar = new Map()))
    return jar
  }
  cookieHeader(url: string): string { return [...this.cookies(url)].map(([name, value]) => `${name}=${value}`).join('; ') }

  /** One exchange, redirects not followed. */
  async ask(method: string, url: string, { body, type, headers, crossSite = false }: { body?: string; type?: string; headers?: Record<string, string>; crossSite?: boolean } = {}): Promise<Page> {
    this.seen.push(url)
    const cookie = this.cookieHeader(url)
    // What SameSite=Lax means: a form sent from another site takes no cookie along.
    const takesCookies = cookie !== '' && !(crossSite && method === 'POST')
    const response = await fetch(url, { method, redirect: 'manual', body, headers: { ...(takesCookies ? { cookie } : {}), ...(type ? { 'content-type': type } : {}), ...headers } })
    for (const line of response.headers.getSetCookie()) {
      const [pair] = line.split(';')
      const at = pair!.indexOf('=')
      if (/max-age=0|expires=thu, 01 jan 1970/i.test(line) || pair!.slice(at + 1) === '') this.cookies(url).delete(pair!.slice(0, at))
      else this.cookies(url).set(pair!.slice(0, at), pair!.slice(at + 1))
    }
    return { status: response.status, url, text: await response.text(), headers: response.headers }
  }
  /** Follows redirects as long as `goesOn` likes the next address; answers the last page and where it would go. */
  async follow(page: Page, goesOn: (url: string) => boolean = () => true): Promise<Page & { next: string | null }> {
    for (let hop = 0; hop < 15; hop++) {
      const location = page.headers.get('location')
      if (page.status < 300 || page.status > 399 || !location) return { ...page, next: null }
      const next = new URL(location, page.url).href
      if (!goesOn(next)) return { ...page, next }
      page = await this.ask('GET', next)
    }
    throw new Error(`redirected without end: ${this.seen.slice(-5).join(' → ')}`)
  }
  async json<T>(method: string, url: string, body?: unknown): Promise<{ status: number; body: T }> {
    const page = await this.ask(method, url, { ...(body === undefined ? {} : { body: JSON.stringify(body), type: 'application/json' }), headers: { 'sec-fetch-site': 'same-origin' } })
    return { status: page.status, body: (page.text ? JSON.parse(page.text) : {}) as T }
  }
}
