import { afterAll, beforeAll, expect, test } from 'vitest'
import { askedFor, openFolder } from '../rig/folder.ts'
import { type Rig, startRig } from '../rig/rig.ts'
import { channelRows, group } from '../rig/tables.ts'

/*
 * Shaka resolves the references of a manifest with its `Location`, other players with the address it came from (RFC 3986). Through the edge both lead to what the
 * origin's own references lead to from the address that the manifest came from, and so do those of the manifest that `Location` names.
 */

const DASH = 'application/dash+xml'
let rig: Rig
let root: string
beforeAll(async () => {
  rig = await startRig((stub, origin) => {
    stub.policy = { ...stub.policy, groups: [group('all', { isDefault: true })] }
    stub.tables.channels.rows = channelRows({ ch1: { origin: origin.url, base: '/hls/ch1/' } })
  })
  root = await openFolder(rig)
})
afterAll(() => rig?.stop())

const asked = (address: URL): Promise<string> => askedFor(rig, address)

const part = (text: string, pattern: RegExp): string =>
  (pattern.exec(text)?.[1] ?? '').replaceAll('&amp;', '&').replace('$Number$', '7')
const locationOf = (text: string) => part(text, /<Location>([^<]*)/)

/** Where a player asks for a segment that resolves references with this address. */
const segmentFrom = (text: string, at: URL): URL =>
  new URL(part(text, /media="([^"]*)/), new URL(part(text, /<BaseURL>([^<]*)/), at))

let count = 0
const MANIFESTS = ['live', 'sub/live', 'sub/deep/live']
const LOCATIONS = [
  'next%',
  '../next%?session=3',
  '/far/off/next%',
  '§/hls/ch1/in/next%?a=1&amp;b=2',
  './named%',
]
const REFERENCES = [
  ['', '$Number$.m4s'],
  ['', 'd/$Number$.m4s?x=1'],
  ['v/', '$Number$.m4s'],
  ['/cdn/y/', '../$Number$.m4s'],
  ['§/cdn/', 'z/$Number$.m4s'],
]

test.each(
  MANIFESTS.flatMap((manifest) =>
    LOCATIONS.flatMap((location) =>
      REFERENCES.map(([base = '', media = '']) => [manifest, location, base, media] as const),
    ),
  ),
)('%s.mpd with Location %s, BaseURL "%s" and "%s"', async (manifest, where, base, media) => {
  const { origin } = rig
  count += 1
  const location = where
    .replace('%', `${count}${where.includes('named') ? '' : '.mpd'}`)
    .replace('§', origin.url)
  const lead = base === '' ? '' : `<BaseURL>${base.replace('§', origin.url)}</BaseURL>`
  const body = `<MPD type="dynamic" minimumUpdatePeriod="PT2S"><Location>${location}</Location>${lead}<Period><AdaptationSet><SegmentTemplate media="${media}"/><Representation id="a"/></AdaptationSet></Period></MPD>`
  origin.files.set('*', { type: DASH, body })
  let direct = new URL(`/hls/ch1/${manifest}${count}.mpd`, origin.url)
  let through = new URL(`${manifest}${count}.mpd`, root)
  for (const _ of ['its own address', 'its Location', 'the Location of that']) {
    const { text, status } = await rig.get(through.href.slice(rig.url.length))
    expect(status).toBe(200)
    const [next, shown] = [new URL(locationOf(body), direct), new URL(locationOf(text), through)]
    const wanted = segmentFrom(body, direct)
    for (const at of [through, shown])
      expect(await asked(segmentFrom(text, at))).toBe(wanted.pathname + wanted.search)
    direct = next
    through = shown
  }
  // Asked last: the copy of a manifest is at hand for as long as it is fresh.
  expect(await asked(new URL(`${through.href}${through.search === '' ? '?' : '&'}n=1`))).toContain(
    direct.pathname,
  )
})

test('a name that is no seal of this channel is a file as any other', async () => {
  expect(await asked(new URL('@~AAAAAAAAAAAAAAAAAAAAAAAAA.mpd', root))).toBe(
    '/hls/ch1/@~AAAAAAAAAAAAAAAAAAAAAAAAA.mpd',
  )
})
