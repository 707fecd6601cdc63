import { expect, test } from 'vitest'
import { ALL_STRANGERS, peopleView } from '../../../control/people/people.ts'
import { suggestPeople } from '../../../control/people/suggest.ts'

const user = (account: string, name: string, email: string | null = null) => ({
  account: `server:${account}`,
  server: account.split(':')[0] ?? '',
  name,
  email,
})

test('one e-mail address on several servers, however it is written, or as the name', () => {
  const users = [
    user('house:1', 'Ann', 'Ann@Example.net'),
    user('attic:a', 'ann@example.net'),
    user('cellar:9', 'annie', ' ann@example.net '),
    user('cellar:10', 'Bob', 'bob@example.net'),
  ]
  expect(suggestPeople(users, ALL_STRANGERS)).toEqual([
    {
      by: 'email',
      value: 'ann@example.net',
      accounts: ['server:attic:a', 'server:cellar:9', 'server:house:1'],
    },
  ])
})

test('one name on several servers: case, accents and punctuation do not count', () => {
  const users = [
    user('house:1', 'Zoë Müller'),
    user('attic:a', 'zoe.muller'),
    user('attic:b', 'Иван'),
    user('cellar:c', 'иван'),
  ]
  expect(suggestPeople(users, ALL_STRANGERS).map(({ by, value }) => [by, value])).toEqual([
    ['name', 'zoemuller'],
    ['name', 'иван'],
  ])
})

test('nobody is suggested by a name that says nothing, that is too short, or within one server', () => {
  const users = [
    user('house:1', 'Guest'),
    user('attic:a', 'guest'),
    user('house:2', 'TV'),
    user('attic:b', 'tv'),
    user('house:3', 'Jo'),
    user('attic:c', 'jo'),
    user('house:4', 'Kim'),
    user('house:5', 'kim'),
  ]
  expect(suggestPeople(users, ALL_STRANGERS)).toEqual([])
})

test('who is one person already is suggested no more; a third account of theirs is', () => {
  const users = [user('house:1', 'Kim'), user('attic:a', 'Kim')]
  const person = { id: 'p', name: null, accounts: users.map(({ account }) => account) }
  expect(suggestPeople(users, peopleView([person]))).toEqual([])
  const more = [...users, user('cellar:c', 'Kim')]
  expect(suggestPeople(more, peopleView([person]))).toMatchObject([
    { accounts: ['server:attic:a', 'server:cellar:c', 'server:house:1'] },
  ])
})
