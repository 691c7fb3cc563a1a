/**
 * Four eyes: while the three administrators are separated, whoever grants something proposes it, and another person
 * makes it so. Each kind of proposal is a command that runs when, and only when, it is approved.
 */
import { newId } from '../../lib/id/index.ts'
import { mustMay } from '../../platform/access/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { emit } from '../../platform/events/book.ts'
import { Fault, notFound } from '../../platform/fault.ts'
import { type LinkRow, type ProposalRow, type Proposed, proposals } from './contract.ts'
import { whereOf } from './federation/contract.ts'
import { admitProvider, editProvider, getProvider } from './federation/providers.ts'
import { disablePerson, createPerson, editPerson, getPerson, resetSecondFactor } from './people.ts'
import { isSeparated, unite } from './policy.ts'
import { addDirectory, editDirectory, getDirectory, getDirectoryGroup, handOver, mapGroup, renewDirectory } from './scim/directory.ts'
import * as store from './store/policy.ts'
import { createRole, editRole } from './teams.ts'
import { createToken, invitation, invite } from './tokens.ts'

const LIVES_MS = 7 * 86_400_000

/** What only the person who approves is shown, once. */
export interface Outcome { link?: LinkRow; token?: string }
type Commands = { [K in Proposed['kind']]: (ctx: Ctx, what: Extract<Proposed, { kind: K }>, proposedById: string) => Promise<Outcome> }

const commands: Commands = {
  'add-person': async (ctx, { kind: _, ...person }) => ({ link: await invitation(ctx, (await createPerson(ctx, person)).id) }),
  'change-person': async (ctx, { personId, roleId, login }) => {
    await editPerson(ctx, personId, { ...(roleId ? { roleId } : {}), ...(login ? { login } : {}), version: (await getPerson(ctx, personId)).version })
    return {}
  },
  'enable-person': async (ctx, { personId }) => { await disablePerson(ctx, personId, { disabled: false }); return {} },
  'sign-in-link': async (ctx, { personId }) => ({ link: await invite(ctx, personId) }),
  'reset-second-factor': async (ctx, { personId }) => { await resetSecondFactor(ctx, personId); return {} },
  'add-role': async (ctx, { kind: _, ...role }) => { await createRole(ctx, role); return {} },
  'change-role': async (ctx, { roleId, kind: _, ...edit }) => { await editRole(ctx, roleId, edit); return {} },
  'add-token': async (ctx, { kind: _, ...token }) => ({ token: (await createToken(ctx, token)).token }),
  'admit-provider': async (ctx, { providerId, version }) => { await admitProvider(ctx, providerId, version); return {} },
  'change-provider': async (ctx, { kind: _, providerId, ...edit }) => { await editProvider(ctx, providerId, edit, true); return {} },
  'add-directory': async (ctx, { kind: _, ...directory }) => ({ token: (await addDirectory(ctx, directory, true)).token }),
  'change-directory': async (ctx, { kind: _, directoryId, ...edit }) => { await editDirectory(ctx, directoryId, edit, true); return {} },
  'renew-directory': async (ctx, { directoryId, expiresAt }) => ({ token: (await renewDirectory(ctx, directoryId, expiresAt, true)).token }),
  'map-group': async (ctx, { kind: _, groupId, ...mapping }) => { await mapGroup(ctx, groupId, mapping, true); return {} },
  'hand-over': async (ctx, { directoryId, personId }) => { await handOver(ctx, directoryId, personId, true); return {} },
  'unite-administrators': async (ctx, _, proposedById) => { await unite(ctx, proposedById); return {} },
}

export const listProposals = async (ctx: Ctx, isPending: boolean): Promise<ProposalRow[]> => store.selectProposals(ctx, { isPending })

export async function propose(ctx: Ctx, { what, reason }: { what: Proposed; reason: string }): Promise<ProposalRow> {
  // Any two of them may end the separation; everything else is proposed by who looks after access.
  if (what.kind !== 'unite-administrators') mustMay(ctx.actor, 'access.grant')
  if (!(await isSeparated(ctx))) throw new Fault('staff.not-separated', 409)
  const personId = 'personId' in what ? (what.personId ?? null) : null
  if (personId) await getPerson(ctx, personId)
  const id = newId()
  const { kind, ...words } = what
  const payload = { ...words, ...(await aboutOf(ctx, what)) }
  ctx.later(store.insertProposal(ctx, { id, kind, personId, payload, reason, expiresAt: new Date(ctx.now.getTime() + LIVES_MS) }))
  await emit(ctx, 'staff.proposed', { subject: personId, data: { proposal: id, kind, reason } })
  return getProposal(ctx, id)
}

/** For whoever approves: what the ids stand for, as it was when this was proposed. Throws 404. */
async function aboutOf(ctx: Ctx, what: Proposed): Promise<{ about?: Record<string, unknown> }> {
  if ('providerId' in what) {
    const { name, settings, roleId, domains } = await getProvider(ctx, what.providerId)
    return { about: { name, where: whereOf(settings), ...(what.kind === 'admit-provider' ? { roleId, domains } : {}) } }
  }
  if ('directoryId' in what && what.directoryId) return { about: { name: (await getDirectory(ctx, what.directoryId)).name } }
  if (what.kind === 'map-group') return { about: { name: (await getDirectoryGroup(ctx, what.groupId)).displayName } }
  return {}
}

async function getProposal(ctx: Ctx, id: string): Promise<ProposalRow> {
  const row = await store.selectProposal(ctx, id)
  if (!row) throw notFound('staff.proposal')
  return row
}

/**
 * Throws 409 `staff.proposal-decided`, `staff.proposal-expired`; 403 `staff.own-proposal` to who proposed it or would
 * be given something by it. Whoever proposed it may take it back.
 */
export async function decide(ctx: Ctx, id: string, verdict: 'approved' | 'refused'): Promise<{ proposal: ProposalRow } & Outcome> {
  const row = await getProposal(ctx, id)
  if (row.verdict) throw new Fault('staff.proposal-decided', 409)
  if (new Date(row.expiresAt) <= ctx.now) throw new Fault('staff.proposal-expired', 409)
  const isOwn = row.proposedById === ctx.actor.id
  if (verdict === 'approved' && (isOwn || row.personId === ctx.actor.id)) throw new Fault('staff.own-proposal', 403)
  await store.decideProposal(ctx, id, isOwn ? 'withdrawn' : verdict)
  await emit(ctx, verdict === 'approved' ? 'staff.proposal-approved' : 'staff.proposal-refused', { subject: row.personId, data: { proposal: id, kind: row.kind, by: row.proposedById } })
  const outcome = verdict === 'approved' ? await carryOut(ctx, row) : {}
  return { proposal: await getProposal(ctx, id), ...outcome }
}

function carryOut(ctx: Ctx, row: ProposalRow): Promise<Outcome> {
  const { about: _, ...words } = row.payload
  const what = proposals.parse({ ...words, kind: row.kind })
  // The two of them together may what neither may alone; the deed is the approver's in the record, the proposal names the other.
  const both: Ctx = { ...ctx, actor: { ...ctx.actor, permissions: new Set(['*']), scope: 'all' } }
  return (commands[what.kind] as (ctx: Ctx, what: Proposed, proposedById: string) => Promise<Outcome>)(both, what, row.proposedById)
}
