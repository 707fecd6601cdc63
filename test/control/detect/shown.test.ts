import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { assessAccount } from '../../../control/detect/judge/assess.ts'
import {
  playFromTautulli,
  type TautulliGeo,
  type TautulliRow,
} from '../../../control/sources/tautulli/rows.ts'

const read = (file: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../vectors/report/${file}`, import.meta.url), 'utf8'))
const history = read('history.json') as Record<string, TautulliRow[]>
const geo = read('geo.json') as Record<string, TautulliGeo>
const { now } = read('meta.json') as { now: number }

const assess = (user: string) => {
  const rows = history[user] ?? []
  const plays = rows.map((row) => playFromTautulli(row, geo[row.ip_address ?? '']))
  return assessAccount(plays, { now: now * 1000 })
}

describe('the shown Tautulli history', () => {
  it('holds one account that two homes use, and nobody else is accused', () => {
    const flagged = Object.keys(history).filter((user) => assess(user).flagged)
    expect(flagged).toEqual(['22579007'])
  })

  it('is explained down to the homes', () => {
    const { confidence, households, findings, contributions } = assess('22579007')
    expect(confidence).toBeGreaterThan(99)
    expect(households.map((h) => [h.city, h.televisions, h.daysActive])).toEqual([
      ['Berlin (Wedding)', 1, 29],
      ['Paris', 1, 28],
    ])
    expect(findings[0]?.kind).toBe('second_household')
    expect(contributions.map((c) => c.explanation)).toContainEqual(
      expect.stringContaining(
        'the television in Paris and the one in Berlin (Wedding) played at the same time on 7 of 22 days',
      ),
    )
  })

  it('leaves every other account far below the threshold', () => {
    for (const user of Object.keys(history)) {
      if (user !== '22579007') expect(assess(user).confidence, user).toBeLessThan(10)
    }
  })
})
