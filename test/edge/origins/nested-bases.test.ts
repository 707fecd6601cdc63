import { afterAll, beforeAll, expect, test } from 'vitest'
import { askedFor, openFolder } from '../rig/folder.ts'
import { type Rig, startRig } from '../rig/rig.ts'
import { channelRows, group } from '../rig/tables.ts'

/*
 * BaseURLs below one in full: some players resolve each with those above it (RFC 3986), ffmpeg takes the innermost alone, and whatever is above it where that is in full. What either asks
 * for through the edge is what the origin is asked for directly.
 */

const DASH = 'application/dash+xml'
let rig: Rig
let root: string
beforeAll(async () => {
  rig = await startRig((stub, origin) => {
    stub.policy = { ...stub.policy, groups: [group('all', { isDefault: true })] }
    stub.tables.channels.rows = channelRows({ ch1: { origin: origin.url, base: '/hls/ch1/' } })
    origin.files.set('*', { type: 'video/mp4', body: '' })
  })
  root = await openFolder(rig)
})
afterAll(() => rig?.stop())

const asked = (address: URL): Promise<string> => askedFor(rig, address)

interface Found {
  readonly bases: readonly string[]
  readonly references: readonly string[]
}
const attribute = (tag: string): string[] =>
  [...tag.matchAll(/(?:media|initialization)="([^"]*)"/g)].map(([, it = '']) => it)

/** What the representations of a manifest made here have: its BaseURLs, the outermost first, and the references that count for it. */
const representationsOf = (text: string): Found[] => {
  const found: Found[] = []
  const open: { bases: string[]; references: string[] }[] = []
  const tags =
    /<(MPD|Period|AdaptationSet|Representation)\b[^>]*>|<BaseURL>([^<]*)|<SegmentTemplate[^>]*>|<\/(?:MPD|Period|AdaptationSet|Representation)>/g
  for (const [tag, level, base] of text.matchAll(tags)) {
    const inner = open.at(-1)
    if (level !== undefined) open.push({ bases: [], references: inner?.references ?? [] })
    else if (base !== undefined) inner?.bases.push(base)
    else if (tag.startsWith('<SegmentTemplate') && inner !== undefined)
      inner.references = attribute(tag)
    else if (tag.startsWith('</')) {
      if (tag === '</Representation>')
        found.push({ bases: open.flatMap((it) => it.bases), references: inner?.references ?? [] })
      open.pop()
    }
  }
  return found
}

const filled = (text: string): string => text.replace('$Number$', '7').replaceAll('&amp;', '&')
const chained = ({ bases }: Found, at: string): string =>
  bases.reduce((above, it) => new URL(filled(it), above).href, at)
/** As ffmpeg does: from the last in full on, else the last alone. */
const innermost = ({ bases }: Found, at: string): string => {
  const full = bases.findLastIndex((it) => /^https?:/.test(it))
  return chained({ bases: bases.slice(full), references: [] }, at)
}

let count = 0
const base = (text: string) => (text === '' ? '' : `<BaseURL>${text}</BaseURL>`)

const OUTER = ['§/far/off/', '§/hls/ch1/in/', '//§§/two%20x/']
const INNER = [
  ['v/', '', ''],
  ['', 'sets/', 'r/'],
  ['../up/', './v/', 'w/'],
  ['/root/', '', 'rep/'],
  ['', '', 'film.mp4'],
  ['', 's/', ''],
]
/** Whether each representation has a BaseURL below the one in full. */
const isEven = ([set, first, second]: readonly string[]) =>
  (first === '') === (second === '') && (set !== '' || first !== '')
const MEDIA = [
  '$Number$.m4s',
  'd/$Number$.m4s?a=1&amp;b=2',
  '../t/$Number$.m4s',
  '/abs/$Number$.m4s',
]

test.each(
  OUTER.flatMap((outer) =>
    INNER.flatMap((inner) => ['MPD', 'Period'].map((level) => [outer, inner, level] as const)),
  ),
)('%s above %j, in %s', async (shape, inner, level) => {
  const [set = '', first = '', second = ''] = inner
  const { origin } = rig
  const full = shape.replace('§§', new URL(origin.url).host).replace('§', origin.url)
  count += 1
  const sets = MEDIA.map(
    (media) =>
      `<AdaptationSet>${base(set)}<SegmentTemplate media="${media}" initialization="i.mp4"/><Representation id="a">${base(first)}</Representation><Representation id="b">${base(second)}</Representation></AdaptationSet>`,
  ).join('')
  const body = `<MPD>${level === 'MPD' ? base(full) : ''}<Period>${level === 'Period' ? base(full) : ''}${sets}</Period></MPD>`
  const name = `deep/m${count}.mpd`
  origin.files.set(`/hls/ch1/${name}`, { type: DASH, body })
  const { text, status } = await rig.get((root + name).slice(rig.url.length))
  expect(status).toBe(200)
  const [direct, through] = [representationsOf(body), representationsOf(text)]
  expect(through.length).toBe(direct.length)
  for (const [index, one] of direct.entries()) {
    const other = through[index] ?? { bases: [], references: [] }
    // VLC resolves the templates of a level with the BaseURLs of that level.
    if (isEven(inner)) expect(other.bases.length).toBe(one.bases.length)
    expect(other.references.length).toBe(2)
    for (const [at, reference] of one.references.entries()) {
      const { pathname, search } = new URL(
        filled(reference),
        chained(one, `${origin.url}/hls/ch1/${name}`),
      )
      for (const resolve of [chained, innermost]) {
        const address = new URL(filled(other.references[at] ?? ''), resolve(other, root + name))
        expect(await asked(address), `${reference} in ${text}`).toBe(pathname + search)
      }
    }
  }
})

const alternatives = (one: string, other: string) =>
  `<BaseURL serviceLocation="a">${one}</BaseURL><BaseURL serviceLocation="b">${other}</BaseURL>`
const SET =
  '<Period><AdaptationSet><SegmentTemplate media="$Number$.m4s"/><Representation id="a"/></AdaptationSet></Period>'

const basesOf = (text: string): string[] =>
  [...text.matchAll(/<BaseURL[^>]*>([^<]*)/g)].map(([, it = '']) => filled(it))

test('alternatives in full reach each viewer in full, of one copy: dash.js goes on from no others', async () => {
  const { origin } = rig
  const far = `${origin.url}/far/a&amp;b/`
  const files = { both: alternatives(far, 'v/') + SET, one: base(far) + SET }
  for (const [name, inside] of Object.entries(files))
    origin.files.set(`/hls/ch1/${name}.mpd`, {
      type: DASH,
      body: `<MPD type="dynamic" minimumUpdatePeriod="PT9S">${inside}</MPD>`,
    })
  const read = async (address: string) =>
    basesOf((await rig.get(address.slice(rig.url.length))).text)
  const roots = [root, await openFolder(rig)]
  origin.seen.length = 0
  const found = await Promise.all(roots.map((own) => read(`${own}both.mpd`)))
  expect(origin.seen.map(({ url }) => url)).toEqual(['/hls/ch1/both.mpd'])
  for (const [at, own] of roots.entries()) {
    const [full = '', relative = '', ...more] = found[at] ?? []
    expect(more).toEqual([])
    expect(full.startsWith(`${own}@/`), full).toBe(true)
    expect(relative).toMatch(/^@\//)
    expect(await asked(new URL(`${full}${at}.m4s`))).toBe(`/far/a&b/${at}.m4s`)
    expect(await asked(new URL(`${relative}${at}.m4s`, own))).toBe(`/hls/ch1/v/${at}.m4s`)
  }
  // One alone is relative, so that its copy is the same for all.
  expect(await read(`${root}one.mpd`)).toEqual([expect.stringMatching(/^@\//)])
})
