import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isUnclear } from '#domain/addresses/unclear'
import { isPlainText } from '#domain/credentials/encoding'

const text = readFileSync(join(import.meta.dirname, '../../../nginx/gatehouse-http.conf'), 'utf8')
const written = /map \$request_uri \$gh_is_plain \{[^}]*?"~(.+)" 1;/s.exec(text)?.[1] ?? ''
// In quotes nginx takes one of two backslashes away.
const isPlain = (address: string): boolean =>
  new RegExp(written.replaceAll(String.raw`\\`, '\\')).test(address)

const pieces = [
  'a',
  'Z9',
  '.',
  '..',
  '/',
  '%2e',
  '%2F',
  ';',
  '@',
  '~',
  '?',
  '#',
  '\\',
  ' ',
  'é',
  ':',
  "'",
  '\u0001',
]
const anyAddress = fc
  .array(fc.constantFrom(...pieces), { maxLength: 12 })
  .map((parts) => `/s/pass/ch1/${parts.join('')}`)

test('addresses as players ask for them are plain', () => {
  for (const rest of [
    'index.m3u8',
    'v/1080p/seg_00012.ts?token=a%20b&n=1',
    '@/~x-Y_1/seg.m4s',
    "a(1)!$&'*+,;=:.ts",
  ])
    expect(isPlain(`/s/pass/ch1/${rest}`), rest).toBe(true)
})

test('what an origin could read otherwise, or nginx would normalize, is not plain', () => {
  for (const rest of [
    '../x',
    'a/../b',
    'a/.b',
    'a//b',
    'a%2e',
    'a..%2fb',
    'a\\b',
    'a#b',
    'a?b#c',
    'a b',
    '',
  ])
    expect(isPlain(`/s/pass/ch1/${rest}`), rest).toBe(false)
  for (const address of [
    '/s/pass',
    '/s/pass/ch1',
    '/s/../live/t/ch1/x',
    '//s/pass/ch1/x',
    '/live/t/ch1/x',
  ])
    expect(isPlain(address), address).toBe(false)
})

/** What a door of nginx takes for plain. */
const doorPattern = (kind: string): RegExp => {
  const door = readFileSync(
    join(import.meta.dirname, `../../../nginx/doors/gatehouse-door-${kind}.conf`),
    'utf8',
  )
  const pattern =
    /if \(\$request_uri !~ "(.+)"\) \{\s*(?:set [^;]+;\s*)?rewrite \^ \S+odd\S+ last/.exec(
      door,
    )?.[1]
  expect(pattern).toBeDefined()
  // What PCRE takes at once and does not give back, JavaScript may give back: it finds the same here.
  return new RegExp((pattern ?? '').replace(/([\])]\*)\+(?=[(/)])/g, '$1'))
}

test.each(['manifest', 'segment'])('what a door takes for plain is: %s', (kind) => {
  const pattern = doorPattern(kind)
  for (const rest of ['index.m3u8', 'v/1080p/seg_00012.ts', "a(1)!$&'*+,;=:.ts", 'a/', 'a?b=%20'])
    expect(pattern.test(`/s/pass/ch1/${rest}`), rest).toBe(true)
  expect(pattern.test('/s/pass/ch1/@/~x-Y_1/seg.m4s')).toBe(kind === 'manifest')
  fc.assert(
    fc.property(anyAddress, (address) => {
      if (pattern.test(address)) expect(isPlain(address)).toBe(true)
    }),
  )
})

test('a plain address is never unclear and stays as it is when nginx normalizes it', () => {
  fc.assert(
    fc.property(anyAddress, (address) => {
      if (!isPlain(address)) return
      const [path = ''] = address.split('?')
      const rest = path.slice('/s/pass/ch1/'.length)
      expect(isUnclear(rest)).toBe(false)
      expect(isPlainText(rest)).toBe(true)
      expect(new URL(address, 'http://edge').pathname).toBe(path)
    }),
  )
})
