/**
 * What an accepted request costs when nothing is done with it: the same body validated by the same schema, one
 * request row and two event rows in one statement, the same driver. Also answers the bare reads. Own process.
 */
import Fastify from 'fastify'
import { newId } from '../../lib/id/index.ts'
import { NewRequest } from '../../modules/requests/contract.ts'
import { openPool } from '../../platform/database/index.ts'
import { bareReads } from './reads.ts'

const db = openPool(process.env.DATABASE_URL!, { max: 10, name: 'bench-bare' })
await db`create schema if not exists bench`
await db`create table if not exists bench.request (id uuid primary key, subject text not null, body text not null, channel text not null, customer jsonb not null, at timestamptz not null)`
await db`create table if not exists bench.event (seq bigint generated always as identity primary key, id uuid not null, type text not null, subject uuid not null, at timestamptz not null)`

const http = Fastify({ logger: false, routerOptions: { maxParamLength: 10_000 } })
http.get('/readyz', async () => ({ ok: true }))
http.post('/api/requests', async (request, reply) => {
  const body = NewRequest.parse(request.body)
  const id = newId()
  const now = new Date()
  await db`
    with request as (insert into bench.request (id, subject, body, channel, customer, at) values (${id}, ${body.subject}, ${body.text}, ${body.channel}, ${db.json(body.customer as never)}, ${now}))
    insert into bench.event (id, type, subject, at) values (${newId()}, 'accepted', ${id}, ${now}), (${newId()}, 'recognised', ${id}, ${now})`
  return reply.code(201).send({ id })
})
http.get('/bare/:read/:ids', async (request) => {
  const { read, ids } = request.params as { read: keyof typeof bareReads; ids: string }
  return { rows: await bareReads[read](db, ids.split(',')) }
})
await http.listen({ host: process.env.HOST!, port: Number(process.env.PORT) })
process.on('SIGTERM', () => { void http.close().then(() => db.end({ timeout: 1 })).then(() => process.exit(0)) })
