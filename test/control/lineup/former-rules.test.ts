import { describe, expect, it } from 'vitest'
import { authorizeByAll, decideByAllRules } from '../../../control/access/authorize/all-backends.ts'
import { createDecideByRules } from '../../../control/access/authorize/authorize.ts'
import { chooseAuthBackend } from '../../../control/access/authorize/choose-backend.ts'
import type { AuthRequest } from '../../../control/access/authorize/decision.ts'

const named = (...names: string[]) => ({ names, otherIds: () => [] })
const RULES = [
  { match: '^shut', auth: 'nobody' },
  { match: '^pin', auth: 'pin' },
  { match: '^free', auth: 'free' },
]

const choose = (
  id: string,
  before: { former?: string[][]; beside?: string[]; global?: string | null },
) =>
  chooseAuthBackend({
    channels: RULES,
    closed: new Set(['nobody']),
    groups: [],
    global: before.global ?? null,
    naming: {
      names: (name) => [name],
      otherIds: () => [],
      former: () => (before.former ?? []).map((same) => same.map((name) => named(name))),
      beside: () => (before.beside ?? []).map((name) => named(name)),
    },
  })(id, null)

describe('the auth backends of a channel that was called otherwise before', () => {
  it.each([
    ['one that let nobody in', 'free', { former: [['shut']] }, 'nobody'],
    ['one of its own, where none is asked now', 'x', { former: [['pin']] }, 'pin'],
    ['both', 'free', { former: [['pin']] }, 'free & pin'],
    ['that for all, beside a rule', 'free', { former: [['x']], global: 'all' }, 'free & all'],
    ['the same once', 'pin2', { former: [['pin1'], ['x']], global: 'pin' }, 'pin'],
    ['none more where none was asked', 'free', { former: [['x']] }, 'free'],
    ['that of another entry of then', 'x', { former: [['x', 'pin']] }, 'pin'],
    ['all of then', 'x', { former: [['free', 'pin']], global: 'all' }, 'all & free & pin'],
    ['one of then that let nobody in', 'x', { former: [['free', 'shut']] }, 'nobody'],
    ['that of another entry', 'x', { beside: ['shut'] }, 'nobody'],
    ['the new one that lets nobody in', 'shut', { former: [['free']] }, 'nobody'],
  ])('are %s', (_, id, before, expected) => {
    expect(choose(id, before)).toBe(expected)
  })
})

const digest = (text: string) => text
const clocks = { decisionSec: 60, denySec: 5, retrySec: 5 }
const source = (name: string, token: string, allowDefault = false) => ({
  name,
  allow: { token: [token] },
  deny: {},
  backends: [],
  allowDefault,
})
const byRules = decideByAllRules(
  createDecideByRules([source('free', 'b', true), source('pin', 'p')], { digest, clocks }),
)
const request = (authBackend: string, token: string): AuthRequest => ({
  authBackend,
  channel: 'x',
  proto: 'hls',
  address: '192.0.2.1',
  country: null,
  token,
  sessionId: 's',
  userAgent: null,
  referer: null,
  host: null,
  qs: null,
  streamClients: 0,
  totalClients: 0,
})

it('admits where all of them do', async () => {
  const authorize = authorizeByAll(async (asked) => {
    const decision = byRules(asked)
    if (decision === null) throw new Error('undecided')
    return await Promise.resolve(decision)
  })
  for (const both of ['free & pin', 'pin & free'])
    for (const [token, verdict] of [
      ['p', 'allow'],
      ['b', 'deny'],
    ] as const) {
      expect(byRules(request(both, token))?.verdict).toBe(verdict)
      expect((await authorize(request(both, token))).verdict).toBe(verdict)
    }
  expect((await authorize(request('free', 'b'))).verdict).toBe('allow')
})
