import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rewriteDash } from '#domain/manifests/dash'
import { type Manifest, type Representation, read } from './dash-reader.ts'
import { BASE, ORIGIN, placesOf } from './places.ts'

const DIRECTORIES = [
  '',
  'v/',
  './a/../b/',
  '/r/',
  `${BASE}w/`,
  '../',
  '../../x/',
  'http://cdn:2/d/',
  '//cdn:2/e/',
  'http://ads:3/f/',
  `${ORIGIN}${BASE}z/`,
]
const directory = fc.constantFrom(...DIRECTORIES)
const one = fc.constantFrom(
  'v/',
  'w/x/',
  '/r/',
  '../',
  'http://cdn:2/d/',
  'http://ads:3/f/',
  `${BASE}q/`,
  'whole.mp4',
)
const NAMES = [
  's$Number$.m4s',
  '$RepresentationID$/$Time$.m4s',
  'a.m4s?t=$Number$',
  'f.mp4',
  '?n=$Number$',
]
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
      const places = placesOf('sub/m.mpd')
      const direct = read(text, places.direct)
      const written = rewriteDash(text, places.mapper).text
      const edge = read(written, places.edge)
      expect(idsOf(edge)).toEqual(idsOf(direct))
      for (const it of edge.representations) {
        const mapped = it.addresses.map(([name, address]) => `${name} ${places.back(address)}`)
        const expected = addressesOf(direct.representations, it.id).map(({ addresses }) =>
          addresses.map(([name, address]) => `${name} ${address}`),
        )
        expect(expected, written).toContainEqual(mapped)
      }
    }),
    { numRuns: 1500, seed: Number(process.env['SEED'] ?? 20_261_130) },
  )
})
