import { describe, expect, test } from 'vitest'
import { actionOf, informationOf, refusalFor } from '#domain/apps/xtream'

const facts = {
  createdSec: 1_700_000_000,
  expiresSec: 1_900_000_000,
  active: 1,
  cap: 2,
  formats: ['ts'],
}
const login = { username: 'ä', password: '"' }

describe('information', () => {
  test.each([
    [
      'http://tv.example',
      { url: 'tv.example', port: '80', https_port: '', server_protocol: 'http' },
    ],
    ['http://tv.example:8080', { url: 'tv.example', port: '8080', https_port: '' }],
    [
      'https://tv.example',
      { url: 'tv.example', port: '443', https_port: '443', server_protocol: 'https' },
    ],
    ['https://[2001:db8::1]:8443', { url: '[2001:db8::1]', https_port: '8443' }],
  ])('of a server at %s', (base, server) => {
    const told = informationOf(login, facts, { base, nowSec: 1_764_000_000 })
    expect(told['server_info']).toMatchObject({
      ...server,
      timezone: 'UTC',
      timestamp_now: 1_764_000_000,
      time_now: '2025-11-24 16:00:00',
    })
    expect(told['user_info']).toMatchObject({
      ...login,
      auth: 1,
      exp_date: '1900000000',
      created_at: '1700000000',
      active_cons: '1',
      max_connections: '2',
    })
  })
})

test('actions that are unknown, or named like a property, ask for the information', () => {
  for (const name of ['', 'get_profile', 'constructor', 'GET_LIVE_STREAMS'])
    expect(actionOf(name), name).toEqual({ kind: 'information' })
  expect(actionOf('get_simple_date_table')).toEqual(actionOf('get_simple_data_table'))
})

test('what is the viewer’s fault is auth 0; what is not keeps its status', () => {
  expect(refusalFor('credentials.wrong')).toBe('{"user_info":{"auth":0}}')
  expect(refusalFor('token.unknown')).toBe(refusalFor('credentials.wrong'))
  expect(refusalFor('account.expired')).toContain('"Expired"')
  expect(refusalFor('ban.account')).toContain('"Banned"')
  for (const reason of ['control.unavailable', 'rate.limited', 'credentials.flood'] as const)
    expect(refusalFor(reason), reason).toBeNull()
})
