import { afterAll, beforeAll, expect, test } from 'vitest'
import { DASH, type Judge, startJudge } from '../streams/address-judge.ts'

/*
 * A remote element stands for the one that links to it, and its references are resolved where that stands (ISO/IEC 23009-1, section 5.5); the address of a remote
 * element itself is resolved with that of the document it stands in, as Shaka Player does. A small player of that kind reads each manifest twice, as its origin wrote
 * it and as the edge writes it.
 */

let judge: Judge
beforeAll(async () => {
  judge = await startJudge()
})
afterAll(() => judge?.rig.stop())

const REMOTE = 'xlink:href="([^"]*)"'

/** Puts remote elements in place of those that link to them, nested ones too. */
const resolved = async (
  text: string,
  url: string,
  fetchText: (url: string) => Promise<string>,
): Promise<string> => {
  const link = new RegExp(`<(\\w+)[^<>]*${REMOTE}[^<>]*(?:/>|></\\1>)`).exec(text)
  if (link === null) return text
  const at = new URL((link[2] ?? '').replaceAll('&amp;', '&'), url).href
  const inner = await resolved(await fetchText(at), at, fetchText)
  return await resolved(
    text.replace(link[0], () => inner),
    url,
    fetchText,
  )
}

/** What a player asks for: every reference below all of its BaseURLs. */
const addresses = (text: string, url: string): string[] => {
  const found: string[] = []
  const bases = [url]
  const closing = [1]
  for (const [tag, base, media] of text.matchAll(
    /<BaseURL>([^<]*)<\/BaseURL>|<[^<>]*(?:media|initialization|sourceURL)="([^"]*)"[^<>]*>|<(?!Base)[^<>]*>/g,
  )) {
    const here = bases.at(-1) ?? url
    if (base !== undefined)
      bases[bases.length - 1] = new URL(base.replaceAll('&amp;', '&'), here).href
    else if (tag.startsWith('</')) bases.length = closing.pop() ?? 1
    else if (!tag.endsWith('/>')) {
      closing.push(bases.length)
      bases.push(here)
    }
    if (media !== undefined)
      found.push(new URL(media.replaceAll('&amp;', '&').replace('$Number$', '7'), here).href)
  }
  return found
}

const set = (inside: string) =>
  `<AdaptationSet><Representation id="r">${inside}</Representation></AdaptationSet>`
const TEMPLATE = '<SegmentTemplate media="s§-$Number$.m4s" initialization="../i§.mp4"/>'
const LIST = (list: string) => `<SegmentList>${list}</SegmentList>`

const CASES: readonly (readonly [string, string, string])[] = [
  ['beside its manifest', '<Period xlink:href="r§.xml"/>', `<Period>${set(TEMPLATE)}</Period>`],
  [
    'below a BaseURL of the manifest',
    '<BaseURL>v/</BaseURL><Period xlink:href="ads/r§.xml?a=1&amp;b=2"/>',
    `<Period>${set(TEMPLATE)}</Period>`,
  ],
  [
    'below one that climbs',
    '<BaseURL>../../dm/q/</BaseURL><Period xlink:href="/x/r§.mpd"/>',
    `<Period><BaseURL>w/</BaseURL>${set(TEMPLATE)}</Period>`,
  ],
  [
    'with a BaseURL of its own, in full',
    '<BaseURL>v/</BaseURL><Period xlink:href="r§.xml"/>',
    `<Period><BaseURL>%/ads/</BaseURL>${set(TEMPLATE)}</Period>`,
  ],
  [
    'a set below two BaseURLs',
    '<BaseURL>/dm/</BaseURL><Period><BaseURL>p/</BaseURL><AdaptationSet xlink:href="r§.php"/></Period>',
    set('<BaseURL>z/</BaseURL><SegmentTemplate media="/abs/s§-$Number$.m4s"/>'),
  ],
  [
    'one in another',
    '<BaseURL>v/</BaseURL><Period xlink:href="ads/r§.xml"/>',
    '<Period><BaseURL>w/</BaseURL><AdaptationSet xlink:href="n§.xml"/></Period>',
  ],
  [
    'a list of segments',
    `<Period>${set('<BaseURL>l/</BaseURL><SegmentList xlink:href="lists/r§.xml"/>')}</Period>`,
    LIST('<Initialization sourceURL="i§.mp4"/><SegmentURL media="../s§.m4s"/>'),
  ],
  [
    'between periods with BaseURLs of their own',
    `<BaseURL>v/</BaseURL><Period><BaseURL>/one/</BaseURL>${set(TEMPLATE)}</Period><Period xlink:href="ads/r§.xml"/><Period><BaseURL>%/two/x/</BaseURL>${set(TEMPLATE)}</Period><Period><BaseURL>../three/</BaseURL>${set('<SegmentTemplate media="/abs/s§-$Number$.m4s"/>')}</Period>`,
    `<Period><BaseURL>../ad/</BaseURL>${set(TEMPLATE)}</Period><Period><BaseURL>/ad2/</BaseURL>${set(TEMPLATE)}</Period>`,
  ],
  [
    'sets of two periods, each below its own BaseURL',
    '<Period><BaseURL>/one/a/</BaseURL><AdaptationSet xlink:href="../r§.xml"/></Period><Period><BaseURL>two/</BaseURL><AdaptationSet xlink:href="/x/y/r§.xml"/></Period>',
    set(`<BaseURL>../z/</BaseURL>${TEMPLATE}`),
  ],
  [
    'a file as its base',
    '<Period xlink:href="r§.xml"/>',
    `<Period>${set('<BaseURL>whole§.mp4?k=1</BaseURL><SegmentBase><Initialization sourceURL="?init=§"/></SegmentBase>')}</Period>`,
  ],
]

test.each(CASES)('%s', async (_, body, remote) => {
  const { rig } = judge
  const number = judge.fresh('§')
  const fill = (text: string) => text.replaceAll('§', number).replace('%', rig.origin.url)
  rig.origin.files.set('*', { type: 'application/xml', body: fill(remote) })
  for (const folder of ['/hls/ch1/a/b/ads/', '/hls/ch1/a/b/'])
    rig.origin.files.set(`${folder}n${number}.xml`, { type: DASH, body: set(TEMPLATE) })
  const { url, direct, text } = await judge.through(
    fill(`<MPD type="dynamic" xmlns:xlink="http://www.w3.org/1999/xlink">${body}</MPD>`),
    DASH,
  )
  const read = async (from: string): Promise<string> => {
    if (!from.startsWith(rig.url) && !from.startsWith(rig.origin.url)) throw new Error(from)
    return await (await fetch(from)).text()
  }
  const own = fill(`<MPD type="dynamic">${body}</MPD>`)
  const wanted = addresses(await resolved(own, direct, read), direct)
  const ours = addresses(await resolved(text, url, read), url)
  rig.origin.files.set('*', { type: 'video/mp4', body: 'there' })
  const asked: string[] = []
  for (const it of ours) asked.push(await judge.asked(it))
  expect(wanted.length).toBeGreaterThan(0)
  expect(asked).toEqual(
    wanted.map((it) => new URL(it)).map(({ pathname, search }) => pathname + search),
  )
})

test('each viewer gets addresses of his own in full, of one copy, and no origin can put one in', async () => {
  const { rig } = judge
  const name = judge.fresh('x§.mpd')
  const body =
    '<MPD type="dynamic" minimumUpdatePeriod="PT9S" xmlns:xlink="http://www.w3.org/1999/xlink"><Period xlink:href="r.xml"/><Period xlink:href="http://ads.example/&#1;\u0001/p.xml?a=&#1;"/><Period/></MPD>'
  rig.origin.files.set(`/hls/ch1/${name}`, { type: DASH, body })
  const before = rig.origin.seen.length
  for (const root of [judge.root, await judge.open('ch1')]) {
    const { text } = await rig.get(new URL(name, root).pathname)
    const [own = '', other = ''] = [...text.matchAll(/href="([^"]*)"/g)].map(([, it = '']) => it)
    expect(own.startsWith(`${root}@/`), own).toBe(true)
    expect(other).toMatch(/^http:\/\/ads\.example\//)
    expect(other).not.toContain('/s/')
    expect(text).not.toContain('\u0001')
  }
  expect(rig.origin.seen.slice(before).map((it) => it.url)).toEqual([`/hls/ch1/${name}`])
})
