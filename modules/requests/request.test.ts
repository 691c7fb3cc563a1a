import fc from 'fast-check'
import { expect, test } from 'vitest'
import { actions, stages } from './contract.ts'
import { allowedActions, type Asker, type Situation, snippet, whyNot } from './request.ts'

const situation = (change: Partial<Situation> = {}): Situation => ({ stage: 'execute', holderId: 'me', waitingFor: null, verification: 'person', submittedBy: null, openTasks: 0, offeredTo: null, humanAskedAt: null, ...change })
const me: Asker = { id: 'me', mayWork: true, mayAssign: false, mayVerify: true }

test.each([
  ['the holder may hand in', {}, 'submit', null],
  ['not while a task is open', { openTasks: 1 }, 'submit', 'requests.tasks-open'],
  ['not somebody else’s', { holderId: 'you' }, 'submit', 'requests.not-yours'],
  ['not before anybody took it', { stage: 'accept', holderId: null }, 'submit', 'requests.take-first'],
  ['nobody verifies their own work', { stage: 'verify', submittedBy: 'me' }, 'verify', 'requests.verify-own-work'],
  ['a second person verifies', { stage: 'verify', submittedBy: 'you' }, 'verify', null],
  ['an offer is accepted by whom it is for', { stage: 'assign', offeredTo: 'me' }, 'accept', null],
  ['and by nobody else', { stage: 'assign', offeredTo: 'you' }, 'accept', 'requests.not-offered-to-you'],
  ['what nobody holds may be answered', { stage: 'accept', holderId: null }, 'reply', null],
  ['what another holds may not', { holderId: 'you' }, 'reply', 'requests.not-yours'],
  ['notes go everywhere', { holderId: 'you', stage: 'verify' }, 'note', null],
  ['a closed request is not worked on', { stage: 'closed' }, 'reply', 'requests.closed'],
  ['but reopened', { stage: 'closed' }, 'reopen', null],
] as const)('4.2-b %s', (_, change, action, reason) => {
  expect(whyNot(situation(change as Partial<Situation>), me, action)).toBe(reason)
})

test('4.2-b who may not work may do nothing to a request, whatever its state', () => {
  const anybody: Asker = { id: 'x', mayWork: false, mayAssign: false, mayVerify: false }
  fc.assert(fc.property(fc.constantFrom(...stages), fc.constantFrom('x', 'y', null), fc.nat(2), (stage, holderId, openTasks) => {
    const allowed = allowedActions(situation({ stage, holderId, openTasks, offeredTo: 'x' }), anybody)
    expect(actions.filter((action) => allowed[action] === null)).toEqual([])
  }))
})

test('4.3-a in every open stage somebody with all rights can move the request on', () => {
  const lead: Asker = { id: 'lead', mayWork: true, mayAssign: true, mayVerify: true }
  const onward = ['take', 'accept', 'assign', 'submit', 'verify', 'close', 'resume'] as const
  fc.assert(fc.property(fc.constantFrom(...stages.filter((stage) => stage !== 'closed')), fc.constantFrom('me', null), fc.nat(2), (stage, holderId, openTasks) => {
    const allowed = allowedActions(situation({ stage, holderId: stage === 'accept' ? null : holderId, openTasks, submittedBy: 'me' }), lead)
    expect(onward.some((action) => allowed[action] === null)).toBe(true)
  }))
})

test('a snippet is one line and never ends in half a character', () => {
  expect(snippet('一\n\n二  三')).toBe('一 二 三')
  fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => { expect(snippet(text).isWellFormed()).toBe(true) }))
})
