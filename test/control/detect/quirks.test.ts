import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { PlayRecord } from '#domain/types'
import { assessAccount } from '../../../control/detect/judge/assess.ts'
import { type Population, readPopulations } from '../../../scripts/bench/detection/population.ts'
import { QUIRKS, withQuirks } from '../../../scripts/bench/detection/quirks/quirks.ts'

const SAMPLE = fileURLToPath(new URL('../../vectors/detection/sample', import.meta.url))
const [population] = readPopulations(SAMPLE)
if (!population) throw new Error('the sample population is missing')

const INNOCENT = 18
const SHARED = 9

const known = new Map(
  [...population.labels.keys()].map((user) => [user, population.plays(user, true)] as const),
)

/** Accounts of one label with few plays, so that twenty quirks take seconds; those with the fewest show nothing. */
const small = (label: 'innocent' | 'sharing', count: number): string[] =>
  [...population.labels]
    .filter(([, one]) => one.label === label)
    .map(([user]) => ({ user, plays: known.get(user)?.length ?? 0 }))
    .filter(({ plays }) => plays > 0)
    .sort((a, b) => a.plays - b.plays || (a.user < b.user ? -1 : 1))
    .slice(count, 2 * count)
    .map(({ user }) => user)

const isAccused = (plays: readonly PlayRecord[]): boolean =>
  assessAccount(plays, { now: population.now }).flagged

const innocent = small('innocent', INNOCENT)
/** Shared accounts that are found as they are. */
const found = small('sharing', 3 * SHARED)
  .filter((user) => isAccused(known.get(user) ?? []))
  .slice(0, SHARED)

if (found.length < SHARED) throw new Error('too few shared accounts are found')

const kept: Population = { ...population, plays: (user) => known.get(user) ?? [] }

describe('what owners report, put on every account of a small population', () => {
  it.each(QUIRKS.map((kind) => [kind.name, kind] as const))(
    '%s: accuses nobody else, and who shared is still found',
    (_, kind) => {
      const quirky = withQuirks(kept, [{ kind, share: 1 }])
      const isNamed = (user: string): boolean => isAccused(quirky.plays(user, true))
      const accused = innocent.filter(isNamed)
      const still = found.filter(isNamed)
      expect(accused).toEqual([])
      expect(still.length).toBeGreaterThanOrEqual(found.length - 2)
    },
  )
})
