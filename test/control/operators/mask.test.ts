import { expect, test } from 'vitest'
import { countAccounts } from '#domain/viewer/person'
import { identifyingFilter, masked, maskedAddress } from '../../../control/operators/mask.ts'

const markOf = (id: string) => `mark-${id.length}`

test('names, addresses, ids and places are masked at every depth; the rest stays', () => {
  const answer = {
    items: [
      {
        user_id: 'own:flat-12',
        user_name: 'Flat 12',
        ip: '203.0.113.9',
        network: '2001:db8:1:2::/64',
        name: 'news',
        country: 'DE',
        city: 'Berlin',
        latitude: 52.5201,
        user_agent: 'VLC/3.0.18',
        bytes: 12,
      },
    ],
    next: null,
  }
  expect(masked(answer, markOf)).toEqual({
    items: [
      {
        user_id: 'mark-11',
        user_name: 'F•••',
        ip: '203.0.•.•',
        network: '2001:db8:•',
        name: 'news',
        country: 'DE',
        city: '',
        latitude: 53,
        user_agent: '',
        bytes: 12,
      },
    ],
    next: null,
  })
})

test('the key of a total is a person on some routes and a channel on others', () => {
  const rows = [{ key: 'own:flat-12', plays: 3 }]
  expect(masked(rows, markOf, '/api/v1/history/accounts')).toEqual([{ key: 'mark-11', plays: 3 }])
  expect(masked(rows, markOf, '/api/v1/history/channels')).toEqual(rows)
})

test('devices and networks are known by a mark instead of their id', () => {
  const rows = { items: [{ id: '203.0.113.9', users: 2 }] }
  const mark = { items: [{ id: 'mark-11', users: 2 }] }
  expect(masked(rows, markOf, '/api/v1/networks')).toEqual(mark)
  expect(masked(rows, markOf, '/api/v1/accounts/:id/devices')).toEqual(mark)
  expect(masked(rows, markOf, '/api/v1/sessions')).toEqual(rows)
})

test('what is no address shows nothing', () => {
  expect(maskedAddress('net:weird')).toBe('•')
  expect(maskedAddress('10.1.2.3')).toBe('10.1.•.•')
})

test('a question by name, address or id is known as such, whatever its route', () => {
  const asks = (route: string, query: object = {}) => identifyingFilter(`/api/v1${route}`, query)
  expect(asks('/history/plays', { channel: 'news', limit: 5, box: '1,2,3,4' })).toBeNull()
  for (const name of ['account', 'network', 'device', 'user_id', 'download', 'ip'])
    expect(asks('/sessions', { group: 'home', [name]: 'x' })).toBe(name)
  for (const route of ['/accounts/:id/plays', '/history/accounts/:id', '/devices/*', '/networks/*'])
    expect(asks(route)).toBe('id')
  for (const route of ['/history/accounts', '/devices', '/sessions/:id'])
    expect(asks(route)).toBeNull()
})

test('a pseudo user is told from accounts, and counted as none, without who or where it is', () => {
  const of = (user_id: string) => ({ user_id, account: user_id, device: '0' })
  const answer = masked(['own:ann', 'server:den:0', 'backend:den:local', '0'].map(of), markOf)
  expect(answer).toEqual([
    { user_id: 'mark-7', account: 'mark-7', device: 'mark-1' },
    { user_id: 'server:mark-12:0', account: 'server:mark-12:0', device: 'mark-1' },
    { user_id: 'server:mark-17:0', account: 'server:mark-17:0', device: 'mark-1' },
    { user_id: 'server:mark-1:0', account: 'server:mark-1:0', device: 'mark-1' },
  ])
  const ids = Array.isArray(answer) ? answer.map(({ user_id }) => String(user_id)) : []
  expect(countAccounts(ids)).toBe(1)
})
