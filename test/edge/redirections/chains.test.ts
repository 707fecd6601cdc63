import { createServer } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort, until } from '../../support/programs/port.ts'
import { startOrigin, type TestOrigin } from '../rig/origin.ts'
import { type Rig, startRig } from '../rig/rig.ts'
import { channelRows, ledAndUnled } from '../rig/tables.ts'

let rig: Rig
let port = 0

beforeAll(async () => {
  port = await freePort()
  rig = await startRig((stub, origin) => {
    stub.policy = { ...stub.policy, groups: ledAndUnled }
    const both = { origin: origin.url, groups: ['all', 'unled'] }
    const late = { ...both, origin: `http://127.0.0.1:${port}` }
    stub.tables.channels.rows = channelRows({
      ch1: { ...both, base: '/hls/ch1/' },
      stream: { ...both, base: '/ts/ch1/', entry: 'live.ts', protocol: 'mpegts' },
      'late-ch1': { ...late, base: '/hls/ch1/' },
      'late-stream': { ...late, base: '/ts/ch1/', entry: 'live.ts', protocol: 'mpegts' },
    })
  })
})
afterAll(async () => {
  await rig?.stop()
})

const MEDIA = { type: 'video/mp2t', body: 'G'.repeat(600_000) }

const LISTED = { type: 'application/vnd.apple.mpegurl', body: '#EXTM3U\n#EXTINF:6,\n1.ts\n' }

/** Redirections of a path, one behind the other, to a file. */
const lay = (origin: TestOrigin, path: string, length: number): void => {
  let from = path
  for (let at = 1; at <= length; at += 1) {
    const to = `/chain${at}${path}`
    origin.moved.set(from, to)
    from = to
  }
  origin.files.set(from, path.endsWith('.m3u8') ? LISTED : MEDIA)
}

const ODD = [
  'odd segment',
  'segment without a pass',
  'odd segment without a pass',
  'stream without a pass',
]
const ALL = ['segment', 'stream', ...ODD]

const addresses = async (prefix: string, account: string): Promise<Record<string, string>> => {
  const opened = async (channel: string): Promise<string> => {
    const answer = await rig.get(`/live/${rig.ticket({ account })}/${prefix}${channel}/index.m3u8`)
    return (answer.headers.get('location') ?? '').replace(/[^/]*$/, '')
  }
  const unled = rig.ticket({ group: 'unled', account })
  const [hls, ts] = [await opened('ch1'), await opened('stream')]
  return {
    segment: `${hls}1.ts`,
    'odd segment': `${hls}a%201.ts`,
    stream: `${ts}live.ts`,
    'segment without a pass': `/live/${unled}/${prefix}ch1/1.ts`,
    'odd segment without a pass': `/live/${unled}/${prefix}ch1/a%201.ts`,
    'stream without a pass': `/live/${unled}/${prefix}stream/live.ts`,
  }
}

const PATHS = ['/hls/ch1/1.ts', '/hls/ch1/a%201.ts', '/ts/ch1/live.ts']
/** A manifest of its own for each test: the edge still sends a copy of one that others asked for. */
const listOf = (name: string | number): string => `/hls/ch1/list-${name}.m3u8`

/** How often each is asked before the last wait. */
const TRIES = 3

/** Something at the port of the late origin that ends every connection, until each address was tried as often as nginx tries before its last wait. */
const beAway = async (): Promise<void> => {
  let tries = 0
  const server = createServer((socket) => {
    tries += 1
    socket.destroy()
  })
  await new Promise<void>((resolve) => void server.listen(port, '127.0.0.1', resolve))
  await until('tries', () => tries === TRIES * ALL.length, 20_000)
  await new Promise<void>((resolve) => void server.close(() => resolve()))
}

/** Asks for all of them; `meanwhile` happens once their first requests are under way. */
const askAll = async (
  all: Record<string, string>,
  meanwhile: () => Promise<void>,
): Promise<Record<string, string>> => {
  const asked = Object.entries(all).map(async ([name, path]) => {
    const { status, reason } = await rig.get(path)
    return [name, `${status}${reason === null ? '' : ` ${reason}`}`]
  })
  await meanwhile()
  return Object.fromEntries(await Promise.all(asked))
}

const answersOf = (answer: string): Record<string, string> =>
  Object.fromEntries(ALL.map((name) => [name, answer]))

test.each([
  [0, '200'],
  [5, '200'],
  [20, '200'],
  [21, '502 origin.redirect'],
])('%s redirections one behind the other are followed, twenty at most', async (length, answer) => {
  for (const path of [...PATHS, listOf(length)]) lay(rig.origin, path, length)
  const all = await addresses('', `own:plain${length}`)
  expect(await askAll(all, () => Promise.resolve())).toEqual(answersOf(answer))
  const list = await rig.get((all['segment'] ?? '').replace('1.ts', `list-${length}.m3u8`))
  expect(`${list.status}${list.reason === null ? '' : ` ${list.reason}`}`).toBe(answer)
})

test.each([
  ['to itself', (path: string) => new Map([[path, path]]), 3],
  ['without an address', (path: string) => new Map([[path, '']]), 1],
  ['to a fragment of itself', (path: string) => new Map([[path, '#top']]), 3],
  [
    'in a circle',
    (path: string) =>
      new Map([
        [path, '/b'],
        ['/b', '/c?d'],
        ['/c', path],
      ]),
    6,
  ],
])('a redirection %s is told as what it is', async (name, moved, most) => {
  const all = await addresses('', `own:circle${most}`)
  const list = listOf(name.replaceAll(' ', '-'))
  all['list'] = (all['segment'] ?? '').replace('1.ts', list.slice('/hls/ch1/'.length))
  for (const path of [...PATHS, list]) {
    rig.origin.moved.clear()
    for (const [from, to] of moved(path)) rig.origin.moved.set(from, to)
    const file = path.replace(/^.*(?=\/)/, '')
    for (const asked of Object.values(all).filter((it) => it.endsWith(file))) {
      rig.origin.seen.length = 0
      const { status, reason } = await rig.get(asked)
      expect([asked, status, reason]).toEqual([asked, 502, 'origin.redirect'])
      expect(rig.origin.seen.length).toBeLessThanOrEqual(most)
    }
  }
  const reported = () => rig.stub.syncs.flatMap(({ failures = [] }) => failures)
  await until('a report', () =>
    reported().some(([at, why]) => at === rig.origin.url && why === 'origin.redirect'),
  )
})

test.each([
  [4, '200'],
  [20, '200'],
  [21, '502 origin.redirect'],
])(
  'a redirection to a server that is away, and then %s of them: followed as any',
  async (length, answer) => {
    const dead = `http://127.0.0.1:${await freePort()}`
    const { moved, files, seen } = rig.origin
    moved.clear()
    files.clear()
    for (const path of PATHS) moved.set(path, `${dead}/x`)
    seen.length = 0
    const answers = await askAll(await addresses('', `own:dead${length}`), async () => {
      await until('questions', () => seen.length === ALL.length)
      for (const path of PATHS) lay(rig.origin, path, length)
    })
    expect(answers).toEqual(answersOf(answer))
  },
)

test.each([1, 4, 12])(
  'a server that is away behind %s redirections is told, and who named it is asked once more',
  async (length) => {
    const dead = `http://127.0.0.1:${await freePort()}`
    const { moved, files, seen } = rig.origin
    moved.clear()
    files.clear()
    for (const path of PATHS) {
      lay(rig.origin, path, length)
      moved.set(`/chain${length}${path}`, `${dead}/x`)
    }
    seen.length = 0
    const all = await addresses('', `own:behind${length}`)
    expect(await askAll(all, () => Promise.resolve())).toEqual(answersOf('502 origin.unreachable'))
    expect(seen.filter(({ url }) => PATHS.includes(url)).length).toBe(2 * ALL.length)
    const reported = () => rig.stub.syncs.flatMap(({ failures = [] }) => failures)
    await until('a report', () => reported().some(([origin]) => origin === dead))
  },
)

test.each([
  [3, '200'],
  [20, '200'],
  [21, '502 origin.redirect'],
])(
  'an origin that is away until the last wait, and then redirects %s times, is followed as any',
  async (length, answer) => {
    const all = await addresses('late-', `own:late${length}`)
    const late: TestOrigin[] = []
    const answers = await askAll(all, async () => {
      await beAway()
      const origin = await startOrigin(port)
      late.push(origin)
      for (const path of PATHS) lay(origin, path, length)
    })
    for (const origin of late) await origin.stop()
    expect(answers).toEqual(answersOf(answer))
  },
)
