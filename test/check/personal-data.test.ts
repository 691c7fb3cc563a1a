import { expect, test } from 'vitest'
import { type Declaration, technical } from '../../platform/personal-data.ts'
import { columnsOf, undeclared, unfound } from './personal-data.ts'

const name: Declaration = { class: 'personal', purpose: 'identify', basis: 'contract', retention: 'as-customer', source: 'customer', readers: 'work' }
const first = `create table x.person (
  id   uuid primary key,
  -- a comment, with a comma
  name text not null check (name in ('a', 'b')),
  primary key (id, name),
  constraint one unique (name)
);`

test('7.1-a C28 columns are read as the migrations leave them', () => {
  const tables = columnsOf([first, 'alter table x.person add column birthday date, drop column name;', 'alter table x.person rename column birthday to born_on;'])
  expect([...tables.get('x.person')!]).toEqual(['id', 'born_on'])
  expect([...columnsOf([first, 'drop table x.person; create table x.person (name text, id uuid);']).get('x.person')!]).toEqual(['name', 'id'])
  expect(columnsOf([first, 'drop table if exists x.person;']).has('x.person')).toBe(false)
})

test('7.1-a C28 a new column, a new table and a declaration of nothing are found', () => {
  const data = { 'x.person': { ...technical('id'), name } }
  expect(undeclared('x', columnsOf([first]), data)).toEqual([])
  expect(undeclared('x', columnsOf([first, 'alter table x.person add column birthday date;']), data)).toEqual(['x.person.birthday has no declaration of class, purpose, basis, retention, source and readers'])
  expect(undeclared('x', columnsOf([first, 'create table x.pet (id uuid);']), data)).toEqual(['x.pet is not declared: what of it is about people?'])
  expect(undeclared('x', columnsOf([first]), { ...data, 'x.gone': 'impersonal' })).toEqual(['x.gone is declared and not there'])
})

test('P10 P13 a table that goes with a person must say which rows are theirs', () => {
  expect(unfound({ 'x.person': { ...technical('id'), name } }, new Set())).toEqual(['x.person goes with a person, and nothing says which rows of it are theirs'])
  expect(unfound({ 'x.person': { ...technical('id'), name }, 'x.log': { ...technical('id'), line: { ...name, retention: 30 } }, 'x.rule': 'impersonal' }, new Set(['x.person']))).toEqual([])
})
