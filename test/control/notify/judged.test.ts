import { expect, test } from 'vitest'
import { FEATURES } from '../../../control/detect/household/features.ts'
import { judgeHouseholds } from '../../../control/detect/household/household-judgement.ts'
import { describeHome } from '../../../control/detect/household/household-text.ts'
import { applyFinding, dismissFinding, recover } from '../../../control/detect/scoring/trust.ts'
import { homeNameOf, reasonOf, trustReasonOf } from '../../../control/notify/text/judged.ts'
import { daily, everyNth } from '../detect/play-builder.ts'

const DAY_MS = 86_400_000

const judged = () => {
  const home = daily(everyNth(40, 1), { minutes: 120 })
  const away = { place: 'bordeaux', network: '198.51.100.9', device: 'tv-2', minutes: 120 } as const
  const plays = [...home, ...daily(everyNth(40, 2), away)].sort((a, b) => a.startedAt - b.startedAt)
  return judgeHouseholds(plays, { now: plays.at(-1)?.startedAt ?? 0 })
}

const withoutNames = (text: string): string => text.replaceAll(/[A-Z][\w.]*(?: \([^)]*\))?/g, '')

test('every reason of an account is said in Russian, with the points and the numbers of the English one', () => {
  const contributions = judged().reasons()
  expect(contributions.length).toBeGreaterThan(5)
  for (const one of contributions) {
    const text = reasonOf('ru', one)
    expect(withoutNames(text)).not.toMatch(/[a-z]/)
    expect(text.split(':')[0]).toBe(one.explanation.split(':')[0])
    const numbersOf = (words: string) => (words.match(/\d+/g) ?? []).toSorted()
    expect(numbersOf(text)).toEqual(numbersOf(one.explanation))
    expect(reasonOf('en', one)).toBe(one.explanation)
  }
})

test('there are words for every feature, and an assessment of before keeps its own', () => {
  const points = { logOdds: 1, points: 3, explanation: '+3: as it was' }
  for (const id of FEATURES) {
    expect(reasonOf('ru', { ...points, id, facts: {} })).toMatch(/^\+3: .*[а-я]/)
    expect(reasonOf('ru', { ...points, id })).toBe('+3: as it was')
  }
})

test('a home is named by where it is', () => {
  const [first] = judged().homes.map(describeHome)
  if (first === undefined) throw new Error('no home')
  expect(homeNameOf('en', first)).toBe(first.label)
  expect(homeNameOf('ru', first)).toBe(`основной дом: ${first.place ?? ''}`)
})

test('every line of the ledger of trust is said in Russian', () => {
  const finding = { id: 'f', severity: 'high', kind: 'impossible_travel' } as const
  const fallen = applyFinding({ value: 90, since: 0, ledger: [] }, finding, 2 * DAY_MS)
  const { ledger } = recover(dismissFinding(fallen, 'f', 3 * DAY_MS), 9 * DAY_MS)
  expect(ledger.length).toBeGreaterThanOrEqual(3)
  for (const { reason } of ledger) expect(trustReasonOf('ru', reason)).not.toMatch(/[a-z_]/i)
})
