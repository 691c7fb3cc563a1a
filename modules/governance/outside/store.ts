/** SQL of what stands outside: the records, the connections there are, and who has been counted. */
import type { Ctx } from '../../../platform/context.ts'
import { hostOfUrl, plainHost, type Way } from '../../../platform/outside.ts'
import { defaultCalendar, namesOfPeople } from '../../staff/index.ts'
import type { Abroad, Connection, Outside, OutsideRules, Processor } from './contract.ts'
import { isAbroad, lackOf, stepOf, usualRules } from './rules.ts'
import { readSetting, writeSetting } from '../../../platform/setting.ts'

type Reader = Pick<Ctx, 'db'>
const KEY = 'governance.outside'
export const readRules = async (ctx: Reader): Promise<OutsideRules> => ({ ...usualRules, ...await readSetting<OutsideRules>(ctx, KEY) })
export const writeRules = (ctx: Ctx, rules: OutsideRules) => writeSetting(ctx, KEY, rules)

export interface StoredProcessor extends Omit<Processor, 'isAbroad' | 'approvedBy' | 'changedBy' | 'isMine'> { approvedById: string | null; changedById: string | null }
export const processorColumns = ({ db }: Reader) => db`id, host, name, role, purpose, contract, until_on::text, contact, country, is_sensitive, basis, coalesce(basis_words, '') as basis_words, basis_until_on::text, approved_at, approved_by_id, changed_at, changed_by_id, version`
export const selectProcessors = ({ db }: Reader, host: string | null = null) => db<StoredProcessor[]>`
  select ${processorColumns({ db })} from governance.processor where ${host === null ? db`true` : db`host = ${host}`} order by host limit 1000`

/** Today as the house has it: the date of its standard calendar. */
export async function todayOf(ctx: Ctx): Promise<string> {
  return new Intl.DateTimeFormat('en-CA', { timeZone: (await defaultCalendar(ctx)).hours.zone }).format(ctx.now)
}

export interface Place { way: Way; host: string; name: string }
/** Where this installation goes out to now, by the settings of the other rooms. */
export async function placesOf({ db }: Reader): Promise<Place[]> {
  const [boxes, hooks, providers] = await Promise.all([
    db<{ name: string; imap: { host: string } | null; smtp: { host: string } | null }[]>`select address as name, imap, smtp from channels.mailbox where is_active order by created_at`,
    db<{ url: string }[]>`select url from channels.webhook where is_active order by created_at`,
    db<{ name: string; kind: string; settings: { issuer?: string; url?: string; signOnUrl?: string } }[]>`select name, kind, settings from staff.identity_provider where disabled_at is null order by name`,
  ])
  const places: Place[] = [
    ...boxes.flatMap(({ name, imap, smtp }): Place[] => [...(imap ? [{ way: 'mail-in' as const, host: imap.host, name }] : []), ...(smtp ? [{ way: 'mail-out' as const, host: smtp.host, name }] : [])]),
    ...hooks.map(({ url }): Place => ({ way: 'webhook', host: hostOfUrl(url), name: url })),
    ...providers.map(({ name, kind, settings }): Place => ({ way: kind === 'ldap' ? 'directory' : 'sign-in', host: hostOfUrl(settings.issuer ?? settings.url ?? settings.signOnUrl ?? ''), name })),
  ]
  return places.map((place) => ({ ...place, host: plainHost(place.host) }))
}

export async function assessmentOf({ db }: Reader, host: string): Promise<number | null> {
  const [row] = await db<{ number: number }[]>`select number from governance.assessment where verdict = 'approved' and hosts @> array[${host}] order by number desc limit 1`
  return row?.number ?? null
}

export async function viewOutside(ctx: Ctx): Promise<Outside> {
  const { db } = ctx
  const [rules, processors, places, today, blocks, approved] = await Promise.all([
    readRules(ctx), selectProcessors(ctx), placesOf(ctx), todayOf(ctx),
    db<{ host: string; way: string; count: number; lastAt: string }[]>`select host, way, count, last_at from governance.outside_block`,
    db<{ host: string; number: number }[]>`select h as host, max(number) as number from governance.assessment, unnest(hosts) h where verdict = 'approved' group by h`,
  ])
  const nameOf = await namesOfPeople(ctx, processors.flatMap((row) => [row.approvedById, row.changedById]))
  const behind = new Map(processors.map((row) => [row.host, row]))
  const connections = places.map((place): Connection => {
    const block = blocks.find((one) => one.host === place.host && one.way === place.way)
    return { ...place, lacks: lackOf(rules, behind.get(place.host), today), assessment: approved.find((one) => one.host === place.host)?.number ?? null, blocked: block?.count ?? 0, blockedAt: block?.lastAt ?? null }
  })
  return {
    connections, rules, abroad: await abroadOf(ctx, Number(today.slice(0, 4))),
    processors: processors.map(({ approvedById, changedById, ...row }) => ({ ...row, isAbroad: isAbroad(rules, row.country), approvedBy: nameOf(approvedById), changedBy: nameOf(changedById), isMine: changedById !== null && changedById === ctx.actor.id })),
  }
}

export async function abroadOf({ db }: Reader, year: number): Promise<Abroad> {
  const [row] = await db<{ persons: number; sensitive: number }[]>`select persons, sensitive from governance.abroad_count where year = ${year}`
  const sums = row ?? { persons: 0, sensitive: 0 }
  return { year, ...sums, step: stepOf(sums) }
}

/** A person counts once a year; with sensitive data once more as such. */
export async function countAbroad(ctx: Ctx, customerIds: readonly string[], isSensitive: boolean): Promise<void> {
  if (!customerIds.length) return
  const year = Number((await todayOf(ctx)).slice(0, 4))
  // Locked in one order, so that two who count the same people wait for each other and don't block each other.
  await ctx.db`
    with wanted as (select distinct id from unnest(${customerIds as string[]}::uuid[]) id),
    counted as (
      insert into governance.sent_abroad as s (year, customer_id, is_sensitive, first_at) select ${year}, id, ${isSensitive}, ${ctx.now} from wanted order by id
      on conflict (year, customer_id) do update set is_sensitive = true where excluded.is_sensitive and not s.is_sensitive returning xmax = 0 as is_new, is_sensitive),
    sums as (select count(*) filter (where is_new)::int as persons, count(*) filter (where is_sensitive)::int as sensitive from counted)
    insert into governance.abroad_count as c (year, persons, sensitive) select ${year}, persons, sensitive from sums where persons > 0 or sensitive > 0
    on conflict (year) do update set persons = c.persons + excluded.persons, sensitive = c.sensitive + excluded.sensitive`
}
