import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { askedFor } from '../rig/folder.ts'
import { type Assets, assetsIn, below, daterange, ELSEWHERE, startAssets } from './assets.ts'

let assets: Assets
beforeAll(async () => {
  assets = await startAssets()
})
afterAll(() => assets?.stop())
beforeEach(() => {
  assets.rig.origin.seen.length = 0
})

describe('marks that others wrote', () => {
  test('are taken out of a playlist that has our own', async () => {
    const name = assets.put('#\u0001', daterange('ad\u0001.m3u8'), 'x\u0001.ts')
    const root = await assets.open()
    for (let turn = 0; turn < 2; turn += 1) {
      const { text } = await assets.rig.get(below(root) + name)
      expect(text).not.toContain('\u0001')
      expect(text.split(root)).toHaveLength(2)
      expect(text.split('\n')).toContain('x.ts')
    }
  })

  test('mean nothing in one without', async () => {
    const name = assets.put('#EXT-X-ODD:\u0001')
    const { text } = await assets.rig.get(below(await assets.open()) + name)
    expect(text.split('\n')[2]).toBe('#EXT-X-ODD:\u0001')
  })

  test('in an argument of a viewer neither', async () => {
    const define = '#EXT-X-DEFINE:QUERYPARAM="of"'
    const name = assets.put(define, daterange('ad.m3u8'), `${ELSEWHERE}&of={$of}`)
    const root = await assets.open()
    const { text } = await assets.rig.get(`${below(root)}${name}?of=%01x`)
    expect(text.split(root)).toHaveLength(2)
    expect(text).not.toContain('\u0001')
  })
})

describe('in documents of JSON', () => {
  /** What a viewer gets for a document behind an address of an interstitial. */
  const documentOf = async (document: object, root: string, more = '') => {
    const directory = `/ads/${assets.next()}/`
    const at = `${directory}list`
    const body = JSON.stringify(document)
    assets.rig.origin.files.set(at, { type: 'application/json', body })
    const name = assets.put(daterange(`${at}?x=1`, 'X-ASSET-LIST'))
    const [list = ''] = assetsIn((await assets.rig.get(below(root) + name)).text)
    assets.rig.origin.seen.length = 0
    const answer = await assets.rig.get(below(list) + more)
    expect(assets.rig.origin.seen.map(({ url }) => url)).toEqual([`${at}?x=1${more}`])
    return { directory, found: JSON.parse(answer.text) as object }
  }

  test('those of interstitials, each viewer’s own', async () => {
    const document = {
      ASSETS: [
        { URI: 'one.m3u8', DURATION: 1 },
        { URI: ELSEWHERE, DURATION: 2 },
        { URI: '/hls/ch1/own.m3u8', DURATION: 3 },
      ],
    }
    for (const root of [await assets.open(), await assets.open()]) {
      const more = '&_HLS_primary_id=P&_HLS_start_offset=1.5'
      const { found, directory } = await documentOf(document, root, more)
      const written = (found as typeof document).ASSETS
      const [one, two, three] = written.map(({ URI: address }) => address)
      expect([two, three]).toEqual([ELSEWHERE, `${root}own.m3u8`])
      expect(one?.startsWith(`${root}@/`)).toBe(true)
      const asked = await askedFor(assets.rig, new URL(`${one}?_HLS_primary_id=P`))
      expect(asked).toBe(`${directory}one.m3u8?_HLS_primary_id=P`)
    }
  })

  test('those of a steering manifest', async () => {
    const root = await assets.open()
    const clone = {
      ID: 'B',
      'BASE-ID': 'A',
      'URI-REPLACEMENT': { 'PER-VARIANT-URIS': { v: '/hls/ch1/v.m3u8' } },
    }
    const document = { VERSION: 1, 'RELOAD-URI': 'list?y=2', 'PATHWAY-CLONES': [clone] }
    const { found: written, directory } = await documentOf(document, root)
    const found = written as typeof document
    expect(found['PATHWAY-CLONES'][0]?.['URI-REPLACEMENT']['PER-VARIANT-URIS'].v).toBe(
      `${root}v.m3u8`,
    )
    expect(await askedFor(assets.rig, new URL(found['RELOAD-URI']))).toBe(`${directory}list?y=2`)
  })

  test('those of a schedule of interstitials', async () => {
    const root = await assets.open()
    const range = (more: object) => ({ CLASS: 'com.apple.hls.interstitial', ...more })
    const document = {
      DATERANGES: [
        range({ ID: 'a', 'X-ASSET-URI': '/hls/ch1/ad.m3u8' }),
        range({ ID: 'b', 'X-ASSET-LIST': 'inner' }),
      ],
    }
    const { found, directory } = await documentOf(document, root)
    const [uri = '', list = ''] = assetsIn(JSON.stringify(found).replace(/"(X-[A-Z-]+)":/g, '$1='))
    expect(uri).toBe(`${root}ad.m3u8`)
    expect(await askedFor(assets.rig, new URL(list))).toBe(`${directory}inner`)
  })
})
