import { beforeAll, describe, expect, it } from 'vitest'
import {
  DEFAULT_THRESHOLD,
  DEFAULT_WEIGHTS,
  EDGE_WEIGHTS,
} from '../../../control/detect/household/weights.ts'
import { assessAccount } from '../../../control/detect/judge/assess.ts'
import { judge } from '../../../scripts/bench/detection/fit.ts'
import { qualityOf, ratesPerKind } from '../../../scripts/bench/detection/metrics.ts'
import { prepare, readPopulations, SAMPLES } from '../../../scripts/bench/detection/population.ts'
import { isOfEdge } from '../../../scripts/bench/detection/table.ts'

const DAYS = 60
const populations = readPopulations(SAMPLES)
const [ofEdge] = populations.filter(isOfEdge)
const [population] = populations.filter((one) => !isOfEdge(one))
if (!population || !ofEdge) throw new Error('a sample population is missing')

const judgedWith = (withAsn: boolean) =>
  judge(prepare(population, withAsn), DEFAULT_WEIGHTS, DEFAULT_THRESHOLD)

// Forty thousand plays take a second or two, and longer on a busy machine.
const TIMEOUT_MS = 120_000
let judged: ReturnType<typeof judgedWith> = []
beforeAll(() => {
  judged = judgedWith(true)
}, TIMEOUT_MS)

describe('the sample population', () => {
  it('is judged well with the ASN table', () => {
    const quality = qualityOf(judged, DAYS)
    expect(quality.precision).toBeGreaterThanOrEqual(0.9)
    expect(quality.recall).toBeGreaterThanOrEqual(0.8)
    expect(quality.f1).toBeGreaterThanOrEqual(0.86)
    expect(quality.auc).toBeGreaterThanOrEqual(0.96)
    expect(quality.falseAccusations).toBeLessThanOrEqual(7)
    for (const { kind, flagged, of } of ratesPerKind(judged).filter((k) => !k.isSharing)) {
      expect(flagged, kind).toBeLessThanOrEqual(Math.max(1, 0.1 * of))
    }
  })

  it(
    'is judged nearly as well without it',
    () => {
      const quality = qualityOf(judgedWith(false), DAYS)
      expect(quality.f1).toBeGreaterThanOrEqual(0.82)
      expect(quality.falseAccusations).toBeLessThanOrEqual(10)
    },
    TIMEOUT_MS,
  )

  it('is judged by an assessment exactly as by the benchmark', () => {
    const users = [...population.labels].filter(([, l]) => l.label !== 'ambiguous')
    for (const [i, [user]] of users.entries()) {
      if (i % 12 !== 0) continue
      const plays = population.plays(user, true)
      const assessment = assessAccount(plays, { now: population.now })
      expect(assessment.confidence).toBeCloseTo(judged[i]?.score ?? -1, 9)
    }
  })
})

it(
  'the sample of an edge is judged well with the weights of edges',
  () => {
    const quality = qualityOf(judge(prepare(ofEdge, true), EDGE_WEIGHTS, DEFAULT_THRESHOLD), DAYS)
    expect(quality.precision).toBeGreaterThanOrEqual(0.85)
    expect(quality.recall).toBeGreaterThanOrEqual(0.7)
    expect(quality.f1).toBeGreaterThanOrEqual(0.8)
    expect(quality.auc).toBeGreaterThanOrEqual(0.9)
  },
  TIMEOUT_MS,
)

describe('the figures', () => {
  const known = [
    { population: 'a', kind: 'x', isSharing: true, score: 90, isFlagged: true },
    { population: 'a', kind: 'x', isSharing: true, score: 30, isFlagged: false },
    { population: 'a', kind: 'y', isSharing: false, score: 60, isFlagged: true },
    { population: 'a', kind: 'y', isSharing: false, score: 30, isFlagged: false },
    { population: 'a', kind: 'y', isSharing: false, score: 10, isFlagged: false },
  ]

  it('count what they say', () => {
    const quality = qualityOf(known, 60)
    expect(quality).toMatchObject({ precision: 0.5, recall: 0.5, f1: 0.5 })
    // Six pairs: 90 beats three, 30 beats one, ties one and loses one.
    expect(quality.auc).toBeCloseTo(4.5 / 6, 9)
    expect(quality.falseAccusations).toBeCloseTo((1 / 3) * 1000 * 0.5, 9)
  })
})
