import { get, type IncomingMessage } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { pause } from '../../support/pause.ts'
import { until } from '../../support/programs/port.ts'
import { askedFor } from '../rig/folder.ts'
import { type Assets, assetsIn, below, daterange, ELSEWHERE, HLS, startAssets } from './assets.ts'

/*
 * An interstitial's address is in full (RFC 8216bis, appendix D.2): hls.js resolves a relative one with the address of its page. The copy of a playlist serves all viewers, whose
 * addresses of the edge differ.
 */

let assets: Assets
beforeAll(async () => {
  assets = await startAssets()
})
afterAll(() => assets?.stop())
beforeEach(() => {
  assets.rig.origin.seen.length = 0
})

/** What an edge answers to a request whose `Host` is told. */
const askAs = async (path: string, headers: Record<string, string>): Promise<string> => {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(assets.rig.url + path, { headers }, resolve).on('error', reject)
  })
  let text = ''
  for await (const chunk of response) text += String(chunk)
  return text
}

describe('leads to the same place as directly', () => {
  test.each([
    ['ad/a.m3u8', '/hls/ch1/a/ad/a.m3u8'],
    ['./ad/../b.m3u8?x=1&y=%20', '/hls/ch1/a/b.m3u8?x=1&y=%20'],
    ['../ad.m3u8', '/hls/ch1/ad.m3u8'],
    ['../../../ads/a.m3u8', '/ads/a.m3u8'],
    ['/ads/b.m3u8?x=1', '/ads/b.m3u8?x=1'],
    ['/ads/decide?x=1', '/ads/decide?x=1'],
    ['{$of}/{$of}.m3u8', '/hls/ch1/a/v/v.m3u8'],
    ['?only', (name: string) => `/hls/ch1/${name}?only`],
  ])('%s', async (address, wanted) => {
    const define = '#EXT-X-DEFINE:NAME="of",VALUE="v"'
    for (const attribute of ['X-ASSET-URI', 'X-ASSET-LIST']) {
      // What failed a moment ago is not asked for again.
      const mark = `n=${assets.next()}`
      const name = assets.put(
        define,
        daterange(address + (address.includes('?') ? '&' : '?') + mark, attribute),
      )
      const { text } = await assets.rig.get(below(await assets.open()) + name)
      const [found = ''] = assetsIn(text)
      expect(found).not.toMatch(/\/\.|\{/)
      const path = typeof wanted === 'string' ? wanted : wanted(name)
      expect(await askedFor(assets.rig, new URL(found))).toBe(
        path + (path.includes('?') ? '&' : '?') + mark,
      )
    }
  })

  test('at another host that the edge goes to', async () => {
    const name = assets.put(daterange(`${assets.ads.url}/x/a.m3u8?y=1`))
    const { text } = await assets.rig.get(below(await assets.open()) + name)
    const [found = ''] = assetsIn(text)
    expect((await assets.rig.get(below(found))).status).toBe(200)
    expect(assets.ads.seen.map(({ url }) => url)).toEqual(['/x/a.m3u8?y=1'])
  })

  test.each([ELSEWHERE, '//ads.example/a.m3u8', 'data:application/json,{}', '{$none}/a.m3u8'])(
    'past the edge as it stands: %s',
    async (address) => {
      const name = assets.put(daterange(address))
      const { text } = await assets.rig.get(below(await assets.open()) + name)
      expect(assetsIn(text)).toEqual([address])
    },
  )

  test('with an argument that no viewer knows under a seal', async () => {
    const lines = ['#EXT-X-DEFINE:QUERYPARAM="login"', daterange('/ads/{$login}/a.m3u8')]
    const body = ['#EXTM3U', ...lines, 's.ts'].join('\n')
    assets.rig.origin.files.set('/paid/index.m3u8', { type: HLS, body })
    const { text } = await assets.rig.get(`${below(await assets.open('paid'))}index.m3u8`)
    expect(text).not.toContain('OF-THE-PROVIDER')
    const asked = await askedFor(assets.rig, new URL(assetsIn(text)[0] ?? ''))
    expect(asked).toBe('/ads/OF-THE-PROVIDER/a.m3u8')
  })
})

describe('is each viewer’s own, of one copy', () => {
  /** Folders of three viewers, and a playlist that they ask for one after the other: fetched, from the copy, and from the copy again. */
  const three = async (more = '', headers: Record<string, string> = {}) => {
    const name = assets.put(daterange('ad.m3u8'), daterange('/ads/l', 'X-ASSET-LIST'))
    const roots = [await assets.open(), await assets.open(), await assets.open()]
    assets.rig.origin.seen.length = 0
    const answers = []
    for (const root of roots)
      answers.push(await assets.rig.get(below(root) + name + more, { headers }))
    return { roots, answers, name }
  }

  test('whoever comes first', async () => {
    const { roots, answers } = await three()
    expect(new Set(roots).size).toBe(3)
    for (const [at, { status, text }] of answers.entries()) {
      const [uri = '', list = ''] = assetsIn(text)
      expect([status, uri]).toEqual([200, `${roots[at]}a/ad.m3u8`])
      expect(list).toMatch(`${roots[at]}@/`)
    }
    expect(assets.rig.origin.seen).toHaveLength(1)
  })

  test.each([
    ['a range', '', { Range: 'bytes=0-' }],
    ['gzip', '', { 'Accept-Encoding': 'gzip' }],
    ['an address that needs reading', '?x=%20%2e', {}],
    ['a report of the player', '?CMCD=br%3D1', {}],
  ])('asked for with %s', async (_, more, headers) => {
    const { roots, answers } = await three(more, headers)
    for (const [at, answer] of answers.entries()) {
      const { length } = Buffer.from(answer.text)
      expect(assetsIn(answer.text)[0]).toBe(`${roots[at]}a/ad.m3u8`)
      const [status, range] =
        'Range' in headers ? [206, `bytes 0-${length - 1}/${length}`] : [200, null]
      expect([answer.status, answer.headers.get('content-range')]).toEqual([status, range])
      expect(Number(answer.headers.get('content-length') ?? length)).toBe(length)
    }
    expect(assets.rig.origin.seen).toHaveLength(1)
  })

  test('and HEAD tells the length of it', async () => {
    const { roots, answers, name } = await three()
    for (const [at, { text }] of answers.entries()) {
      const path = below(roots[at] ?? '') + name
      const head = await assets.rig.get(path, { method: 'HEAD' })
      expect(Number(head.headers.get('content-length'))).toBe(Buffer.byteLength(text))
    }
  })

  test('of one that is no longer fresh, while another fetches', async () => {
    const name = assets.put(daterange('ad.m3u8'))
    const at = `/hls/ch1/${name}`
    const body = String(assets.rig.origin.files.get(at)?.body).replace(':600', ':1')
    assets.rig.origin.files.set(at, { type: HLS, body })
    const roots = await Promise.all(Array.from({ length: 12 }, () => assets.open()))
    for (let turn = 0; turn < 8; turn += 1) {
      const texts = await Promise.all(
        roots.map(async (root) => (await assets.rig.get(below(root) + name)).text),
      )
      const found = texts.map((text) => assetsIn(text)[0])
      expect(found).toEqual(roots.map((root) => `${root}a/ad.m3u8`))
      await pause(150)
    }
  })

  test('a blocking reload that one fetches and others wait for', async () => {
    const name = assets.put(daterange('ad.m3u8'))
    const roots = await Promise.all(Array.from({ length: 6 }, () => assets.open()))
    const path = `${name}?_HLS_msn=7&_HLS_part=1`
    assets.rig.origin.held.set(`/hls/ch1/${name}`, 700)
    const answers = await Promise.all(roots.map((root) => assets.rig.get(below(root) + path)))
    const found = answers.map(({ text }) => assetsIn(text)[0])
    expect(found).toEqual(roots.map((root) => `${root}a/ad.m3u8`))
  })

  test('below a ticket, for players that follow no redirection', async () => {
    const [name, path] = [
      assets.put(daterange('ad.m3u8')),
      `/live/${assets.rig.ticket({ group: 'boxes' })}/ch1/`,
    ]
    for (let turn = 0; turn < 2; turn += 1) {
      const { status, text } = await assets.rig.get(path + name)
      expect([status, assetsIn(text)]).toEqual([200, [`${assets.rig.url}${path}a/ad.m3u8`]])
    }
  })

  test('and no origin is told it', async () => {
    const { roots } = await three()
    const [asked] = assets.rig.origin.seen
    const [, , pass = '?'] = below(roots[0] ?? '').split('/')
    expect(JSON.stringify(asked?.headers)).not.toContain(pass)
  })
})

describe('is what its viewer has reached the edge by', () => {
  const reached = [
    { says: 'its host', headers: { Host: 'tv.example:8080' }, wanted: 'http://tv.example:8080' },
    { says: 'no host that is none', headers: { Host: 'a"b' }, wanted: null },
    {
      says: 'https, where a proxy that is trusted says so',
      headers: { Host: 'tv.example', 'X-Forwarded-For': '8.8.8.8', 'X-Forwarded-Proto': 'https' },
      wanted: 'https://tv.example',
    },
    ...['HTTPS', 'https, http', 'https,https'].map((told) => ({
      says: `https, where the first of several proxies says ${told}`,
      headers: { Host: 'tv.example', 'X-Forwarded-For': '8.8.8.8', 'X-Forwarded-Proto': told },
      wanted: 'https://tv.example',
    })),
    {
      says: 'not https, where the first of several proxies does not',
      headers: {
        Host: 'tv.example',
        'X-Forwarded-For': '8.8.8.8',
        'X-Forwarded-Proto': 'http, https',
      },
      wanted: 'http://tv.example',
    },
    {
      says: 'not https, where a viewer says so',
      headers: { Host: 'tv.example', 'X-Forwarded-Proto': 'https' },
      wanted: 'http://tv.example',
    },
  ]
  test.each(reached)('$says', async ({ headers, wanted }) => {
    const name = assets.put(daterange('ad.m3u8'))
    const from = headers['X-Forwarded-For']
    const opened = await assets.rig.get(
      `/live/${assets.rig.ticket()}/ch1/index.m3u8`,
      from ? { from } : {},
    )
    const path = (opened.headers.get('location') ?? '').replace(/[^/]*$/, '')
    for (let turn = 0; turn < 2; turn += 1) {
      const found = assetsIn(await askAs(path + name, headers))
      expect(found).toEqual(wanted === null ? [] : [`${wanted}${path}a/ad.m3u8`])
    }
  })

  test('the public address, where a proxy may have changed its host, or the scheme alone differs', async () => {
    const { rig } = assets
    rig.stub.policy = { ...rig.stub.policy, version: 'p2', publicUrl: 'https://tv.example' }
    const from = '198.51.100.9'
    const [direct, proxied] = [below(await assets.open()), below(await assets.open('ch1', from))]
    const baseOf = async (path: string, headers: Record<string, string>) => {
      const name = assets.put(daterange('ad.m3u8'))
      const [address = ''] = assetsIn(await askAs(path + name, headers))
      return address.slice(0, -`${path}a/ad.m3u8`.length)
    }
    const known = { Host: 'tv.example' }
    await until('its public address', async () => (await baseOf(direct, known)).startsWith('https'))
    expect(await baseOf(direct, { Host: '10.0.0.9:8080' })).toBe('http://10.0.0.9:8080')
    const moved = { Host: 'inside', 'X-Forwarded-For': from }
    expect(await baseOf(proxied, moved)).toBe('https://tv.example')
    // Never back to http, which the page of a viewer refuses.
    rig.stub.policy = { ...rig.stub.policy, version: 'p3', publicUrl: 'http://tv.example' }
    await until('its other address', async () => (await baseOf(proxied, moved)).startsWith('http:'))
    const secure = { ...moved, 'X-Forwarded-Proto': 'https' }
    expect(await baseOf(proxied, secure)).toBe('https://inside')
  })
})
