import { createServer } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort, until } from '../../support/programs/port.ts'
import { type Rig, startRig } from '../rig/rig.ts'
import { channelRows, group } from '../rig/tables.ts'

/** How long a copy is fresh; long enough for a loaded machine to be late. */
const FRESH_MS = 2_000
/** How long the origin takes for a manifest. */
const SLOW_MS = 1_000
const CROWD = 60
let fetched = 0
const origin = createServer((_, response) => {
  fetched += 1
  const text = `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-MEDIA-SEQUENCE:${fetched}\n#EXTINF:1,\ns${fetched}.ts\n`
  setTimeout(() => {
    response.setHeader('Content-Type', 'application/vnd.apple.mpegurl')
    response.end(text)
  }, SLOW_MS)
})

let rig: Rig
beforeAll(async () => {
  const port = await freePort()
  await new Promise<void>((resolve) => origin.listen(port, '127.0.0.1', resolve))
  rig = await startRig((stub) => {
    stub.policy = {
      ...stub.policy,
      manifestMs: FRESH_MS,
      groups: [group('all', { isDefault: true })],
    }
    const url = `http://127.0.0.1:${port}`
    stub.tables.channels.rows = channelRows({ ch1: { origin: url, base: '/hls/ch1/' } })
  })
})
afterAll(async () => {
  await rig?.stop()
  origin.closeAllConnections()
  origin.close()
})

const passed = (ms: number): Promise<void> => {
  const end = Date.now() + ms
  return until('a copy has grown old', () => Date.now() >= end)
}

/** After that nothing is left of an earlier test: neither a copy that is sent nor who waited for one. */
const OVER_MS = 3 * FRESH_MS + 500

/** How many of a crowd, which asks at once `afterMs` after the newest copy came, got each segment's list. */
const crowdAfter = async (path: string, afterMs: number): Promise<Map<string, number>> => {
  await rig.get(path)
  await passed(afterMs)
  const answers = await Promise.all(Array.from({ length: CROWD }, () => rig.get(path)))
  const counts = new Map<string, number>()
  for (const { status, text } of answers) {
    const key = `${status} ${/s\d+\.ts/.exec(text)?.[0]}`
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return counts
}

const pathOf = async (): Promise<string> => {
  const opened = await rig.get(`/live/${rig.ticket()}/ch1/index.m3u8`)
  return new URL(opened.headers.get('location') ?? '', rig.url).pathname
}

test('while one request has gone for a newer copy, all others get the one at hand', async () => {
  const counts = await crowdAfter(await pathOf(), 1.1 * FRESH_MS)
  expect([...counts.values()].sort((a, b) => a - b)).toEqual([1, CROWD - 1])
  expect([...counts.keys()].every((key) => key.startsWith('200 '))).toBe(true)
})

test('of a crowd that finds a copy just past, few wait and the others get it', async () => {
  await passed(OVER_MS)
  const counts = await crowdAfter(await pathOf(), 2.1 * FRESH_MS)
  const [newer = 0, older = 0] = [...counts.values()].sort((a, b) => a - b)
  expect([counts.size, newer + older, newer <= 17]).toEqual([2, CROWD, true])
  expect([...counts.keys()].every((key) => key.startsWith('200 '))).toBe(true)
})

test('what is older than that is waited for', async () => {
  await passed(OVER_MS)
  const counts = await crowdAfter(await pathOf(), 3.3 * FRESH_MS)
  expect([...counts.entries()]).toEqual([[`200 s${fetched}.ts`, CROWD]])
})
