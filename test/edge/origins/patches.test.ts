import { afterAll, beforeAll, expect, test } from 'vitest'
import { askedFor, openFolder } from '../rig/folder.ts'
import { type Rig, startRig } from '../rig/rig.ts'
import { channelRows, group } from '../rig/tables.ts'

/*
 * A patch is put into its manifest, and its references are resolved where they stand then: with the manifest's address and its BaseURL, not with the patch's own address
 * (ISO/IEC 23009-1, section 5.15). Node's URL says where they lead, directly and through the edge.
 */

const DASH = 'application/dash+xml'
let rig: Rig
let root: string
beforeAll(async () => {
  rig = await startRig((stub, origin) => {
    stub.policy = { ...stub.policy, groups: [group('all', { isDefault: true })] }
    stub.tables.channels.rows = channelRows({ ch1: { origin: origin.url, base: '/hls/ch1/' } })
    origin.files.set('*', { type: 'video/mp4', body: '<MPD></MPD>' })
  })
  root = await openFolder(rig)
})
afterAll(() => rig?.stop())

const get = async (url: string) => await rig.get(url.slice(rig.url.length))
const asked = (address: URL): Promise<string> => askedFor(rig, address)
const textIn = (text: string, element: string): string =>
  new RegExp(`<${element}[^>]*>([^<]*)</${element}>`).exec(text)?.[1] ?? ''
const baseOf = (text: string, at: string): string => new URL(textIn(text, 'BaseURL'), at).href
const filled = (text: string): string => text.replace('$Number$', '7').replaceAll('&amp;', '&')
const mediaIn = (text: string): string[] =>
  [...text.matchAll(/(?:media|initialization)="([^"]*)"|@media">([^<]*)/g)].map(
    ([, one, other]) => one ?? other ?? '',
  )

let count = 0
const names = () => {
  count += 1
  return { manifest: `a/b/m${count}.mpd`, at: `${rig.origin.url}/hls/ch1/a/b/m${count}.mpd` }
}
const putManifest = async (inside: string, patches: string, target?: string) => {
  const { manifest, at } = names()
  const direct = target === undefined ? at : new URL(target, at).href
  if (target !== undefined) rig.origin.moved.set(`/hls/ch1/${manifest}`, target)
  const body = `<MPD id="m" type="dynamic">${inside}<PatchLocation ttl="9">${patches}</PatchLocation><Period id="1"><AdaptationSet><SegmentTemplate media="$Number$.m4s"/><Representation id="r"/></AdaptationSet></Period></MPD>`
  rig.origin.files.set(new URL(direct).pathname, { type: DASH, body })
  const { status, text } = await get(root + manifest)
  expect(status).toBe(200)
  return { body, text, direct, at: root + manifest }
}

const PATCHES = ['p§.mpp', '/patches/deep/er/p§.xml?t=1', '../../p§.mpd', 'x/y/z/p§.php']
const BASES = [
  '',
  '<BaseURL>v/</BaseURL>',
  '<BaseURL>/elsewhere/q/</BaseURL>',
  '<BaseURL>../up/</BaseURL>',
]
const TARGETS = [undefined, '/moved/to/m.mpd', '/hls/ch1/in/m.mpd']
const MEDIA = ['n-$Number$.m4s', '/abs/$Number$.m4s?a=1&amp;b=2', '../../t/$Number$.m4s', 'i.mp4']

test.each(
  PATCHES.flatMap((patch) =>
    BASES.flatMap((base) => TARGETS.map((target) => [patch, base, target] as const)),
  ),
)('%s below %j of a manifest at %s', async (shape, base, target) => {
  const name = shape.replace('§', String(count))
  const manifest = await putManifest(base, name, target)
  const place = new URL(name, manifest.direct)
  const next = `next-${count}.mpp`
  const operations = MEDIA.map(
    (it, at) =>
      `<add sel="/MPD"><Period id="${at + 2}"><AdaptationSet><SegmentTemplate media="${it}" initialization="/i/${at}.mp4"/></AdaptationSet></Period></add>`,
  ).join('')
  const body = `<?xml version="1.0"?><Patch mpdId="m">${operations}<replace sel="/MPD/Period[1]/AdaptationSet[1]/SegmentTemplate/@media">../w/$Number$.m4s</replace><replace sel="/MPD/PatchLocation[1]"><PatchLocation>${next}</PatchLocation></replace></Patch>`
  rig.origin.files.set(place.pathname, { type: 'application/dash-patch+xml', body })
  const at = new URL(filled(textIn(manifest.text, 'PatchLocation')), manifest.at)
  rig.origin.seen.length = 0
  const patch = await get(at.href)
  expect(patch.status).toBe(200)
  expect(rig.origin.seen.at(-1)?.url).toBe(place.pathname + place.search)
  const [wanted, found] = [mediaIn(body), mediaIn(patch.text)]
  expect(found.length).toBe(wanted.length)
  for (const [index, reference] of wanted.entries()) {
    const direct = new URL(filled(reference), baseOf(manifest.body, manifest.direct))
    const through = new URL(filled(found[index] ?? ''), baseOf(manifest.text, manifest.at))
    expect(await asked(through), reference).toBe(direct.pathname + direct.search)
  }
  const later = new URL(textIn(patch.text, 'PatchLocation'), manifest.at)
  expect(await asked(later)).toBe(new URL(next, manifest.direct).pathname)
})

test.each([
  [
    '<add sel="/MPD/Period[1]/AdaptationSet/SegmentTemplate/SegmentTimeline"><S t="1" d="2"/></add>',
    200,
  ],
  ['<replace sel="/MPD/@publishTime">2026-01-01T00:00:00Z</replace>', 200],
  [
    '<add sel="/MPD"><Period><AdaptationSet><SegmentTemplate media="x.m4s"/></AdaptationSet></Period></add>',
    404,
  ],
  ['<replace sel="/MPD/Period[1]/AdaptationSet/SegmentTemplate/@media">x.m4s</replace>', 404],
  ['<add sel="/MPD/Period[1]/AdaptationSet/SegmentList"><SegmentURL media="x.m4s"/></add>', 404],
  ['<replace sel="/MPD/Period[1]/BaseURL[1]/text()">/y/</replace>', 404],
])(
  'where Periods have bases of their own, a patch comes as far as it has no references: %s %i',
  async (operation, status) => {
    const name = `own-${count}.mpp`
    const { text, at } = await putManifest('<Period><BaseURL>/other/</BaseURL></Period>', name)
    const body = `<Patch mpdId="m">${operation}</Patch>`
    rig.origin.files.set(`/hls/ch1/a/b/${name}`, { type: 'application/dash-patch+xml', body })
    const patch = await get(new URL(textIn(text, 'PatchLocation'), at).href)
    expect(patch.status).toBe(status)
    if (status === 200) expect(patch.text).toBe(body)
  },
)

test('a patch that brings a BaseURL is not there: players fetch the whole manifest, which has it', async () => {
  const { text, at } = await putManifest('', 'brings.mpp')
  const body =
    '<Patch mpdId="m"><add sel="/MPD"><Period><BaseURL>/ads/</BaseURL></Period></add></Patch>'
  rig.origin.files.set('/hls/ch1/a/b/brings.mpp', { type: DASH, body })
  expect((await get(new URL(textIn(text, 'PatchLocation'), at).href)).status).toBe(404)
})
