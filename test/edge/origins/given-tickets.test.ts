import { afterAll, beforeAll, expect, test } from 'vitest'
import { askedFor, openFolder } from '../rig/folder.ts'
import { type Rig, startRig } from '../rig/rig.ts'
import { channelRows, group } from '../rig/tables.ts'

/*
 * What a redirection of the origin gave, and the manifests behind it repeat, is shown to no viewer and reaches the origin again: every address is resolved by Node's URL,
 * directly and through the edge, and what the origin is asked for is compared.
 */

const HLS = 'application/vnd.apple.mpegurl'
const DASH = 'application/dash+xml'
let rig: Rig
let root: string
beforeAll(async () => {
  rig = await startRig((stub, origin) => {
    stub.policy = { ...stub.policy, groups: [group('all', { isDefault: true })] }
    stub.tables.channels.rows = channelRows({
      ch1: { origin: origin.url, base: '/hls/ch1/' },
      ch2: { origin: origin.url, base: '/two/' },
    })
    origin.files.set('*', { type: 'video/mp4', body: '<MPD></MPD>' })
  })
  root = await openFolder(rig, 'ch1')
})
afterAll(() => rig?.stop())

const decode = (text: string): string => text.replaceAll('&amp;', '&')
const filled = (text: string): string =>
  text.replace(/\$(?:Number|Time)\$/g, '7').replace('$RepresentationID$', 'r')

let count = 0
/** A manifest behind a redirection, as it comes through the edge, from where. */
const moved = async (target: string, body: string, base = root) => {
  count += 1
  const ending = body.includes('#EXTM3U') ? 'm3u8' : 'mpd'
  const name = `m${count}.${ending}`
  const { files, url, moved: redirections } = rig.origin
  const from = new URL(base).pathname.includes('/ch2/') ? '/two/' : '/hls/ch1/'
  redirections.set(from + name, target)
  const direct = new URL(target, url + from)
  files.set(direct.pathname, { type: ending === 'mpd' ? DASH : HLS, body })
  const { status, text } = await rig.get((base + name).slice(rig.url.length))
  expect(status).toBe(200)
  return { text, at: base + name, direct: direct.href }
}

const asked = (address: URL): Promise<string> => askedFor(rig, address)

/** Resolved with the BaseURLs of a manifest, each from the one before. */
const resolve = (text: string, at: string, reference: string): URL => {
  const bases = [...text.matchAll(/<BaseURL[^>]*>([^<]*)/g)].map(([, it = '']) => decode(it))
  return new URL(
    filled(decode(reference)),
    bases.reduce((base, it) => new URL(it, base).href, at),
  )
}

const REFERENCE =
  /(?:media|initialization|sourceURL|xlink:href|value)\s*=\s*["']([^"']*)|<(?:Location|PatchLocation[^>]*)>([^<]*)/g
const referencesIn = (text: string): string[] =>
  [...text.matchAll(REFERENCE)].map(([, a, b]) => a ?? b ?? '')
/** What is relative to the manifest, not to a BaseURL. */
const isOfManifest = (text: string): boolean => /^(?:l\d|patch\/|clock|x\d)/.test(text)

const TICKETS = [
  'qT7wE3rR9y',
  'a1b2c3d4e5f6',
  'eyJhbGci.eyJzdWIi0.x-Y_z9',
  'Ab%2Bcd12Ef%3D%3D',
] as const
const TARGETS = [
  '/hlsr/x.mpd?token=§',
  '/tok/§/deep/x.mpd',
  '/tok/§/x.mpd?a=1',
  '/e/x.mpd;token=§',
  '/hls/ch1/§/x.mpd?sid=§',
  '/e/§.mpd',
  '/e/x.mpd?hdntl=exp=1~acl=/*~hmac=§&wms=§',
] as const

test.each(TARGETS.flatMap((target) => TICKETS.map((it) => [target, it] as const)))(
  'DASH behind %s with %s',
  async (shape, ticket) => {
    const target = shape.replaceAll('§', ticket)
    const sets = [
      `<SegmentTemplate media="$RepresentationID$-$Number$.m4s?token=§" initialization="/tok/§/i.mp4"/>`,
      `<SegmentTemplate media="/tok/§/$Number$/s.m4s?a=1&amp;t=§" initialization="§/i-§.mp4"/>`,
      `<SegmentTemplate media="v-§-$Time$.m4s" initialization="../§.mp4"/>`,
      `<SegmentList><Initialization sourceURL="i.mp4?x=1&amp;t=§"/><SegmentURL media="/s/§/1.m4s"/></SegmentList>`,
    ]
    for (const base of ['', '<BaseURL>b/?token=§</BaseURL>', '<BaseURL>/tok/§/b/</BaseURL>'])
      for (const set of sets) {
        const body =
          `<MPD type="dynamic" x:from="t=§"><!-- for § --><Odd>§</Odd>${base}<Location>l€.mpd?token=§</Location>` +
          `<PatchLocation ttl="9">patch/§€.mpp</PatchLocation><UTCTiming schemeIdUri="urn:mpeg:dash:utc:http-iso:2014" value="clock?t=§"/>` +
          `<Period><EventStream><Event>§</Event></EventStream><AdaptationSet>${set}<Representation id="r"/></AdaptationSet></Period><Period xlink:href="x€.php?t=§"/></MPD>`
        const written = body.replaceAll('€', String(count)).replaceAll('§', ticket)
        const { text, at, direct } = await moved(target, written)
        expect(text).not.toContain(ticket)
        const [before, after] = [referencesIn(written), referencesIn(text)]
        expect(after.length).toBe(before.length)
        for (const [index, reference] of before.entries()) {
          const within = (from: string) => (isOfManifest(reference) ? '' : from)
          const wanted = resolve(within(written), direct, reference)
          const found = resolve(within(text), at, after[index] ?? '')
          expect(await asked(found), reference).toBe(wanted.pathname + wanted.search)
        }
      }
  },
)

const HLS_TARGETS = TARGETS.map((it) => it.replaceAll('.mpd', '.m3u8'))
const HLS_REFERENCE = /^([^#\n].*)$|(?:URI|X-ASSET-LIST)="([^"]*)"/gm
const hlsReferences = (text: string): string[] =>
  [...text.matchAll(HLS_REFERENCE)].map(([, line, uri]) => line ?? uri ?? '')

test.each(HLS_TARGETS.flatMap((target) => TICKETS.map((it) => [target, it] as const)))(
  'HLS behind %s with %s',
  async (shape, ticket) => {
    const lines = [
      '# for §, from /tok/§/',
      '#EXT-X-TARGETDURATION:6',
      '#EXT-X-MADE-UP:WHO="§",X=§',
      '#EXT-X-SESSION-DATA:DATA-ID="x",URI="d.json?t=§"',
      '#EXT-X-DEFINE:NAME="t",VALUE="§"',
      '#EXT-X-KEY:METHOD=AES-128,URI="/k/§/key?token=§"',
      '#EXT-X-MAP:URI="§/i.mp4"',
      '#EXT-X-DATERANGE:ID="1",X-ASSET-LIST="list.php?token=§",X-NOTE="§"',
      '#EXTINF:6,§',
      '1.ts?token=§',
      '/tok/§/2.ts',
      '§-3.ts',
      '../§.ts?x=1&y=a:§:b',
      `${rig.origin.url}/hls/ch1/§/4.ts?sid=§`,
      '/hls/ch1/5.ts?t=§',
    ]
    const written = ['#EXTM3U', ...lines].join('\n').replaceAll('§', ticket)
    const { text, at, direct } = await moved(shape.replaceAll('§', ticket), written)
    expect(text).not.toContain(ticket)
    const [before, after] = [hlsReferences(written), hlsReferences(text)]
    expect(after.length).toBe(before.length)
    for (const [index, reference] of before.entries()) {
      const wanted = new URL(reference, direct)
      expect(await asked(new URL(after[index] ?? '', at)), reference).toBe(
        wanted.pathname + wanted.search,
      )
    }
  },
)

test('a ticket of the first of two redirections, of a name of no kind, and in a playlist that was reached without it', async () => {
  const [first, second] = ['qZ8mN2vB6c', 'hG5kL9pT3w']
  const base = await openFolder(rig, 'ch2')
  const { files, moved: redirections } = rig.origin
  redirections.set('/a/x.m3u8', `/b/y.m3u8?k9=${second}`)
  files.set('/b/y.m3u8', { type: HLS, body: '' })
  redirections.set('/two/top.m3u8', `/a/x.m3u8?zz=${first}`)
  const variant = '#EXT-X-STREAM-INF:BANDWIDTH=1\n'
  files.set('/b/y.m3u8', {
    type: HLS,
    body: `#EXTM3U\n# ${first} ${second}\n${variant}low.m3u8\n${variant}/b/high.m3u8?t=${first}\n`,
  })
  const media = `#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,${first}\n1.ts?t=${first}&u=${second}\n`
  for (const name of ['low', 'high']) files.set(`/b/${name}.m3u8`, { type: HLS, body: media })
  const top = await rig.get(`${base}top.m3u8`.slice(rig.url.length))
  const shown = [top.text]
  for (const reference of hlsReferences(top.text)) {
    const at = new URL(reference, base)
    const { status, text } = await rig.get(at.href.slice(rig.url.length))
    expect(status).toBe(200)
    shown.push(text)
    const segment = new URL(hlsReferences(text)[0] ?? '', at)
    expect(await asked(segment)).toBe(`/b/1.ts?t=${first}&u=${second}`)
  }
  expect(shown.length).toBe(3)
  for (const it of [first, second]) expect(shown.join('')).not.toContain(it)
})

test('licence addresses of the own host have no ticket either; those of others stay', async () => {
  const [ticket] = TICKETS
  const licences = (own: string, other: string) =>
    `<ContentProtection schemeIdUri="urn:x"/><ContentProtection schemeIdUri="urn:y"><Laurl>${rig.origin.url}/lic?t=${own}</Laurl><Laurl>https://drm.example/l?t=${other}</Laurl></ContentProtection>`
  const body = `<MPD><Period><AdaptationSet>${licences(ticket, ticket)}</AdaptationSet></Period></MPD>`
  const { text } = await moved(`/e/lic.mpd?token=${ticket}`, body)
  expect(text.split(ticket).length).toBe(2)
  expect(text).toContain(`https://drm.example/l?t=${ticket}`)
})

test.each([(mark: string) => mark, (mark: string) => mark.replace('~kept~', '~kept~A')])(
  'a mark is opened in no address of a manifest, and another channel opens none',
  async (change) => {
    const [ticket] = TICKETS
    const written = `#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\n1.ts?token=${ticket}\n#EXTINF:6,\nlist.php?x=1\n`
    const { text, at } = await moved(`/e/x.m3u8?token=${ticket}`, written)
    const [first = ''] = hlsReferences(text)
    const [mark = ''] = /~kept~[\w-]+~/.exec(first) ?? []
    const seal = /^@\/[^/]+\//.exec(first)?.[0] ?? ''
    expect(mark).not.toBe('')
    const other = await openFolder(rig, 'ch2')
    for (const it of [`${seal}low.m3u8?x=${change(mark)}`, `low.ts?x=${change(mark)}`])
      expect(await asked(new URL(it, at))).toContain('~kept~')
    expect(await asked(new URL(`low.ts?x=${change(mark)}`, other))).toContain('~kept~')
  },
)
