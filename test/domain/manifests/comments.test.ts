import { expect, test } from 'vitest'
import { rewriteHls } from '#domain/manifests/hls'
import { withoutComments } from '#domain/manifests/xml'

const written = (text: string, isForAll = true): string =>
  rewriteHls(text, {
    rewrite: (address) => `<${address}>`,
    rewriteManifest: (address) => `<${address}>`,
    hide: () => null,
    inFull: (address) => address,
    argument: () => null,
    isForAll,
    imported: {},
  }).text

test.each([
  '# for 4711: URI="x"',
  '## for 4711',
  '#viewer=4711',
  '#Made for: 4711',
  '  # for 4711',
])('what a playlist has for people is in no copy for all: %s', (line) => {
  const text = `#EXTM3U\n#EXTINF:4,\n${line}\na.ts\n`
  expect(written(text)).not.toContain('4711')
  expect(written(text, false)).toContain(line)
})

test.each([
  ['<a><!-- x --><b/><!----></a>', '<a><b/></a>'],
  ['<a><![CDATA[<!-- x -->]]><!-- <![CDATA[ -->y</a>', '<a><![CDATA[<!-- x -->]]>y</a>'],
  ['<!DOCTYPE a><!-- <!-- --><a/>', '<!DOCTYPE a><a/>'],
  ['<a/><!-- x', '<a/><!-- x'],
  ['<a/><!-- x --><![CDATA[<!-- y -->', '<a/><![CDATA[<!-- y -->'],
])('comments of XML: %s', (text, expected) => expect(withoutComments(text)).toBe(expected))

test('however many begin and do not end', () => {
  const text = '<!-- '.repeat(400_000)
  expect(withoutComments(text)).toBe(text)
})
