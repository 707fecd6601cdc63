import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../../support/programs/port.ts'
import { startService, type TestService } from '../../support/programs/service.ts'

let service: TestService

beforeAll(async () => {
  service = await startService({ hasHistory: true })
})
afterAll(async () => {
  await service?.stop()
})

const read = async <T>(path: string): Promise<T> =>
  (await (await service.api(`/api/v1${path}`)).json()) as T

interface Rows<T> {
  readonly items: readonly T[]
  readonly next: string | null
}

test('the demo has a past: accounts, plays of 60 days, findings of every kind, trust lost', async () => {
  const log = service.logs()['control.log'] ?? ''
  const made = /history: (\d+) accounts, (\d+) plays, \d+ findings in \d+ ms/.exec(log)
  expect(Number(made?.[1])).toBe(200)
  expect(Number(made?.[2])).toBeGreaterThan(10_000)
  const findings = await read<Rows<{ kind: string; account: string }>>('/findings?limit=1000')
  const kinds = new Set(findings.items.map(({ kind }) => kind))
  for (const kind of [
    'impossible_travel',
    'simultaneous_places',
    'second_household',
    'leaked_copy',
    'restreaming',
    'device_velocity',
    'hosting_network',
    'concurrent_streams',
  ])
    expect(kinds).toContain(kind)
  const judged = await read<Rows<{ confidence: number }>>('/sharing?limit=1000')
  const likely = judged.items.filter(({ confidence }) => confidence >= 70).length
  expect(likely).toBeGreaterThanOrEqual(10)
  expect(likely).toBeLessThanOrEqual(40)
  const suspect = findings.items[0]?.account ?? ''
  const trust = await read<{ value: number }>(`/accounts/${encodeURIComponent(suspect)}/trust`)
  expect(trust.value).toBeLessThan(100)
  const oldest = await read<Rows<{ startedAt: number }>>('/history/plays?sort=startedAt&limit=1')
  expect(Date.now() - (oldest.items[0]?.startedAt ?? 0)).toBeGreaterThan(58 * 86_400_000)
})

test('viewers from many countries watch through the edge', async () => {
  type Session = { user_id: string; source?: string; place?: { country?: string } | null }
  await until('the viewers', async () => {
    const { items } = await read<Rows<Session>>('/sessions?limit=200')
    return items.filter(({ user_id: user }) => user.startsWith('own:demo-')).length >= 20
  })
})

test('notices of the last day reach the sink of the demo', async () => {
  await until('the notices', async () => {
    const answer = await fetch(`${service.origin}/notices`)
    const notices = (await answer.json()) as { notices?: { kind: string }[]; kind?: string }[]
    return notices.length > 0
  })
})
