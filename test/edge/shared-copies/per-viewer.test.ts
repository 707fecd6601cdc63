import type { IncomingMessage } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { until } from '../../support/programs/port.ts'
import { type GetOptions, type Rig, startRig } from '../rig/rig.ts'
import { channelRows, group } from '../rig/tables.ts'
import { startViewersOrigin, type ViewersOrigin, type Written } from './viewers-origin.ts'

let rig: Rig
let origin: ViewersOrigin
const DIRECTORY = '/hls/ch1/'
/** A copy is fresh for 200 ms. */
const TARGET = 0.4

beforeAll(async () => {
  origin = await startViewersOrigin()
  rig = await startRig(
    (stub) => {
      stub.policy = { ...stub.policy, groups: [group('all', { isDefault: true })] }
      stub.tables.channels.rows = channelRows({ ch1: { origin: origin.url, base: DIRECTORY } })
    },
    (it) => ({ ...it, origins: [origin.url] }),
  )
})
afterAll(async () => {
  await rig?.stop()
  await origin?.stop()
})

/** Who asks: by address and player, as origins tell viewers apart. */
type Who = 'ann' | 'bob'
const OF: Readonly<Record<Who, Required<Pick<GetOptions, 'from' | 'headers'>>>> = {
  ann: { from: '198.51.100.1', headers: { 'User-Agent': 'Ann/1.0' } },
  bob: { from: '203.0.113.2', headers: { 'User-Agent': 'Bob/2.0' } },
}
const whoOf = ({ headers }: IncomingMessage): Who =>
  headers['x-forwarded-for'] === OF.ann.from ? 'ann' : 'bob'

const folder = async (who: Who): Promise<string> => {
  const opened = await rig.get(
    `/live/${rig.ticket({ account: `own:${who}` })}/ch1/index.m3u8`,
    OF[who],
  )
  expect(opened.status).toBe(302)
  return (opened.headers.get('location') ?? '').replace(/[^/]*$/, '')
}

/** A window of four segments; the first number moves on with each fetch. */
const media = (first: number, line: (number: number) => string, more = ''): string =>
  [
    `#EXTM3U\n#EXT-X-TARGETDURATION:${TARGET}\n#EXT-X-MEDIA-SEQUENCE:${first}${more}`,
    ...[0, 1, 2, 3].map((at) => `#EXTINF:0.4,\n${line(first + at)}`),
    '',
  ].join('\n')

const mpd = (periods: string, top = ''): string =>
  `<MPD type="dynamic" minimumUpdatePeriod="PT${TARGET}S">${top}${periods}</MPD>`
const period = (id: string, base: string, inside = ''): string =>
  `<Period id="${id}"><BaseURL>${base}</BaseURL><AdaptationSet>${inside}<SegmentTemplate media="$Number$.m4s" initialization="i.mp4"/></AdaptationSet></Period>`

/** Manifests that are written for each viewer, `count` = how often they were fetched. */
const PERSONAL: Readonly<Record<string, (who: Who, count: number) => string>> = {
  'of a session id in segments': (who, count) => media(count, (it) => `s-${who}/${it}.ts`),
  'of an argument in segments': (who, count) => media(count, (it) => `${it}.ts?t=${who}`),
  'of advertisements between segments of all': (who, count) =>
    media(count, (it) => (it % 3 === 0 ? `/ads/${who}/${it}.ts` : `${it}.ts`)),
  'of a session’s own numbers': (who, count) =>
    media((who === 'ann' ? 5_000 : 3) + count, (it) => `s-${who}/${it}.ts`),
  'of a key': (who, count) =>
    media(count, (it) => `${it}.ts`, `\n#EXT-X-KEY:METHOD=AES-128,URI="/k?t=${who}"`),
  'of a key beside one of all': (who, count) =>
    media(
      count,
      (it) => `${it}.ts`,
      `\n#EXT-X-KEY:METHOD=SAMPLE-AES,URI="/all",KEYFORMAT="com.apple.streamingkeydelivery"\n#EXT-X-KEY:METHOD=SAMPLE-AES,URI="/k?t=${who}",KEYFORMAT="identity"`,
    ),
  'of an interstitial’s list': (who, count) =>
    media(
      count,
      (it) => `${it}.ts`,
      `\n#EXT-X-DATERANGE:ID="a1",CLASS="com.apple.hls.interstitial",START-DATE="2026-01-01T00:00:00Z",X-ASSET-LIST="/ads?sid=${who}"`,
    ),
  'of a multivariant playlist': (who) =>
    `#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nv.m3u8?sid=${who}\n#EXT-X-STREAM-INF:BANDWIDTH=2\nw.m3u8\n`,
  'of a BaseURL of DASH': (who) => mpd(period('1', `s-${who}/`)),
  'of advertisements of DASH': (who) => mpd(period('1', 'all/') + period('ad', `/ads/${who}/`)),
  'of a licence': (who) =>
    mpd(
      period(
        '1',
        'all/',
        `<ContentProtection schemeIdUri="urn:uuid:e2719d58"><dashif:Laurl>/licence?t=${who}</dashif:Laurl></ContentProtection>`,
      ),
    ),
  'of a licence in an attribute': (who) =>
    mpd(
      period(
        '1',
        'all/',
        `<ContentProtection schemeIdUri="urn:uuid:9a04f079"><ms:laurl licenseUrl="/licence?t=${who}"/></ContentProtection>`,
      ),
    ),
}

/** Manifests that are one for all, though two fetches differ. */
const COMMON: Readonly<Record<string, (who: Who, count: number) => Written | string>> = {
  'a comment': (who, count) => media(1, (it) => `${it}.ts`, `\n# for ${who} ${count}`),
  'a date': (_, count) =>
    media(
      count,
      (it) => `${it}.ts`,
      `\n#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:${String(count % 60).padStart(2, '0')}Z`,
    ),
  'numbers that leap ahead': (_, count) => media(count * 50, (it) => `${it}.ts`),
  'numbers that began anew': (_, count) =>
    media(count < 3 ? 900 + count : count, (it) => `${it}.ts`),
  'a server that is one segment behind': (_, count) => media(10 + (count % 2), (it) => `${it}.ts`),
  'no store, for whoever varies': (_, count) => ({
    text: media(count, (it) => `${it}.ts`),
    headers: { 'Cache-Control': 'no-store, private', Vary: '*', ETag: `"${count}"` },
  }),
  'a date of DASH': (_, count) =>
    mpd(period('1', 'all/')).replace('<MPD', `<MPD publishTime="2026-01-01T00:00:0${count % 10}Z"`),
  'a period more': (_, count) =>
    mpd([0, 1].map((at) => period(`${count + at}`, `p${count + at}/`)).join('')),
}

const nameOf = (kind: string): string =>
  `${kind.replace(/[^a-z]/gi, '')}.${kind.includes('DASH') || kind.includes('licence') || kind.includes('period') ? 'mpd' : 'm3u8'}`

const get = async (path: string, who: Who): Promise<string> => {
  const { status, text } = await rig.get(path, OF[who])
  expect(status, path).toBe(200)
  return text
}

/** Asks until it is this viewer for whom the origin is asked. */
const fetchedFor = async (who: Who, name: string, below: string): Promise<void> => {
  const count = (): number => origin.counts.get(DIRECTORY + name) ?? 0
  const before = count()
  await until('a fetch', async () => {
    await get(below + name, who)
    return count() > before
  })
}

/** How often the origin is asked for six manifests in a row: as often where everybody is given his own. */
const countAsked = async (kind: string, ann: string, bob: string): Promise<number> => {
  const name = nameOf(kind)
  const before = origin.counts.get(DIRECTORY + name) ?? 0
  for (let turn = 0; turn < 3; turn += 1) {
    await get(ann + name, 'ann')
    await get(bob + name, 'bob')
  }
  return (origin.counts.get(DIRECTORY + name) ?? 0) - before
}

describe('a manifest that is written for each viewer is found out, and shared no more', () => {
  test.each(Object.keys(PERSONAL))('for the sake %s', async (kind) => {
    const name = nameOf(kind)
    origin.written.set(
      DIRECTORY + name,
      (request, count) => PERSONAL[kind]?.(whoOf(request), count) ?? '',
    )
    const [ann, bob] = [await folder('ann'), await folder('bob')]
    for (const who of ['ann', 'bob', 'ann', 'bob', 'ann'] as const)
      await fetchedFor(who, name, who === 'ann' ? ann : bob)
    expect(await countAsked(kind, ann, bob)).toBe(6)
  })
})

describe('one that is not is shared on', () => {
  test.each(Object.keys(COMMON))('with %s', async (kind) => {
    const name = nameOf(kind)
    origin.written.set(
      DIRECTORY + name,
      (request, count) => COMMON[kind]?.(whoOf(request), count) ?? '',
    )
    const [ann, bob] = [await folder('ann'), await folder('bob')]
    for (const who of ['ann', 'bob', 'ann', 'bob', 'ann'] as const)
      await fetchedFor(who, name, who === 'ann' ? ann : bob)
    expect(await countAsked(kind, ann, bob)).toBeLessThan(6)
  })
})

describe('what was found out holds', () => {
  const kind = 'of a session id in segments'
  const find = async (name: string): Promise<[string, string]> => {
    origin.written.set(
      DIRECTORY + name,
      (request, count) => PERSONAL[kind]?.(whoOf(request), count) ?? '',
    )
    const [ann, bob] = [await folder('ann'), await folder('bob')]
    await fetchedFor('ann', name, ann)
    await fetchedFor('bob', name, bob)
    return [ann, bob]
  }

  test('when the catalogue changes', async () => {
    const [ann, bob] = await find('changed.m3u8')
    const { channels } = rig.stub.tables
    const [row = ''] = channels.rows.values()
    channels.rows.set('ch2', row)
    channels.version = 'c2'
    await until('the new table', () =>
      Promise.resolve(rig.stub.syncs.at(-1)?.have.channels === 'c2'),
    )
    expect(await get(`${ann}changed.m3u8`, 'ann')).toContain('s-ann/')
    expect(await get(`${bob}changed.m3u8`, 'bob')).toContain('s-bob/')
  })

  test('for the same playlist with other directives of its player', async () => {
    const [ann, bob] = await find('delivered.m3u8')
    expect(await get(`${ann}delivered.m3u8?_HLS_skip=YES`, 'ann')).toContain('s-ann/')
    expect(await get(`${bob}delivered.m3u8?_HLS_skip=YES`, 'bob')).toContain('s-bob/')
  })

  test('and control is told of it', async () => {
    await find('told.m3u8')
    await until('the report', () =>
      Promise.resolve(
        rig.stub.syncs.some((it) =>
          (it.unshared ?? []).some(([channel, from]) => channel === 'ch1' && from === origin.url),
        ),
      ),
    )
  })
})

test('a new signing key makes no manifest one of each viewer', async () => {
  origin.written.set(`${DIRECTORY}signed.m3u8`, (_, count) =>
    media(count, (it) => `/else/${it}.ts`),
  )
  const [ann, bob] = [await folder('ann'), await folder('bob')]
  const before = await get(`${ann}signed.m3u8`, 'ann')
  rig.stub.oldSecrets = { 1: Buffer.from(rig.stub.secret).toString('hex') }
  rig.stub.secret = Buffer.alloc(32, 7)
  rig.stub.kid = 2
  rig.stub.keysVersion = 'k2'
  await until('the new key', () => Promise.resolve(rig.stub.syncs.at(-1)?.have.keys === 'k2'))
  const after = await get(`${ann}signed.m3u8`, 'ann')
  expect(after).not.toBe(before)
  const counted = origin.counts.get(`${DIRECTORY}signed.m3u8`) ?? 0
  for (const who of ['ann', 'bob', 'ann', 'bob'] as const)
    await get(`${who === 'ann' ? ann : bob}signed.m3u8`, who)
  expect((origin.counts.get(`${DIRECTORY}signed.m3u8`) ?? 0) - counted).toBeLessThan(4)
})
