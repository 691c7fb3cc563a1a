/**
 * The backstop behind every condition of visibility: what is read for somebody who does not see everything runs under a
 * role that owns nothing and is bound by the tables' own policies (docs/decisions/027). Who asks is said in settings of
 * the transaction; a policy that finds none of them shows nothing.
 */
import { createHash } from 'node:crypto'
import { type Db, openPool, type Pool } from './index.ts'

export const VIEWER = 'loopdesk_viewer'

/** Rows of `table` (`schema.name`) are shown to the viewer when `shows`, an expression, holds. */
export interface Policy {
  table: string
  shows: string
  /** What the expression calls. */
  functions?: readonly string[]
}

/** Who asks, as the settings say it; as expressions of which a statement works each out once. */
export const asking = {
  me: "(select nullif(current_setting('loopdesk.me', true), '')::uuid)",
  program: "(select nullif(current_setting('loopdesk.program', true), '')::uuid)",
  teams: "(select nullif(current_setting('loopdesk.teams', true), '')::uuid[])",
  regions: "(select nullif(current_setting('loopdesk.regions', true), '')::text[])",
} as const

const KEY = 'platform.policies'

/**
 * Makes the role where this user may, lets this user become it, and sets the policies where they differ from what stands.
 * Without the role nothing is touched: `findBackstop` says what is missing.
 */
export async function raiseBackstop(db: Db, schemas: readonly string[], given: readonly Policy[], isChanged: boolean): Promise<void> {
  // Databases of one server share the role, and another may be making it at this moment.
  await db.unsafe(`do $$ begin
    if not exists (select from pg_roles where rolname = '${VIEWER}') then
      create role ${VIEWER} nologin nosuperuser nocreatedb nocreaterole noreplication nobypassrls;
    end if;
    if not pg_has_role(current_user, '${VIEWER}', 'set') then
      execute format('grant ${VIEWER} to %I with inherit false, set true', current_user);
    end if;
  exception when others then null; end $$`)
  if (await missingOf(db) !== null) return
  const statements = given.flatMap(({ table, shows, functions = [] }) => [
    ...functions,
    `drop policy if exists everyone on ${table}`, `drop policy if exists viewer on ${table}`,
    // A role that is not the owner keeps what its grants give it; the viewer needs both to hold.
    `create policy everyone on ${table} to public using (true) with check (true)`,
    `create policy viewer on ${table} as restrictive to ${VIEWER} using (${shows})`,
    `alter table ${table} enable row level security`,
  ])
  const hash = createHash('sha256').update(statements.join('\n')).digest('hex')
  const [known] = await db<{ hash: string }[]>`select value->>'hash' as hash from platform.setting where key = ${KEY}`
  if (known?.hash === hash && !isChanged) return
  const there = await db<{ name: string }[]>`select nspname as name from pg_namespace where nspname = any(${schemas as string[]})`
  for (const { name: schema } of there) await db.unsafe(`grant usage on schema ${schema} to ${VIEWER}; grant select on all tables in schema ${schema} to ${VIEWER}`)
  for (const statement of statements) await db.unsafe(statement)
  await db`insert into platform.setting (key, value, at) values (${KEY}, ${db.json({ hash })}, now()) on conflict (key) do update set value = excluded.value, at = excluded.at`
}

/** role: there is none · might: it could step around policies · set: this user may not become it · policies: none stand */
export type Missing = 'role' | 'might' | 'set' | 'policies'

async function missingOf(db: Db): Promise<Exclude<Missing, 'policies'> | null> {
  const [role] = await db<{ isMighty: boolean; maySet: boolean }[]>`
    select rolsuper or rolbypassrls or rolcanlogin or rolcreaterole or exists (select from pg_auth_members m where m.member = v.oid) or exists (select from pg_class c where c.relowner = v.oid) as is_mighty,
      pg_has_role(current_user, v.oid, 'set') as may_set from pg_roles v where rolname = ${VIEWER}`
  return !role ? 'role' : role.isMighty ? 'might' : role.maySet ? null : 'set'
}

export interface Backstop { missing: Missing | null; tables: string[] }

/** Whether the backstop stands, as the database tells it, and on which tables. */
export async function findBackstop(db: Db): Promise<Backstop> {
  const rows = await db<{ name: string }[]>`
    select p.schemaname || '.' || p.tablename as name from pg_policies p join pg_class c on c.oid = format('%I.%I', p.schemaname, p.tablename)::regclass
    where p.policyname = 'viewer' and p.permissive = 'RESTRICTIVE' and p.roles = array[${VIEWER}]::name[] and p.cmd = 'ALL' and c.relrowsecurity order by 1`
  return { missing: await missingOf(db) ?? (rows.length ? null : 'policies'), tables: rows.map((row) => row.name) }
}

/** A pool whose every connection is the viewer from its first word on; null while the backstop does not stand. */
export async function openViewer(pool: Pool, url: string, max: number): Promise<{ viewer: Pool | null; missing: Missing | null }> {
  const { missing } = await findBackstop(pool)
  return { missing, viewer: missing === null ? openPool(url, { max, name: 'loopdesk-viewer', parameters: { role: VIEWER } }) : null }
}
