/** Two teams, a person or program of every role, and requests that are their own, of their team (or region), of others. */
import { acceptRequest, addAttachment, addTask, writeMessage } from '../../modules/requests/index.ts'
import { addMember, createPerson, createRole, createTeam, createToken, listRoles } from '../../modules/staff/index.ts'
import type { Actor, Scope } from '../../platform/access/index.ts'
import { run } from '../../platform/context.ts'
import type { TestDesk } from '../harness.ts'
import { staffed } from '../people.ts'

export const relations = ['own', 'team', 'other'] as const
export type Relation = (typeof relations)[number]
export interface Player { role: string; id: string; token: string; kind: 'agent' | 'client'; scope: Scope; permissions: ReadonlySet<string> }
/** A request with everything that hangs on it, and words that stand nowhere else. */
export interface Thing { id: string; subject: string; email: string; customerId: string; identityId: string; messageId: string; taskId: string; fileId: string; teamId: string; holderId: string }
export interface World { players: Player[]; make: (player: Player, relation: Relation) => Promise<Thing>; teams: Record<'near' | 'far', string> }

/** Roles of a company's own making, as far as they show what no built-in role shows. */
const CUSTOM: { key: string; scope: Scope; permissions: string[] }[] = [
  { key: 'own-desk', scope: 'own', permissions: ['customers.read', 'quality.read', 'requests.read', 'requests.work', 'staff.read'] },
  { key: 'region-desk', scope: 'region', permissions: ['customers.read', 'quality.read', 'requests.read', 'requests.work', 'staff.read'] },
]
/** Where people of scope `region` are at home, and where they are not. */
const [HERE, ELSEWHERE] = ['TW-N', 'TW-S']
/** Held by programs, never by people. */
const PROGRAMS = new Set(['intake'])

export async function createWorld(desk: TestDesk): Promise<World> {
  await staffed(desk)
  const { players, teams, colleagues, programs } = await run(desk.app, {}, async (ctx) => {
    for (const { key, scope, permissions } of CUSTOM) await createRole(ctx, { key, name: key, scope, permissions })
    const near = (await createTeam(ctx, { name: 'near' })).id
    const far = (await createTeam(ctx, { name: 'far' })).id
    const agent = async (name: string, role: string, teamId: string) => {
      const { id } = await createPerson(ctx, { name, login: `${name}@matrix.example`, role, regions: [HERE] })
      await addMember(ctx, teamId, id)
      return id
    }
    const players: Player[] = []
    for (const role of await listRoles(ctx)) {
      const isProgram = PROGRAMS.has(role.key)
      const personId = isProgram ? undefined : await agent(role.key, role.key, near)
      const { token, holderId } = await createToken(ctx, { name: role.key, ...(personId ? { personId } : { role: role.key }) })
      players.push({ role: role.key, id: holderId, token, kind: isProgram ? 'client' : 'agent', scope: role.scope, permissions: new Set(role.permissions) })
    }
    const colleagues = { near: await agent('colleague', 'agent', near), far: await agent('stranger', 'agent', far) }
    const { holderId: program } = await createToken(ctx, { name: 'another program', role: 'intake' })
    return { players, teams: { near, far }, colleagues, programs: program }
  })

  let count = 0
  const make = (player: Player, relation: Relation): Promise<Thing> => run(desk.app, {}, async (ctx) => {
    const word = `${player.role}-${relation}-${++count}`
    const [subject, email] = [`subject ${word}`, `${word}@customer.example`]
    // Who goes by region sees what customers of theirs ask of any team, and not what their own team has for others.
    const isFar = player.scope === 'region' ? relation === 'team' : relation === 'other'
    const teamId = isFar ? teams.far : teams.near
    const accepted = await acceptRequest(ctx, { source: 'matrix', key: word, channel: 'email', subject, text: 'text', customer: { name: `customer ${word}`, email, verified: true, channel: 'email' }, teamId })
    const holder = relation === 'own' && player.kind === 'agent' ? player.id : isFar ? colleagues.far : colleagues.near
    const opener = relation === 'own' && player.kind === 'client' ? player.id : programs
    await ctx.db`update requests.request set stage = 'execute', team_id = ${teamId}, holder_id = ${holder}, answerable_id = ${holder}, first_responder_id = ${holder}, opened_by_kind = 'client', opened_by_id = ${opener} where id = ${accepted.id}`
    await ctx.db`update customers.customer set region = ${player.scope === 'region' && relation === 'team' ? HERE : ELSEWHERE} where id = ${accepted.customerId}`
    await ctx.db`delete from requests.assignment where request_id = ${accepted.id}`
    const by: Actor = { kind: 'agent', id: holder, name: 'holder', permissions: new Set(['*']), scope: 'all', teamIds: [] }
    const mine = { ...ctx, actor: by }
    const file = await addAttachment(mine, { name: `${word}.txt`, contentType: 'text/plain', bytes: Buffer.from(word) })
    const messageId = await writeMessage(mine, accepted.id, { kind: 'reply', text: `reply ${word}`, attachmentIds: [file.id] })
    const task = await addTask(mine, accepted.id, { title: `task ${word}` })
    const [identity] = await ctx.db<{ id: string }[]>`select id from customers.identity where customer_id = ${accepted.customerId} limit 1`
    return { id: accepted.id, subject, email, customerId: accepted.customerId, identityId: identity!.id, messageId, taskId: task.id, fileId: file.id, teamId, holderId: holder }
  })
  return { players, make, teams }
}
