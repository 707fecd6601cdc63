import { createServer, type ServerResponse } from 'node:http'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { until } from '../../support/programs/port.ts'
import { type Answer, type Rig, startRig } from '../rig/rig.ts'
import { channelRows, group } from '../rig/tables.ts'
import { openAs, type Viewer } from './viewers.ts'

const VIEWERS = 20
/** Reloads that the origin holds, by what they ask for. */
const held = new Map<string, ServerResponse[]>()
/** How it has answered them. */
const answered = new Map<string, number>()
/** Every reload it was asked for. */
const asked: string[] = []
const listOf = (name: string): string =>
  `#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-PART-INF:PART-TARGET=1\n#EXT-X-MEDIA-SEQUENCE:7\n#EXTINF:4,\n${name}.m4s\n`
const origin = createServer(({ url = '' }, response) => {
  const args = url.split('?')[1] ?? ''
  if (args.includes('_HLS_msn=')) {
    asked.push(args)
    held.set(args, [...(held.get(args) ?? []), response])
    const status = answered.get(args)
    if (status !== undefined) answer(args, status)
  } else
    response
      .writeHead(200, { 'Content-Type': 'application/vnd.apple.mpegurl' })
      .end(listOf('first'))
})

/** The origin answers a reload: its list, or a status. */
const answer = (args: string, status = 200): void => {
  answered.set(args, status)
  for (const response of held.get(args) ?? [])
    response
      .writeHead(status, { 'Content-Type': 'application/vnd.apple.mpegurl' })
      .end(status === 200 ? listOf(args.replace(/[^\w]/g, '-')) : 'no')
  held.delete(args)
}

let rig: Rig
beforeAll(async () => {
  await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve))
  const address = origin.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  rig = await startRig(
    (stub) => {
      // For longer than a busy machine takes to send a copy to all.
      const groups = [group('all', { isDefault: true })]
      stub.policy = { ...stub.policy, manifestMs: 10_000, groups }
      stub.tables.channels.rows = channelRows({ ch1: { origin: url, base: '/hls/ch1/' } })
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

const viewers = (count: number): Promise<Viewer[]> =>
  Promise.all(Array.from({ length: count }, (_, at) => openAs(rig, 'ch1', at + 1)))

const reload = ({ path, from }: Viewer, args: string): Promise<Answer> =>
  rig.get(`${path}?${args}`, { from })

/** What was answered, each kind once. */
const kinds = (answers: readonly Answer[]): string[] => [
  ...new Set(
    answers.map(({ status, reason, headers, text }) =>
      [status, reason, headers.get('content-type'), /\S+\.m4s/.exec(text)?.[0]].join(' '),
    ),
  ),
]

const HLS = 'application/vnd.apple.mpegurl'
const untilAsked = (args: string): Promise<unknown> =>
  until(`${args} at the origin`, () => asked.includes(args))

test('each part is asked for once, whoever waits for which, and a delta update is another list', async () => {
  const all = await viewers(VIEWERS)
  const lists = [
    '_HLS_msn=7&_HLS_part=1',
    '_HLS_msn=7&_HLS_part=2',
    '_HLS_msn=7&_HLS_part=1&_HLS_skip=YES',
  ]
  const waiting = lists.map((args) => Promise.all(all.map((it) => reload(it, args))))
  for (const args of lists) await untilAsked(args)
  for (const args of lists) answer(args)
  const found = (await Promise.all(waiting)).map(kinds)
  expect(found).toEqual(lists.map((args) => [`200  ${HLS} ${args.replace(/[^\w]/g, '-')}.m4s`]))
  expect([...asked].sort()).toEqual([...lists].sort())
})

test('who is banned while waiting gets no list', async () => {
  const [one, other] = await viewers(2)
  if (one === undefined || other === undefined) throw new Error('no viewers')
  const args = '_HLS_msn=8&_HLS_part=0'
  const first = reload(other, args)
  await untilAsked(args)
  const second = reload(one, args)
  rig.stub.next = { kill: [one.key] }
  await until('the kill', async () => (await rig.get(one.path, { from: one.from })).status === 403)
  answer(args)
  expect(kinds([await first])).toEqual([`200  ${HLS} _HLS_msn-8-_HLS_part-0.m4s`])
  expect([(await second).status, (await second).reason]).toEqual([403, 'ban.session'])
  expect((await second).headers.get('content-type')).toBe('text/plain')
  expect((await reload(one, '_HLS_msn=8&_HLS_part=1')).reason).toBe('ban.session')
})

test('an origin that holds a reload for longer than anybody waits in one go is asked once all the same', async () => {
  const all = await viewers(VIEWERS)
  const args = '_HLS_msn=9'
  const waiting = Promise.all(all.map((it) => reload(it, args)))
  await untilAsked(args)
  const end = Date.now() + 4_500
  await until('the origin has held it', () => Date.now() > end)
  answer(args)
  expect(kinds(await waiting)).toEqual([`200  ${HLS} _HLS_msn-9.m4s`])
  expect(asked).toEqual([args])
})

test('what the origin refuses is refused to all who wait', async () => {
  const all = await viewers(VIEWERS)
  const args = '_HLS_msn=99'
  const waiting = Promise.all(all.map((it) => reload(it, args)))
  await untilAsked(args)
  answer(args, 400)
  expect((await waiting).map(({ status }) => status)).toEqual(all.map(() => 400))
  // A refusal is kept for half a second.
  expect(asked.length).toBeLessThan(VIEWERS / 4)
})

test('who leaves while waiting keeps nobody', async () => {
  const [one, other] = await viewers(2)
  if (one === undefined || other === undefined) throw new Error('no viewers')
  const args = '_HLS_msn=11&_HLS_part=0'
  const gone = new AbortController()
  const headers = { 'X-Forwarded-For': one.from }
  const left = fetch(`${rig.url}${one.path}?${args}`, { signal: gone.signal, headers }).catch(
    () => 'left',
  )
  await untilAsked(args)
  const waiting = reload(other, args)
  gone.abort()
  expect(await left).toBe('left')
  answer(args)
  expect(kinds([await waiting])).toEqual([`200  ${HLS} _HLS_msn-11-_HLS_part-0.m4s`])
  expect(asked).toEqual([args])
})

// The last: the room stays closed.
test('without a waiting room they wait in nginx', async () => {
  rig.closeRoom()
  const all = await viewers(VIEWERS)
  const args = '_HLS_msn=12&_HLS_part=0'
  const waiting = Promise.all(all.map((it) => reload(it, args)))
  await untilAsked(args)
  answer(args)
  expect(kinds(await waiting)).toEqual([`200  ${HLS} _HLS_msn-12-_HLS_part-0.m4s`])
  expect(asked).toEqual([args])
})
