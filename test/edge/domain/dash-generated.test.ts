import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createMapper } from '#domain/addresses/mapper'
import type { SealedPlace } from '#domain/addresses/seal'
import { rewriteDash } from '#domain/manifests/dash'
import { type Manifest, type Representation, read } from './dash-reader.ts'

const ORIGIN = 'http://o:1'
const BASE = '/dash/c/'
const MANIFEST = `${ORIGIN}${BASE}sub/m.mpd`
const EDGE = 'http://edge/s/pass/c/'

/** A manifest rewritten, and where its addresses lead at the origin. */
const through = (text: string) => {
  const places: SealedPlace[] = []
  const mapper = createMapper({
    channel: { origin: ORIGIN, base: BASE, isClosed: false, isShared: false },
    manifest: { origin: ORIGIN, path: `${BASE}sub/m.mpd`, query: '' },
    rest: 'sub/m.mpd',
    isMoved: false,
    seal: null,
    ownValues: [],
    isAllowed: (it) => it === ORIGIN || it === 'http://cdn:2',
    isOthers: () => false,
    sealOf: (place) => `~${places.push(place) - 1}`,
  })
  const written = rewriteDash(text, mapper).text
  const back = (address: string): string => {
    if (!address.startsWith(EDGE)) return address
    const rest = address.slice(EDGE.length)
    const [, mark, name = ''] = /^@\/~(\d+)\/(.*)$/.exec(rest) ?? []
    if (mark === undefined) return new URL(BASE + rest, ORIGIN).href
    const place = places[Number(mark)]
    if (place === undefined) return `no such seal: ${address}`
    const [file = '', query = ''] = name.split(/(?=\?)/)
    if (place.kind === 'file' && !place.path.endsWith(`/${file}`)) return `not sealed: ${address}`
    if (place.kind === 'files' && file.includes('/')) return `not sealed: ${address}`
    const path = place.kind === 'file' ? place.path : place.path + file
    return new URL(path + query, place.origin).href
  }
  return { written, back }
}

const DIRECTORIES = [
  '',
  'v/',
  './a/../b/',
  '/r/',
  '/dash/c/w/',
  '../',
  '../../x/',
  'http://cdn:2/d/',
  '//cdn:2/e/',
  'http://ads:3/f/',
  `${ORIGIN}/dash/c/z/`,
]
const directory = fc.constantFrom(...DIRECTORIES)
const one = fc.constantFrom(
  'v/',
  'w/x/',
  '/r/',
  '../',
  'http://cdn:2/d/',
  'http://ads:3/f/',
  '/dash/c/q/',
  'whole.mp4',
)
const NAMES = ['s$Number$.m4s', '$RepresentationID$/$Time$.m4s', 'a.m4s?t=$Number$', 'f.mp4']
const reference = fc
  .tuple(directory, fc.constantFrom(...NAMES))
  .map(([before, name]) => before + name)
const plain = reference.map((it) => it.replaceAll('$', ''))

const attributes = (record: Readonly<Record<string, string | null>>): string =>
  Object.entries(record)
    .map(([name, value]) => (value === null ? '' : ` ${name}="${value}"`))
    .join('')
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.option(arbitrary, { freq: 2 })

const template = fc
  .record({ media: maybe(reference), initialization: maybe(reference) })
  .map((it) => `<SegmentTemplate${attributes(it)}/>`)
const list = fc
  .record({ source: maybe(plain), urls: fc.array(plain, { maxLength: 3 }) })
  .map(
    ({ source, urls }) =>
      `<SegmentList>${source === null ? '' : `<Initialization sourceURL="${source}"/>`}${urls.map((it) => `<SegmentURL media="${it}"/>`).join('')}</SegmentList>`,
  )
const single = plain.map((it) => `<SegmentBase><Initialization sourceURL="${it}"/></SegmentBase>`)
const bases = fc
  .oneof(
    { weight: 4, arbitrary: fc.constant([]) },
    { weight: 4, arbitrary: fc.array(one, { minLength: 1, maxLength: 1 }) },
    { weight: 1, arbitrary: fc.array(one, { minLength: 2, maxLength: 2 }) },
  )
  .map((all) => all.map((it) => `<BaseURL>${it}</BaseURL>`).join(''))

const segments = fc.oneof(
  { weight: 3, arbitrary: fc.constant('') },
  { weight: 3, arbitrary: template },
  { weight: 2, arbitrary: list },
  { weight: 1, arbitrary: single },
)
const level = (name: string, inside: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(bases, segments, inside)
    .map(([base, own, below]) => `<${name}>${base}${own}${below}</${name}>`)
const representations = fc
  .array(fc.tuple(bases, segments), { minLength: 1, maxLength: 3 })
  .map((all) =>
    all
      .map(([base, own], at) => `<Representation id="r${at}">${base}${own}</Representation>`)
      .join(''),
  )
const manifest = fc
  .tuple(bases, level('Period', level('AdaptationSet', representations)))
  .map(([base, period]) => `<MPD>${base}${period}</MPD>`)

const idsOf = ({ representations: all }: Manifest): string[] => all.map(({ id }) => id)
const addressesOf = (found: readonly Representation[], id: string): Representation[] =>
  found.filter((it) => it.id === id)

test('every representation of generated manifests leads where it led, or to another of its alternatives', () => {
  fc.assert(
    fc.property(manifest, (text) => {
      const direct = read(text, MANIFEST)
      const { written, back } = through(text)
      const edge = read(written, `${EDGE}sub/m.mpd`)
      expect(idsOf(edge)).toEqual(idsOf(direct))
      for (const it of edge.representations) {
        const mapped = it.addresses.map(([name, address]) => `${name} ${back(address)}`)
        const expected = addressesOf(direct.representations, it.id).map(({ addresses }) =>
          addresses.map(([name, address]) => `${name} ${address}`),
        )
        expect(expected, written).toContainEqual(mapped)
      }
    }),
    { numRuns: 1500, seed: Number(process.env['SEED'] ?? 20_261_130) },
  )
})
