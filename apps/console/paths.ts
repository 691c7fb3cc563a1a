/**
 * Every address of the console: `patterns` for the router, `paths` for links. A page that is not here has no address.
 * Values in the query string are the state of the page (`search`), so a view can be sent to a colleague.
 */
export const patterns = {
  start: '/',
  signIn: '/sign-in',
  signInByLink: '/sign-in/link',
  setup: '/setup',
  inbox: '/inbox/$view',
  inboxRequest: '/inbox/$view/$number',
  request: '/requests/$number',
  customers: '/customers',
  customer: '/customers/$id',
  queues: '/queues',
  people: '/people',
  person: '/people/$id',
  teams: '/teams',
  skills: '/skills',
  calendars: '/calendars',
  calendar: '/calendars/$id',
  tokens: '/tokens',
  channels: '/channels',
  services: '/services',
  service: '/services/$id',
  rules: '/rules',
  roles: '/roles',
  account: '/account',
  parts: '/ui',
} as const

export type PageName = keyof typeof patterns
type Params<Pattern extends string> = Pattern extends `${string}$${infer Name}/${infer Rest}`
  ? { [K in Name]: string | number } & Params<`/${Rest}`>
  : Pattern extends `${string}$${infer Name}` ? { [K in Name]: string | number } : unknown
export type Search = Record<string, string | number | boolean | null | undefined>
type PathArgs<Pattern extends string> = unknown extends Params<Pattern> ? [search?: Search] : [params: Params<Pattern>, search?: Search]

function build(pattern: string, params: Record<string, string | number>, search: Search = {}): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(search)) if (value !== undefined && value !== null && value !== '') query.set(name, String(value))
  const text = query.toString()
  return pattern.replace(/\$([a-zA-Z]+)/g, (_, name: string) => encodeURIComponent(String(params[name] ?? ''))) + (text && `?${text}`)
}

/** `paths.request({ number: 20418 })` → `/requests/20418`; `paths.customers({ search: '陳' })` → `/customers?search=%E9%99%B3`. */
export const paths = Object.fromEntries(Object.entries(patterns).map(([name, pattern]) => [
  name, (...args: [Record<string, string | number>?, Search?]) => pattern.includes('$') ? build(pattern, args[0] ?? {}, args[1]) : build(pattern, {}, args[0]),
])) as unknown as { [Name in PageName]: (...args: PathArgs<(typeof patterns)[Name]>) => string }
