import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDesk, type TestDesk } from '../../test/harness.ts'
import { run } from '../../platform/context.ts'
import { createSetupLink, createToken } from '../staff/index.ts'
import type { Rule, Service } from './contract.ts'

let desk: TestDesk
beforeAll(async () => { desk = await openDesk() })
afterAll(() => desk.close())

test('a desk that starts empty has a service with a standard and rules, and accepts with due times', async () => {
  const open = [{ from: '09:00', to: '18:00' }]
  const token = (await run(desk.app, {}, createSetupLink)).split('#')[1]!
  const answer = await desk.call('POST', '/api/setup', { body: {
    token, locale: 'zh-Hans', zone: 'Asia/Shanghai', start: 'empty', calendar: { name: '工作日', week: { 1: open, 2: open, 3: open, 4: open, 5: open, 6: [], 7: [] }, holidays: 'CN' },
    administrator: { name: '王芳', login: 'fang@example.com', password: 'blue lantern over the canal' },
  } })
  expect(answer.status).toBe(201)
  const cookie = answer.headers.get('set-cookie')!.split(';')[0]!
  expect((await desk.call<{ rows: Service[] }>('GET', '/api/services', { cookie })).body.rows).toMatchObject([{ key: 'general', isDefault: true, standard: { number: 1, content: { steps: [], pausesOn: ['customer'] } } }])
  expect((await desk.call<{ rows: Rule[] }>('GET', '/api/rules', { cookie })).body.rows[0]).toMatchObject({ name: '投诉', outcome: { type: 'complaint', priority: 'urgent' } })
  const { token: client } = await run(desk.app, {}, (ctx) => createToken(ctx, { name: 'shop', role: 'intake' }))
  const accepted = await desk.call('POST', '/api/requests', { token: client, body: { subject: '投诉', text: '重复扣款，要求退款', channel: 'api', customer: { name: '李强', email: 'li@example.com' } } })
  expect(accepted.body).toMatchObject({ stage: 'accept', priority: 'urgent', type: 'complaint', firstResponseDueAt: expect.any(String) })
})
