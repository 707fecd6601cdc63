import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { judgeStory } from '../../control/sessions/trace-judge.ts'
import type { Trace } from '../../control/sessions/trace-player.ts'
import { viewer } from '../../e2e/world/viewer.ts'
import { adminOf } from '../../e2e/world/world.ts'
import { startService, type TestService } from '../../support/programs/service.ts'
import { nextChannel, playOnEdge, type RealStory, type Stage, upTo } from './trace-driver.ts'
import { startTraceOrigin, type TraceChannel, type TraceOrigin } from './trace-origin.ts'

/** Every trace is played from its beginning on the real clocks, this far; `GATEHOUSE_TRACE_SEC=1200` plays all to their end. */
const untilSec = Number(process.env['GATEHOUSE_TRACE_SEC'] ?? 190)
const WAIT_MS = (untilSec + 120) * 1000

const folder = join(import.meta.dirname, '../../vectors/sessions')
const traces = readdirSync(folder).map((file) => {
  const trace: Trace = JSON.parse(readFileSync(join(folder, file), 'utf8'))
  return { file, trace }
})

/** Channels a trace asks for; one that tries another each time needs many. */
const channelsOf = ({ boxes }: Trace): TraceChannel[] =>
  boxes.flatMap(({ plays }) =>
    plays.flatMap(({ channel, retryOther, closes: isStream = false, walk = 0 }) => {
      const tried = Array.from({ length: retryOther ? 70 : 0 }, (_, n) => `${channel}-${n}`)
      const walked = Array.from({ length: walk }, (_, n) => nextChannel(channel, n))
      return [channel, ...tried, ...walked].map((name) => ({ name, isStream }))
    }),
  )
const channels = [
  ...new Map(traces.flatMap(({ trace }) => channelsOf(trace)).map((it) => [it.name, it])).values(),
]

const configOf = (origin: string): string => `edge:
  listen: __EDGE__
  workers: 2
  trusted_proxies: [127.0.0.1/32]
admin: { listen: __ADMIN__ }
sources:
  - { name: traces, url: '${origin}/playlist.m3u', refresh_sec: 3600 }
groups:
  - { name: everyone, default: true }
  - { name: once, same_channel: once }
  - { name: oldest, victim: oldest }
channels:
  - { match: '^film$', vod: true }
`

/** Which group gives the limits that accounts do not have of their own. */
const groupOf = ({ limits }: Trace): { readonly group?: string } => {
  if (limits.sameChannel === 'once') return { group: 'once' }
  return limits.victim === 'oldest' ? { group: 'oldest' } : {}
}

let origin: TraceOrigin
let service: TestService
const stories = new Map<string, Promise<RealStory>>()

const ticketFor = async (trace: Trace, number: number): Promise<string> => {
  const admin = adminOf(service)
  const { maxStreams, maxNetworks, limitation } = trace.limits
  const { id } = await admin.send<{ id: string }>('POST', '/accounts', {
    name: trace.title.slice(0, 100),
    maxSessions: maxStreams,
    maxNetworks,
    limitation,
    ...groupOf(trace),
  })
  const { token } = await admin.send<{ token: string }>('POST', `/accounts/${id}/tokens`, {})
  return await viewer(service.edge, { token, address: `10.${number}.0.9` }).ticket()
}

beforeAll(async () => {
  origin = await startTraceOrigin(channels)
  service = await startService({ config: configOf(origin.url) })
  const tickets = await Promise.all(traces.map(({ trace }, at) => ticketFor(trace, at + 1)))
  const startedAt = Date.now() + 500
  traces.forEach(({ file, trace }, at) => {
    const stage: Stage = {
      edge: service.edge,
      ticket: tickets[at] ?? '',
      number: at + 1,
      untilSec: Math.min(untilSec, trace.untilSec),
      startedAt,
    }
    stories.set(file, playOnEdge(trace, stage))
  })
}, 300_000)
afterAll(async () => {
  await Promise.allSettled(stories.values())
  await service?.stop()
  await origin?.stop()
})

test.each(traces)(
  '$trace.title [$file]',
  async ({ file, trace }) => {
    const story = await stories.get(file)
    const folderToKeep = process.env['GATEHOUSE_TRACE_STORIES']
    if (folderToKeep) writeFileSync(join(folderToKeep, file), JSON.stringify(story))
    expect(story?.strange).toEqual([])
    expect(story?.progress.length).toBeGreaterThan(1)
    expect(story && judgeStory(upTo(trace, untilSec), story)).toEqual([])
  },
  WAIT_MS,
)
