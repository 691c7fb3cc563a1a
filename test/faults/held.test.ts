/** A row that somebody else holds for too long, e.g. a process that stands still with a transaction open. */
import { expect, onTestFinished, test } from 'vitest'
import { openDesk } from '../harness.ts'
import { staffed } from '../people.ts'

test('F04 I-11 what can’t be done because of another’s lock is refused with “try again”, not as a failure', async () => {
  const desk = await openDesk()
  onTestFinished(() => desk.close())
  const people = await staffed(desk)
  const { body } = await desk.call<{ id: string }>('POST', '/api/requests', { token: people.intake.token, body: { subject: '寬頻斷線', text: '斷線', customer: { name: '陳美玲', email: 'mei@example.com' } } })
  let letGo: () => void = () => {}
  const held = new Promise<void>((done) => { letGo = done })
  const holder = desk.app.pool.begin(async (db) => { await db`select 1 from requests.request where id = ${body.id} for update`; await held })
  await new Promise((wake) => setTimeout(wake, 100))
  const refused = await desk.call<{ fault: { code: string } }>('PUT', `/api/requests/${body.id}/holder`, { token: people.lead.token })
  expect(refused).toMatchObject({ status: 503, body: { fault: { code: 'platform.busy' } } })
  expect(refused.headers.get('retry-after')).toBe('2')
  letGo()
  await holder
  expect((await desk.call('PUT', `/api/requests/${body.id}/holder`, { token: people.lead.token })).status).toBe(200)
})
