/**
 * Every address of the console: `patterns` for the router, `paths` for links. A page that is not here has no address.
 * Values in the query string are the state of the page (`search`), so a view can be sent to a colleague.
 */
export const patterns = {
  start: '/',
  signIn: '/sign-in',
  signInByLink: '/sign-in/link',
  setup: '/setup',
  inbox: '/inbox',
  request: '/requests/$id',
  customers: '/customers',
  lifecycle: '/customers/lifecycle',
  stages: '/customers/stages',
  customer: '/customers/$id',
  queues: '/queues',
  reports: '/reports',
  reportRequests: '/reports/requests',
  qualityIndex: '/reports/quality-index',
  savedReports: '/reports/saved',
  metricAlarms: '/reports/alarms',
  channelEffect: '/reports/channels',
  channelTiers: '/reports/channel-tiers',
  wallboards: '/reports/wallboards',
  wall: '/wall',
  people: '/people',
  person: '/people/$id',
  teams: '/teams',
  skills: '/skills',
  calendars: '/calendars',
  calendar: '/calendars/$id',
  tokens: '/tokens',
  providers: '/sign-in-providers',
  directories: '/directories',
  access: '/access',
  channels: '/channels',
  mails: '/channels/mails',
  services: '/services',
  service: '/services/$id',
  standard: '/services/$id/standard',
  standards: '/standards',
  channelRecords: '/standards/channels',
  channelRecord: '/standards/channels/$id',
  rules: '/rules',
  personRequests: '/governance/person-requests',
  personRequest: '/governance/person-requests/$id',
  breaches: '/governance/breaches',
  breach: '/governance/breaches/$id',
  outside: '/governance/connections',
  assessments: '/governance/assessments',
  personalData: '/governance/personal-data',
  consents: '/governance/consents',
  retention: '/governance/retention',
  exports: '/governance/exports',
  roles: '/roles',
  audit: '/governance/audit',
  alarms: '/governance/alarms',
  notices: '/governance/notices',
  compliance: '/governance/compliance',
  account: '/account',
  demo: '/demo',
  parts: '/ui',
} as const

export type PageName = keyof typeof patterns
type Value = string | number
type Params<Pattern extends string> = Pattern extends `${string}$${infer Name}/${infer Rest}`
  ? { [K in Name]: Value } & Params<`/${Rest}`>
  : Pattern extends `${string}$${infer Name}` ? { [K in Name]: Value } : unknown
export type Search = Record<string, string | number | boolean | null | undefined>
type PathArgs<Pattern extends string> = unknown extends Params<Pattern> ? [search?: Search, more?: Search] : [params: Params<Pattern>, search?: Search]

function build(pattern: string, params: Record<string, Value>, search: Search = {}): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(search)) if (value !== undefined && value !== null && value !== '') query.set(name, String(value))
  const text = query.toString()
  return pattern.replace(/\$([a-zA-Z]+)/g, (_, name: string) => encodeURIComponent(String(params[name] ?? ''))) + (text && `?${text}`)
}

type Paths = { [Name in Exclude<PageName, 'request'>]: (...args: PathArgs<(typeof patterns)[Name]>) => string } & {
  /** A request by its id, or by the number people tell each other. */
  request: (request: { id: Value } | { number: number }, search?: Search) => string
}

const builders = Object.fromEntries(Object.entries(patterns).map(([name, pattern]) => [
  name, (one: Search = {}, two: Search = {}) => pattern.includes('$') ? build(pattern, one as Record<string, Value>, two) : build(pattern, {}, { ...one, ...two }),
]))

/** `paths.person({ id })` → `/people/0198…`; `paths.inbox({ view: 'mine' })` → `/inbox?view=mine`. */
export const paths = {
  ...builders,
  request: (request: { id?: Value; number?: number }, search?: Search) => build(patterns.request, { id: request.id ?? request.number ?? '' }, search),
} as unknown as Paths
