import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Rig, startRig } from '../rig/rig.ts'
import { channelRows, group } from '../rig/tables.ts'

let rig: Rig
beforeAll(async () => {
  rig = await startRig(
    (stub, origin) => {
      stub.policy = { ...stub.policy, groups: [group('all', { isDefault: true })] }
      stub.tables.channels.rows = channelRows({ ch1: { origin: origin.url, base: '/hls/ch1/' } })
    },
    (settings) => ({ ...settings, workers: 1 }),
  )
})
afterAll(() => rig?.stop())

const day = (line: (at: number) => string, length = 40_000): string =>
  Array.from({ length }, (_, at) => line(at)).join('\n')
const hls = (line: (at: number) => string, length?: number): string =>
  `#EXTM3U\n#EXT-X-TARGETDURATION:2\n${day((at) => `#EXTINF:2,\n${line(at)}`, length)}\n#EXT-X-ENDLIST\n`
const dash = (inside: string): string =>
  `<MPD type="static"><Period><AdaptationSet><Representation id="1">${inside}</Representation></AdaptationSet></Period></MPD>`

/** Manifests of a day, and what one of their lines becomes. */
const LONG: readonly (readonly [string, string, string | Buffer, RegExp])[] = [
  ['HLS from the root', 'root.m3u8', hls((at) => `/hls/ch1/2026/${at}.ts`), /^2026\/39999\.ts$/m],
  [
    'HLS of another directory',
    'beside.m3u8',
    hls((at) => `../day/${at}.ts`),
    /^@\/~.*\/39999\.ts$/m,
  ],
  [
    'HLS in Latin-1',
    'latin.m3u8',
    Buffer.from(
      hls((at) => `caf\u00e9-${at}.ts`),
      'latin1',
    ),
    /^caf%E9-39999\.ts$/m,
  ],
  [
    'a list of DASH',
    'list.mpd',
    dash(`<SegmentList>${day((at) => `<SegmentURL media="/hls/ch1/x/${at}.m4s"/>`)}</SegmentList>`),
    /media="x\/39999\.m4s"/,
  ],
]

test.each(LONG)(
  'while %s of a day is rewritten, its worker answers others',
  async (_, name, body, line) => {
    const opened = await rig.get(`/live/${rig.ticket()}/ch1/index.m3u8`)
    const entry = new URL(opened.headers.get('location') ?? '', rig.url).pathname
    const put = (file: string, text: string | Buffer) =>
      rig.origin.files.set(`/hls/ch1/${file}`, { type: 'text/plain', body: text })
    put('index.m3u8', '#EXTM3U\n#EXT-X-TARGETDURATION:20\nseg.ts\n')
    put(name, body)
    expect((await rig.get(entry)).status).toBe(200)
    const waited: number[] = []
    const playOn = async (until: AbortSignal): Promise<void> => {
      while (!until.aborted) {
        const asked = performance.now()
        expect((await rig.get(entry)).status).toBe(200)
        waited.push(performance.now() - asked)
      }
    }
    const over = new AbortController()
    const began = performance.now()
    const [{ status, text }] = await Promise.all([
      rig.get(entry.replace('index.m3u8', name)).finally(() => over.abort()),
      playOn(over.signal),
    ])
    const took = performance.now() - began
    expect([status, line.test(text)]).toEqual([200, true])
    // A worker that does nothing else lets somebody wait for nearly all of it.
    expect(Math.max(...waited)).toBeLessThan(0.6 * took)
  },
)

test('a long live playlist that moved on is compared in steps too, and stays one copy for all', async () => {
  const opened = await rig.get(`/live/${rig.ticket()}/ch1/index.m3u8`)
  const path = new URL(opened.headers.get('location') ?? '', rig.url).pathname.replace(
    'index.m3u8',
    'dvr.m3u8',
  )
  let asked = 0
  rig.origin.files.set('/hls/ch1/dvr.m3u8', {
    type: 'text/plain',
    get body() {
      asked += 1
      const lines = Array.from({ length: 20_000 }, (_, at) => `#EXTINF:0.2,\ns${asked + at}.ts`)
      return `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-MEDIA-SEQUENCE:${asked}\n${lines.join('\n')}\n`
    },
  })
  const seen = new Set<string>()
  while (seen.size < 3) {
    const { status, text } = await rig.get(path)
    expect(status).toBe(200)
    seen.add(/SEQUENCE:(\d+)/.exec(text)?.[1] ?? '')
  }
  // One that two viewers get written differently would be fetched for each of them.
  const before = asked
  const answers = await Promise.all(Array.from({ length: 20 }, () => rig.get(path)))
  expect(answers.every(({ status }) => status === 200)).toBe(true)
  expect(asked - before).toBeLessThan(10)
})

const HALF = '#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n1.ts\n'

test.each([
  ['HLS', 'half.m3u8', hls((at) => `${at}.ts`), 'said'],
  ['DASH', 'half.mpd', dash(`<BaseURL>x/</BaseURL>${'<A/>'.repeat(2000)}`), 'said'],
  [
    'HLS',
    'chunked.m3u8',
    `#EXTM3U\n#EXTINF:2,a\n1.ts\n#EXTINF:2,${'a'.repeat(80)}\n2.ts\n`,
    'chunked',
  ],
  [
    'HLS, between two segments',
    'between.m3u8',
    HALF + HALF.replace('#EXTM3U', '#ABCDEF').replace('1.ts', '2.ts'),
    'chunked',
  ],
  ['DASH', 'chunked.mpd', dash(`<BaseURL>x/</BaseURL>${'<A/>'.repeat(2000)}`), 'chunked'],
] as const)(
  '%s that breaks off in its middle (%s) is no manifest: the next try is sent',
  async (_, name, body, length) => {
    const opened = await rig.get(`/live/${rig.ticket()}/ch1/index.m3u8`)
    const entry = new URL(opened.headers.get('location') ?? '', rig.url).pathname
    const file = `/hls/ch1/${name}`
    rig.origin.files.set(file, { type: 'text/plain', body })
    rig.origin.brokenOff.set(file, length)
    const { status, text } = await rig.get(entry.replace('index.m3u8', name))
    expect(rig.origin.brokenOff.has(file)).toBe(false)
    expect([status, text.trimEnd().slice(-6)]).toEqual([200, body.trimEnd().slice(-6)])
  },
)

test('of archives that are asked for at once, each is answered, and the first long before the last', async () => {
  const opened = await rig.get(`/live/${rig.ticket()}/ch1/index.m3u8`)
  const entry = new URL(opened.headers.get('location') ?? '', rig.url).pathname
  const names = Array.from({ length: 8 }, (_, at) => `archive-${at}.m3u8`)
  const body = hls((at) => `/other/${at % 5}/${at}.ts`, 20_000)
  for (const name of names) rig.origin.files.set(`/hls/ch1/${name}`, { type: 'text/plain', body })
  const began = performance.now()
  const took = await Promise.all(
    names.map(async (name) => {
      const { status, text } = await rig.get(entry.replace('index.m3u8', name))
      expect([status, /\/19999\.ts$/m.test(text)]).toEqual([200, true])
      return performance.now() - began
    }),
  )
  // Where all are rewritten by turns, the first is done when nearly all are.
  expect(Math.min(...took)).toBeLessThan(0.6 * Math.max(...took))
})
