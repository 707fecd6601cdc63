import { expect, it } from 'vitest'
import type { PlayRecord } from '#domain/types'
import { judgePast } from '../../../../control/detect/live/judge-past.ts'
import { play } from '../play-builder.ts'

const PLAYS_EACH = 300
const ACCOUNTS = 400
const MOST_AT_ONCE = 25_000

it('an imported past is looked at in parts that the database sorts in little memory', async () => {
  const one = play()
  const accounts = Array.from({ length: ACCOUNTS }, (_, i) => `own:${i}`)
  const looks: number[] = []
  const assessed: string[] = []
  async function* playsByAccountOf(asked: readonly string[]): AsyncGenerator<PlayRecord[]> {
    looks.push(asked.length * PLAYS_EACH)
    for (const account of asked) {
      await Promise.resolve()
      yield Array.from({ length: PLAYS_EACH }, (_, i) => ({
        ...one,
        account,
        id: `${account} ${i}`,
      }))
    }
  }
  const { accounts: judged } = await judgePast(
    {
      history: { playsByAccountOf, accountsOfSources: async () => await Promise.resolve(accounts) },
      findings: {
        known: async () => await Promise.resolve(new Set<string>()),
        putAll: async () => await Promise.resolve(),
      },
      assessor: {
        assessEach: async (asked) => {
          assessed.push(...asked)
          await Promise.resolve()
        },
      },
      rules: { rules: () => [] },
      feedback: { feedbackOf: () => ({}) },
      now: () => one.startedAt,
    },
    { sources: [one.source], from: one.startedAt, to: one.startedAt },
  )
  expect(judged).toBe(ACCOUNTS)
  expect(assessed).toEqual(accounts)
  expect(looks.reduce((sum, plays) => sum + plays, 0)).toBe(ACCOUNTS * PLAYS_EACH)
  expect(Math.max(...looks)).toBeLessThanOrEqual(MOST_AT_ONCE)
})
