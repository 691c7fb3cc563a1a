import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDesk, type TestDesk } from '../../test/harness.ts'
import { type Staffed, type TestPerson, staffed } from '../../test/people.ts'
import type { TaskView } from './tasks.ts'

let desk: TestDesk
let people: Staffed
let id: string
let holder: TestPerson
let colleague: TestPerson
beforeAll(async () => {
  desk = await openDesk()
  people = await staffed(desk)
  holder = people.agents[0]!
  colleague = people.agents[1]!
  const { body } = await desk.call<{ id: string }>('POST', '/api/requests', {
    token: people.intake.token, body: { subject: '移機申請', text: '下週三搬家，請協助移機', channel: 'api', customer: { name: '陳美玲', email: 'chen@example.com' } },
  })
  id = body.id
  await desk.call('PUT', `/api/requests/${id}/holder`, { token: holder.token })
})
afterAll(() => desk.close())

const at = <T = TaskView>(method: string, path: string, body?: unknown, token = holder.token) => desk.call<T>(method, `/api/requests/${id}${path}`, { token, body })

test('4.2-b a task names its owner, who is told, and a request with an open task is not handed in', async () => {
  const { status, body: task } = await at('POST', '/tasks', { title: '預約施工', ownerId: colleague.id, dueAt: '2026-03-04T10:00:00.000Z' })
  expect(status).toBe(201)
  expect(task).toMatchObject({ title: '預約施工', owner: { id: colleague.id, name: colleague.name }, dueAt: '2026-03-04T10:00:00.000Z', doneAt: null })
  expect((await desk.call('GET', '/api/notices', { token: colleague.token })).body).toMatchObject({ rows: [{ kind: 'task', requestId: id }] })
  expect((await at('PUT', '/submission', { result: '已完成移機' })).body).toMatchObject({ fault: { code: 'requests.tasks-open' } })

  expect((await at('PATCH', `/tasks/${task.id}`, { isDone: true, version: task.version }, colleague.token)).body).toMatchObject({ doneAt: desk.clock.now().toISOString() })
  expect((await at('PUT', '/submission', { result: '已完成移機' })).status).toBe(200)
  const events = await at<{ rows: { type: string }[] }>('GET', '/events')
  expect(events.body.rows.map((event) => event.type)).toEqual(expect.arrayContaining(['request.task-added', 'request.task-done', 'request.submitted']))
})

test('of two who change a task at once, the second is told', async () => {
  const { body: task } = await at('POST', '/tasks', { title: '回電確認' })
  expect((await at('PATCH', `/tasks/${task.id}`, { title: '回電確認時間', version: task.version })).status).toBe(200)
  expect(await at('PATCH', `/tasks/${task.id}`, { title: '傳簡訊', version: task.version })).toMatchObject({ status: 409, body: { fault: { code: 'requests.changed-meanwhile' } } })
})
