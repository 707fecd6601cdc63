import { describe, expect, test } from 'vitest'
import { rewriteJson } from '#domain/manifests/json-documents'

const rewrite = (address: string): string => `<${address}>`
const written = (document: unknown): unknown => {
  const text = rewriteJson(JSON.stringify(document), rewrite)
  return text === null ? null : JSON.parse(text)
}

describe('documents in JSON that name playlists', () => {
  test('a list of interstitials', () => {
    expect(
      written({
        ASSETS: [{ URI: 'http://ads/1.m3u8', DURATION: 5, X: { URI: 'y' } }, { DURATION: 1 }],
        Z: 'URI',
      }),
    ).toEqual({
      ASSETS: [{ URI: '<http://ads/1.m3u8>', DURATION: 5, X: { URI: 'y' } }, { DURATION: 1 }],
      Z: 'URI',
    })
  })

  test('a schedule of them', () => {
    const one = { ID: 'a', 'X-ASSET-URI': 'a.m3u8', 'X-SCHEDULE-OFFSET': 5 }
    const list = { ID: 'b', 'X-ASSET-LIST': '/l', 'X-COM': 'x' }
    const nested = { ID: 'c', CLASS: 'com.apple.hls.daterange-schedule', 'X-URI': 's' }
    expect(written({ DATERANGES: [one, list, nested] })).toEqual({
      DATERANGES: [
        { ...one, 'X-ASSET-URI': '<a.m3u8>' },
        { ...list, 'X-ASSET-LIST': '</l>' },
        { ...nested, 'X-URI': '<s>' },
      ],
    })
  })

  test('a steering manifest: no pathway leads to a host of its own', () => {
    const clone = (replacement: unknown) => ({
      'BASE-ID': 'A',
      ID: 'B',
      'URI-REPLACEMENT': replacement,
    })
    expect(
      written({
        VERSION: 1,
        TTL: 300,
        'RELOAD-URI': '/s?x=1',
        'PATHWAY-PRIORITY': ['A', 'B'],
        'PATHWAY-CLONES': [
          clone({ HOST: 'other.example' }),
          clone({ PARAMS: { a: '1' }, 'PER-VARIANT-URIS': { v: 'v.m3u8' } }),
        ],
      }),
    ).toEqual({
      VERSION: 1,
      TTL: 300,
      'RELOAD-URI': '</s?x=1>',
      'PATHWAY-PRIORITY': ['A', 'B'],
      'PATHWAY-CLONES': [clone({ PARAMS: { a: '1' }, 'PER-VARIANT-URIS': { v: '<v.m3u8>' } })],
    })
  })

  test.each(['{"a":"ASSETS"}', '[{"ASSETS":[]}]', '{"ASSETS":[', 'x{"ASSETS":[]}', '#EXTM3U'])(
    'nothing else: %s',
    (text) => expect(rewriteJson(text, rewrite)).toBeNull(),
  )
})
