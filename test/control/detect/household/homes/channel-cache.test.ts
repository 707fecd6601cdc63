import { expect, it } from 'vitest'
import type { PlayRecord } from '#domain/types'
import {
  type ChannelTotals,
  createChannelCache,
  popularityIn,
} from '../../../../../control/detect/household/homes/channel-cache.ts'
import { popularityOf } from '../../../../../control/detect/household/homes/channel-popularity.ts'
import { assessAccount } from '../../../../../control/detect/judge/assess.ts'
import { DAY, daily, everyNth, MINUTE, onChannels, onEdge, START } from '../../play-builder.ts'

const now = START + 60 * DAY
const LINEUP = Array.from({ length: 12 }, (_, i) => `channel ${i + 1}`)

/** What a history counted: so many viewers, and the plays of each channel. */
const totalsOf = (viewers: number, plays: readonly number[]): ChannelTotals => ({
  uniqueViewers: () => Promise.resolve(viewers),
  topChannels: () =>
    Promise.resolve(
      plays.map((n, i) => ({
        key: LINEUP[i] ?? '',
        plays: n,
        refusals: 0,
        playedMs: n * MINUTE,
        bytes: 0,
      })),
    ),
})

it('what few accounts watch is not what everybody watches', async () => {
  const span = { from: START, to: now }
  expect((await popularityIn(totalsOf(19, [30, 40]), span)).length).toBe(0)
  expect((await popularityIn(totalsOf(20, [30, 40]), span)).length).toBe(50)
  expect((await popularityIn(undefined, span)).length).toBe(0)
})

it('nothing is known before the first look, which goes over the last 60 days', async () => {
  const spans: unknown[] = []
  const totals = totalsOf(500, [30, 40])
  const uniqueViewers: ChannelTotals['uniqueViewers'] = async (span) => {
    spans.push(span)
    return await totals.uniqueViewers(span)
  }
  const channels = createChannelCache({ ...totals, uniqueViewers }, () => now)
  expect(channels.popularity().length).toBe(0)
  await channels.reload()
  expect(channels.popularity().amounts.get('channel 2')).toBe(40)
  expect(spans).toEqual([{ from: START + 1, to: now + 1 }])
})

/** Plays of one player of an edge, on these channels in turn. */
const player = (
  agent: string,
  channels: readonly string[],
  fields: Parameters<typeof daily>[1],
): PlayRecord[] =>
  onChannels(channels, onEdge(daily(everyNth(60, 1), { minutes: 90, ...fields }), agent))

/** Two sets on two lines of two providers of one town. */
const near = { network: '198.51.100.9', with: { asn: 64501, asnOrg: 'Cable' }, at: 30 * MINUTE }
const plays = [
  ...player('TiviMate/5.2.0 (Linux; Android 9)', LINEUP, { with: { asn: 64500, asnOrg: 'Fibre' } }),
  ...player('Mozilla/5.0 (SMART-TV; LINUX; Tizen 6.0)', LINEUP, near),
]

it('where a service has a dozen channels that everybody watches, two homes are two though both watch them', () => {
  const popularity = popularityOf(LINEUP.map((channel) => [channel, 1000]))
  expect(assessAccount(plays, { now }).households).toHaveLength(1)
  const known = assessAccount(plays, { now, popularity })
  expect(known.households).toHaveLength(2)
  expect(known.flagged).toBe(true)
})

it('where everybody watches something else, the same dozen channels are the favourites of one house', () => {
  const others = Array.from({ length: 200 }, (_, i): [string, number] => [`other ${i}`, 1000])
  const popularity = popularityOf([...others, ...LINEUP.map((c): [string, number] => [c, 10])])
  expect(assessAccount(plays, { now, popularity }).households).toHaveLength(1)
})
