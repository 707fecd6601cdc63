import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { preparePlays } from '../../../../control/detect/household/prepare-plays.ts'
import { isCountable } from '../../../../control/detect/live/countable.ts'
import { type ExistingFinding, judgeLive } from '../../../../control/detect/live/judge-live.ts'
import { findingKey } from '../../../../control/detect/live/live-finding.ts'
import { reconcile } from '../../../../control/detect/live/reconcile.ts'
import { parseRules } from '../../../../control/detect/rules/rules.ts'
import { DAY, daily, everyNth, HOUR, MINUTE, play, START } from '../play-builder.ts'

const now = START + 60 * DAY
const rulesOf = (raw: readonly object[]) => {
  const parsed = parseRules(raw)
  return parsed.ok ? parsed.rules : []
}
const places = rulesOf([{ id: 'places', kind: 'simultaneous_places', cool_down_minutes: 2 * 1440 }])
const homes = rulesOf([{ id: 'homes', kind: 'second_household', cool_down_minutes: 1440 }])

const shared = preparePlays(
  [
    ...daily(everyNth(40, 1), { minutes: 90 }),
    ...daily(everyNth(40, 1), { place: 'bordeaux', network: '198.51.100.9', at: HOUR / 2 }),
  ],
  now,
)
const lastDay = START + 39 * DAY

describe('live judgement', () => {
  test('judges what news can have changed and leaves the rest as it was', () => {
    const found = judgeLive({ plays: shared, rules: places, since: lastDay, existing: [] })
    expect(found.length).toBeGreaterThan(0)
    for (const { finding } of found) expect(finding.at).toBeGreaterThanOrEqual(lastDay - DAY)
  })

  test('a finding that stands quiets its rule, itself and what comes after, not before', () => {
    const question = { plays: shared, rules: places, since: START, existing: [] }
    const free = judgeLive(question)
    const first = free[0]
    const mark: ExistingFinding = {
      id: first?.key ?? '',
      rule: 'places',
      at: first?.finding.at ?? 0,
    }
    const marked = judgeLive({ ...question, existing: [mark] })
    expect(marked.map(({ key }) => key)).toEqual(free.slice(1).map(({ key }) => key))
    const late = { ...mark, id: 'other', at: START + 30 * DAY }
    const before = judgeLive({ ...question, existing: [late] }).filter(
      (f) => f.finding.at < late.at,
    )
    expect(before).toEqual(free.filter((f) => f.finding.at < late.at))
    expect(judgeLive({ ...question, existing: [{ ...mark, rule: 'another' }] })).toEqual(free)
  })

  test('what takes weeks to show is asked once a cool-down, at its first play', () => {
    const found = judgeLive({ plays: shared, rules: homes, since: lastDay, existing: [] })
    expect(found).toHaveLength(1)
    expect(found[0]?.event.startedAt).toBe(lastDay)
    const again = judgeLive({ plays: shared, rules: homes, since: lastDay + MINUTE, existing: [] })
    expect(again).toEqual([])
  })

  test('is the same for every order the plays came in', () => {
    const raw = shared.slice(0, 24)
    const judge = (plays: typeof raw) =>
      judgeLive({ plays: preparePlays(plays, now), rules: places, since: START, existing: [] })
    const reference = judge(raw)
    expect(reference.length).toBeGreaterThan(2)
    fc.assert(
      fc.property(fc.shuffledSubarray(raw, { minLength: raw.length }), (plays) => {
        expect(judge(plays)).toEqual(reference)
      }),
      { numRuns: 30 },
    )
  })
})

test('a key is of rule, account and play', () => {
  const event = { account: 'own:1', source: 'edge:one', id: 's1' }
  const keys = [
    findingKey('a', event),
    findingKey('b', event),
    findingKey('a', { ...event, id: 's2' }),
    findingKey('a', { ...event, source: 'edge:two' }),
  ]
  expect(new Set(keys).size).toBe(4)
  expect(findingKey('a', { ...event })).toBe(keys[0])
})

test('what was refused or ended by us is not counted; what a cap ended after playing is', () => {
  const ended = (reason: string, minutes: number) =>
    isCountable(play({ minutes, with: { reason } }))
  expect(ended('session.ended', 30)).toBe(false)
  expect(ended('ban.account', 30)).toBe(false)
  expect(ended('rule.deny_ip', 0)).toBe(false)
  expect(ended('cap.streams', 0)).toBe(false)
  expect(ended('cap.streams', 30)).toBe(true)
  expect(ended('session.closed', 30)).toBe(true)
  expect(isCountable(play({ minutes: 0, with: { reason: 'ok', endedAt: null } }))).toBe(true)
})

test('only what was judged again and nobody felt is withdrawn', () => {
  const found = judgeLive({ plays: shared, rules: places, since: START, existing: [] })
  const { fresh } = reconcile(found, [], () => true)
  expect(fresh).toHaveLength(found.length)
  expect(reconcile(found, fresh, () => true)).toEqual({ fresh: [], changed: [], withdrawn: [] })
  const acted = ['end:done', 'end:dry_run', 'observe:done', null]
  const stored = fresh.slice(0, 4).map((finding, n) => ({ ...finding, acted: acted[n] ?? null }))
  const gone = reconcile([], stored, () => true).withdrawn.map((finding) => finding.acted)
  expect(gone).toEqual(['end:dry_run', 'observe:done', null])
  expect(reconcile([], stored, () => false).withdrawn).toEqual([])
  const dismissed = stored.map((finding) => ({ ...finding, state: 'dismissed' }))
  expect(reconcile([], dismissed, () => true).withdrawn).toEqual([])
  const back = stored.map((finding) => ({ ...finding, state: 'withdrawn', acted: null }))
  expect(reconcile(found, back, () => true).changed).toHaveLength(4)
})
