import { expect, test } from 'vitest'
import {
  createSessionProgress,
  PROGRESS_STEP_MS,
} from '../../../../control/compose/background/session-progress.ts'
import { LIVE_SHARDS } from '../../../../control/sessions/model/keys.ts'
import type { LiveSession } from '../../../../control/sessions/model/live-session.ts'

const STEPS_A_MINUTE = 60_000 / PROGRESS_STEP_MS
const ACCOUNTS = 900

const sessionOf = (tag: string, lastSeenAt: number, startedAt: number): LiveSession => ({
  account: `own:${tag}`,
  id: tag,
  sid: tag,
  channel: 'one',
  device: 'box',
  network: '192.0.2.1',
  download: null,
  state: 'playing',
  openedAt: 0,
  startedAt,
  lastSeenAt,
  bytes: 0,
  requests: 0,
  seenBy: 'edge-1',
  accountName: null,
  address: '192.0.2.1',
  agent: 'VLC',
  country: null,
  edge: 'edge-1',
  group: 'all',
  protocol: 'hls',
  tokenPrint: null,
})

/** Accounts spread over the shards, a clock that the test moves, and what was told. */
const world = () => {
  const tags = Array.from({ length: ACCOUNTS }, (_, n) => {
    const shard = (n % LIVE_SHARDS).toString(16)
    return `${shard}${n.toString(16).padStart(15, '0')}`
  })
  const state = {
    now: 1_000_000,
    isOwner: true,
    isAway: false,
    seen: new Map<string, number>(),
    unstarted: new Set<string>(),
  }
  for (const tag of tags) state.seen.set(tag, state.now - 60_000)
  const told: string[] = []
  const step = createSessionProgress({
    sessions: {
      view: {
        accountsIn: async (shard) =>
          tags.filter((tag) => Number.parseInt(tag[0] ?? '', 16) === shard),
        ofAccounts: async (some) => {
          if (state.isAway) throw new Error('away')
          return some.map((tag) =>
            sessionOf(tag, state.seen.get(tag) ?? 0, state.unstarted.has(tag) ? 0 : 1),
          )
        },
      },
    },
    recorder: { updated: ({ sid }) => told.push(sid) },
    lock: { owns: async () => state.isOwner },
    now: () => state.now,
  })
  /** A minute's steps; how many were told in each. */
  const minute = async (): Promise<number[]> => {
    const counts: number[] = []
    for (let n = 0; n < STEPS_A_MINUTE; n += 1) {
      const before = told.length
      await step().catch(() => undefined)
      counts.push(told.length - before)
      state.now += PROGRESS_STEP_MS
    }
    return counts
  }
  return { tags, state, told, minute }
}

test('a minute tells everyone once, never many at a time', async () => {
  const { tags, told, minute } = world()
  const counts = await minute()
  expect(told.toSorted()).toEqual(tags.toSorted())
  expect(Math.max(...counts)).toBeLessThanOrEqual(Math.ceil(ACCOUNTS / STEPS_A_MINUTE) + 1)
})

test('who had no traffic since is not told again', async () => {
  const { tags, state, told, minute } = world()
  await minute()
  const busy = tags.filter((_, n) => n % 3 === 0)
  for (const tag of busy) state.seen.set(tag, state.now)
  told.length = 0
  await minute()
  expect(told.toSorted()).toEqual(busy.toSorted())
})

test('who has not started is told once he has', async () => {
  const { tags, state, told, minute } = world()
  for (const [n, tag] of tags.entries()) if (n % 4 === 0) state.unstarted.add(tag)
  await minute()
  expect(told.toSorted()).toEqual(tags.filter((tag) => !state.unstarted.has(tag)).toSorted())
  const [first = ''] = state.unstarted
  state.unstarted.delete(first)
  state.seen.set(first, state.now)
  told.length = 0
  await minute()
  expect(told).toEqual([first])
})

test('what could not be read is told in the next round', async () => {
  const { tags, state, told, minute } = world()
  await minute()
  for (const tag of tags) state.seen.set(tag, state.now)
  state.isAway = true
  told.length = 0
  await minute()
  expect(told).toEqual([])
  state.isAway = false
  await minute()
  expect(told.toSorted()).toEqual(tags.toSorted())
})

test('another control plane has the work', async () => {
  const { state, told, minute } = world()
  state.isOwner = false
  await minute()
  expect(told).toEqual([])
})
