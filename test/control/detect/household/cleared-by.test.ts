import { describe, expect, it } from 'vitest'
import { explainConfidence } from '../../../../control/detect/household/confidence.ts'
import { judgeHouseholds } from '../../../../control/detect/household/household-judgement.ts'
import { DEFAULT_THRESHOLD, DEFAULT_WEIGHTS } from '../../../../control/detect/household/weights.ts'
import { daily, everyNth } from '../play-builder.ts'

const inOrder = <P extends { readonly startedAt: number }>(plays: readonly P[]): P[] =>
  [...plays].sort((a, b) => a.startedAt - b.startedAt)

describe('what would clear an account', () => {
  it.each([
    [30, 3],
    [40, 5],
    [60, 6],
  ])(
    'is as many days of guests as bring %i days, played elsewhere every %i, below the threshold',
    (span, step) => {
      const home = daily(everyNth(span, 1), { minutes: 120 })
      const away = {
        place: 'bordeaux',
        network: '198.51.100.9',
        device: 'tv-2',
        minutes: 120,
      } as const
      const plays = inOrder([...home, ...daily(everyNth(span, step), away)])
      const judgement = judgeHouseholds(plays, { now: plays.at(-1)?.startedAt ?? 0 })
      const { features, guestDaysToClear: more } = judgement
      expect(judgement.isLikely).toBe(true)
      expect(more).not.toBeNull()
      const scale = Math.min(2, Math.max(1, 55 / (features.strongest?.historyDays ?? 55)))
      const confidenceAfter = (days: number): number => {
        const values = { ...features.values, mixing: Math.log1p(days * scale) }
        return explainConfidence({ ...features, values }, DEFAULT_WEIGHTS, (id) => id).confidence
      }
      expect(features.values.mixing).toBe(0)
      expect(confidenceAfter(more ?? 0)).toBeLessThan(DEFAULT_THRESHOLD)
      expect(confidenceAfter((more ?? 0) - 1)).toBeGreaterThanOrEqual(DEFAULT_THRESHOLD)
    },
  )

  it('is nothing where nobody is accused', () => {
    const plays = daily(everyNth(40, 1), { minutes: 120 })
    expect(
      judgeHouseholds(plays, { now: plays.at(-1)?.startedAt ?? 0 }).guestDaysToClear,
    ).toBeNull()
  })
})
