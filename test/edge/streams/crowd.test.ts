import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { text as read } from 'node:stream/consumers'
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
/** Blocking reloads at the origin: it holds them back until it has an answer. */
const reloads: ServerResponse[] = []
const reload: { status: number | null } = { status: null }
const LIST = '#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-MEDIA-SEQUENCE:7\n#EXTINF:1,\ns7.ts\n'
const answerReload = (response: ServerResponse): void => {
  const isFound = reload.status === 200
  const type = isFound ? 'application/vnd.apple.mpegurl' : 'text/plain'
  response.writeHead(reload.status ?? 500, { 'Content-Type': type }).end(isFound ? LIST : 'no')
}
const origin = createServer(({ url = '' }, response) => {
  if (url.includes('_HLS_msn=')) {
    reloads.push(response)
    if (reload.status !== null) answerReload(response)
    return
  }
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

/** What a crowd gets that asks for one blocking reload at once, which the origin answers when all have asked. */
const reloadsOf = async (path: string, status: number): Promise<Set<string>> => {
  reloads.length = 0
  reload.status = null
  const asked = Array.from({ length: CROWD }, () => request(rig.url + path))
  const sent = asked.map(async (it) => await once(it, 'finish'))
  const answered = asked.map(async (it) => {
    const [answer] = (await once(it, 'response')) as [IncomingMessage]
    const { 'content-type': type, 'cache-control': control } = answer.headers
    return `${answer.statusCode} ${type} ${control} ${await read(answer)}`
  })
  for (const it of asked) it.end()
  await Promise.all(sent)
  await until('a reload at the origin', () => reloads.length > 0)
  for (let turn = 0; turn < 4; turn += 1) await rig.get('/health')
  expect(reloads.length).toBe(1)
  reload.status = status
  for (const it of reloads) answerReload(it)
  return new Set(await Promise.all(answered))
}

/** Beside the first, of a machine so busy that what it brought is old before all have seen it. */
const MOST_RELOADS = 4

test('a blocking reload is asked of the origin once, and what it answers goes to all who wait', async () => {
  const path = await pathOf()
  const found = [...(await reloadsOf(`${path}?_HLS_msn=7&_HLS_part=1`, 200))]
  expect(found.length, found.join()).toBe(1)
  expect(found[0]).toMatch(
    /^200 application\/vnd\.apple\.mpegurl no-cache #EXTM3U\n(?:.*\n)*s7\.ts\n$/,
  )
  expect(reloads.length).toBeLessThan(MOST_RELOADS)
})

test('one that the origin refuses is refused to all who wait', async () => {
  const found = [...(await reloadsOf(`${await pathOf()}?_HLS_msn=9&_HLS_part=1`, 404))]
  expect(found.map((it) => it.slice(0, 3))).toEqual(['404'])
  expect(reloads.length).toBeLessThan(MOST_RELOADS)
})
