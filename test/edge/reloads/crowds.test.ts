import { readFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { until } from '../../support/programs/port.ts'
import { type Answer, type Rig, startRig } from '../rig/rig.ts'
import { channelRows, group } from '../rig/tables.ts'
import { openAs, type Viewer } from './viewers.ts'

/** More than are judged in place. */
const SOME = 48
const CROWD = 200
/** How long copies are fresh; they are sent for twice as long while another is fetched, and to a crowd for three times. */
const FRESH_MS = 5_000

/** Lists that the origin holds, by channel. */
const held = new Map<string, ServerResponse[]>()
/** Channels that it holds lists of. */
const holds = new Set<string>()
/** Every list that it was asked for. */
const asked: string[] = []
const count = { lists: 0 }

const answer = (response: ServerResponse, channel: string): void => {
  count.lists += 1
  response
    .writeHead(200, {
      'Content-Type': 'application/vnd.apple.mpegurl',
      ...(channel === 'own' ? { 'Set-Cookie': `viewer=${count.lists}; Path=/` } : {}),
    })
    .end(`#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n${channel}-${count.lists}.ts\n`)
}
const origin = createServer(({ url = '' }, response) => {
  const channel = url.split('/')[2] ?? ''
  asked.push(channel)
  if (channel === 'gone') response.writeHead(404).end('no')
  else if (holds.has(channel)) held.set(channel, [...(held.get(channel) ?? []), response])
  else answer(response, channel)
})

/** The origin holds the channel's lists no longer. */
const release = (channel: string): void => {
  holds.delete(channel)
  for (const response of held.get(channel) ?? []) answer(response, channel)
  held.delete(channel)
}

let rig: Rig
beforeAll(async () => {
  await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve))
  const address = origin.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  const channels = ['match', 'news', 'other', 'more', 'own', 'gone', 'late']
  rig = await startRig(
    (stub) => {
      const groups = [group('all', { isDefault: true })]
      stub.policy = { ...stub.policy, manifestMs: FRESH_MS, groups }
      stub.tables.channels.rows = channelRows(
        Object.fromEntries(channels.map((it) => [it, { origin: url, base: `/hls/${it}/` }])),
      )
    },
    (it) => ({ ...it, origins: [url] }),
  )
})
afterAll(async () => {
  await rig?.stop()
  origin.closeAllConnections()
  origin.close()
})
beforeEach(() => {
  asked.length = 0
})

/** Opened few at a time: many openings at once have JavaScript contexts made of their own. */
const viewers = async (channel: string, many: number): Promise<Viewer[]> => {
  const all: Viewer[] = []
  while (all.length < many) {
    const from = all.length
    const some = Array.from({ length: Math.min(4, many - from) }, (_, at) => from + at + 1)
    all.push(...(await Promise.all(some.map((at) => openAs(rig, channel, at)))))
  }
  return all
}

const watch = ({ path, from }: Viewer): Promise<Answer> => rig.get(path, { from })
const watchAll = (all: readonly Viewer[]): Promise<Answer[]> => Promise.all(all.map(watch))

/** What was answered, each kind once. */
const kinds = (answers: readonly Answer[]): string[] => [
  ...new Set(
    answers.map(({ status, reason, headers, text }) =>
      [status, reason, headers.get('content-type'), /\S+\.ts/.exec(text)?.[0]].join(' '),
    ),
  ),
]
const HLS = 'application/vnd.apple.mpegurl'

const times = (channel: string): number => asked.filter((it) => it === channel).length

/** Until each worker has answered what came later than all who wait. */
const behindThem = async (): Promise<void> => {
  for (let turn = 0; turn < 16; turn += 1) await rig.get('/health')
}

/** The most memory that nginx's workers ever held together, MB. */
const mostMemory = (): number => {
  const children = readFileSync(`/proc/${rig.nginx.pid}/task/${rig.nginx.pid}/children`, 'utf8')
  const peaks = children
    .trim()
    .split(' ')
    .map((pid) => /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
  return peaks.reduce((sum, kb) => sum + Number(kb) / 1024, 0)
}

/** While `SOME` viewers of another channel wait for its first list. */
const inCrowd = async (channel: string, run: () => Promise<void>): Promise<void> => {
  holds.add(channel)
  const waiting = watchAll(await viewers(channel, SOME))
  await until('the origin is asked', () => times(channel) > 0)
  await behindThem()
  try {
    await run()
  } finally {
    release(channel)
  }
  expect(kinds(await waiting)).toEqual([`200  ${HLS} ${channel}-${count.lists}.ts`])
}

test('a crowd that waits for a first list has one asked for, and takes the memory of few', async () => {
  const all = await viewers('match', CROWD)
  const before = mostMemory()
  holds.add('match')
  const waiting = watchAll(all)
  await until('the origin is asked', () => times('match') > 0)
  await behindThem()
  release('match')
  const found = await waiting
  expect(found).toHaveLength(CROWD)
  expect(kinds(found)).toEqual([`200  ${HLS} match-${count.lists}.ts`])
  expect(times('match')).toBe(1)
  // Twice 1.5 MB for each, where each holds two JavaScript contexts.
  expect(mostMemory() - before).toBeLessThan(CROWD)
})

test('a newcomer in a crowd gets the copy that is at hand, fresh or just past; and who is banned is told so', async () => {
  const [first, second, third, banned] = await viewers('news', 4)
  if (!(first && second && third && banned)) throw new Error('no viewers')
  rig.stub.next = { kill: [banned.key] }
  await until('the kill', async () => (await watch(banned)).status === 403)
  await inCrowd('other', async () => {
    const fresh = await watch(first)
    expect(fresh.status).toBe(200)
    expect((await watch(second)).text).toBe(fresh.text)
    const refused = await watch(banned)
    expect([refused.status, refused.reason]).toEqual([403, 'ban.session'])
    holds.add('news')
    await until('a list is asked for anew', async () => {
      if (times('news') > 1) return true
      void watch(first)
      return false
    })
    // The origin holds the new list: who comes meanwhile does not wait for it.
    expect((await watch(third)).text).toBe(fresh.text)
    release('news')
  })
})

test('a newcomer in a crowd gets his own list where each viewer has one, and what the origin refuses is refused', async () => {
  const [one, other] = await viewers('own', 2)
  const gone = await viewers('gone', 2)
  if (!(one && other)) throw new Error('no viewers')
  await inCrowd('more', async () => {
    const [first, second] = [await watch(one), await watch(other)]
    expect([first.status, second.status]).toEqual([200, 200])
    expect(first.text).not.toBe(second.text)
    expect((await watchAll(gone)).map(({ status }) => status)).toEqual([404, 404])
  })
})

// The last: the room stays closed.
test('without a waiting room the crowd waits in nginx', async () => {
  rig.closeRoom()
  holds.add('late')
  const waiting = watchAll(await viewers('late', SOME))
  await until('the origin is asked', () => times('late') > 0)
  release('late')
  expect(kinds(await waiting)).toEqual([`200  ${HLS} late-${count.lists}.ts`])
  expect(times('late')).toBe(1)
})
