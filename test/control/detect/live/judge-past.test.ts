import { expect, it } from 'vitest'
import type { PlayRecord } from '#domain/types'
import { judgePast } from '../../../../control/detect/live/judge-past.ts'
import { defaultRules } from '../../../../control/detect/rules/rules.ts'
import { ALL_STRANGERS, peopleView } from '../../../../control/people/people.ts'
import type { StoredFinding } from '../../../../control/store/tables/records.ts'
import { DAY, daily, everyNth, MINUTE, play, START } from '../play-builder.ts'

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
      people: ALL_STRANGERS,
      now: () => one.startedAt,
    },
    { sources: [one.source], from: one.startedAt, to: one.startedAt },
  )
  expect(judged).toBe(ACCOUNTS)
  expect(assessed).toEqual(accounts)
  expect(looks.reduce((sum, plays) => sum + plays, 0)).toBe(ACCOUNTS * PLAYS_EACH)
  expect(Math.max(...looks)).toBeLessThanOrEqual(MOST_AT_ONCE)
})

it('the past of a person with several accounts is judged as one', async () => {
  const provider = { asn: 64500, asnOrg: 'Cable One' }
  const first = daily(everyNth(20, 1), { minutes: 90, with: { ...provider, account: 'own:1' } })
  const second = daily(everyNth(20, 1), {
    at: 20 * MINUTE,
    minutes: 60,
    place: 'bordeaux',
    network: '198.51.100.9',
    device: 'television bordeaux',
    with: { asn: 64501, asnOrg: 'Cable Two', account: 'own:2' },
  })
  async function* playsByAccountOf(asked: readonly string[]): AsyncGenerator<PlayRecord[]> {
    for (const plays of [first, second]) {
      await Promise.resolve()
      if (asked.includes(plays[0]?.account ?? '')) yield plays
    }
  }
  const judged = async (people: typeof ALL_STRANGERS) => {
    const found: StoredFinding[] = []
    const assessed: string[] = []
    await judgePast(
      {
        history: {
          playsByAccountOf,
          accountsOfSources: async () => await Promise.resolve(['own:1', 'own:2']),
        },
        findings: {
          known: async () => await Promise.resolve(new Set<string>()),
          putAll: async (some) => {
            found.push(...some)
            await Promise.resolve()
          },
        },
        assessor: {
          assessEach: async (asked) => {
            assessed.push(...asked)
            await Promise.resolve()
          },
        },
        rules: { rules: defaultRules },
        feedback: { feedbackOf: () => ({}) },
        people,
        now: () => START + 21 * DAY,
      },
      { sources: ['plex:home'], from: START, to: START + 21 * DAY },
    )
    const kinds = new Set(found.map(({ kind }) => kind))
    return { assessed, kinds: [...kinds], accounts: new Set(found.map((one) => one.account)) }
  }
  expect(await judged(ALL_STRANGERS)).toMatchObject({ assessed: ['own:1', 'own:2'], kinds: [] })
  const merged = await judged(peopleView([{ id: 'p', name: 'Ann', accounts: ['own:2', 'own:1'] }]))
  expect(merged.assessed).toEqual(['own:2'])
  expect(merged.kinds).toContain('simultaneous_places')
  expect([...merged.accounts]).toEqual(['own:2'])
})
