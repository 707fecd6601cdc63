import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HLS, type Judge, startJudge } from './address-judge.ts'

/* `EXT-X-DEFINE` (RFC 8216bis, section 4.4.2.3) in playlists that the edge rewrites. */

let judge: Judge
beforeAll(async () => {
  judge = await startJudge()
})
afterAll(() => judge?.rig.stop())

/** Puts a playlist of the lines at the origin, fetches it through the edge, and returns its lines behind the definition. */
const linesOf = async (url: string, path: string, ...lines: string[]): Promise<string[]> => {
  const body = ['#EXTM3U', ...lines].join('\n')
  judge.rig.origin.files.set(path, { type: HLS, body })
  const { status, text } = await judge.rig.get(url.slice(judge.rig.url.length))
  expect(status).toBe(200)
  return text.split('\n').slice(1)
}
const STREAM = '#EXT-X-STREAM-INF:BANDWIDTH=1'
const MEDIA = '#EXT-X-TARGETDURATION:1'
const QUERY = (name: string) => `#EXT-X-DEFINE:QUERYPARAM="${name}"`
const IMPORT = (name: string) => `#EXT-X-DEFINE:IMPORT="${name}"`

describe('addresses with variables', () => {
  test.each([
    ['VALUE', '#EXT-X-DEFINE:NAME="d",VALUE="/v/1"', '{$d}/s.ts', '/v/1/s.ts'],
    ['QUERYPARAM', QUERY('tok'), '/v/s.ts?t={$tok}', '/v/s.ts?t=T 1'],
    ['QUERYPARAM, its name in percents', QUERY('enc'), '/v/{$enc}.ts', '/v/2.ts'],
  ])('%s', async (_, define, reference, wanted) => {
    const name = judge.fresh('m§.m3u8')
    const url = `${judge.root}${name}?tok=T%201&%65nc=2`
    const lines = await linesOf(url, `/hls/ch1/${name}`, define, MEDIA, reference)
    const { pathname, search } = new URL(wanted, judge.rig.origin.url)
    expect(await judge.asked(new URL(lines[2] ?? '', url).href)).toBe(pathname + search)
  })

  test('IMPORT of what the multivariant playlist defines', async () => {
    const master = ['#EXT-X-DEFINE:NAME="h",VALUE="/imp"', STREAM, 'v.m3u8']
    await linesOf(`${judge.root}i.m3u8`, '/hls/ch1/i.m3u8', ...master)
    const url = `${judge.root}v.m3u8`
    const lines = await linesOf(url, '/hls/ch1/v.m3u8', IMPORT('h'), MEDIA, '{$h}/s.ts')
    expect(await judge.asked(new URL(lines[2] ?? '', url).href)).toBe('/imp/s.ts')
  })
})

describe('a variable defined by others', () => {
  const two = (value: string) => `#EXT-X-DEFINE:NAME="two",VALUE="${value}"`

  test.each([
    ['/v/{$one}', '{$two}/s.ts', '/v/1/s.ts'],
    ['{$one}?t={$one}', '/x/{$two}', '/x/1?t=1'],
    ['http://{$none}/', 's.ts', '/hls/ch1/s.ts'],
  ])('%s', async (value, reference, wanted) => {
    const name = judge.fresh('m§.m3u8')
    const one = '#EXT-X-DEFINE:NAME="one",VALUE="1"'
    const url = `${judge.root}${name}`
    const lines = await linesOf(url, `/hls/ch1/${name}`, one, two(value), MEDIA, reference)
    expect(await judge.asked(new URL(lines[3] ?? '', url).href)).toBe(wanted)
  })

  test('of the provider’s login is told to no viewer', async () => {
    const entry = `${await judge.open('paid')}m.m3u8`
    const master = [QUERY('login'), two('/k/{$login}'), STREAM, '{$two}/v.m3u8']
    const lines = await linesOf(`${entry}?chain=1`, '/paid/m.m3u8', ...master)
    expect(lines.join()).not.toContain('OF-THE-PROVIDER')
    expect(await judge.asked(new URL(lines[3] ?? '', entry).href)).toBe('/k/OF-THE-PROVIDER/v.m3u8')
  })

  test.each([
    ['p', '/v/p/s.ts'],
    ['a/b', null],
    ['..', null],
  ])('of what a viewer wrote opens no other directory: %s', async (value, wanted) => {
    const name = judge.fresh('c§.m3u8')
    const url = `${judge.root}${name}?of=${encodeURIComponent(value)}`
    const define = [QUERY('of'), two('/v/{$of}')]
    const lines = await linesOf(url, `/hls/ch1/${name}`, ...define, MEDIA, '{$two}/s.ts')
    if (wanted === null) expect(lines[3]).toBe('{$two}/s.ts')
    else expect(await judge.asked(new URL(lines[3] ?? '', url).href)).toBe(wanted)
  })
})

describe('the login in a channel’s address', () => {
  test('goes to the origin wherever it wants it, and to no viewer', async () => {
    const root = await judge.open('paid')
    const entry = `${root}m.m3u8`
    const lines = await linesOf(entry, '/paid/m.m3u8', QUERY('login'), STREAM, 'v.m3u8?l={$login}')
    expect(lines[0]).toBe('#EXT-X-DEFINE:NAME="login",VALUE=""')
    const variant = new URL(lines[2] ?? '', entry).href
    const media = [QUERY('l'), IMPORT('login'), MEDIA, 's.ts?x={$l}', '{$login}/t.ts', 'u.ts']
    const found = await linesOf(variant, '/paid/v.m3u8', ...media)
    expect(judge.rig.origin.seen.at(-1)?.url).toBe('/paid/v.m3u8?l=OF-THE-PROVIDER')
    expect([...lines, ...found].join()).not.toContain('OF-THE-PROVIDER')
    const wanted = ['s.ts?x=OF-THE-PROVIDER', 'OF-THE-PROVIDER/t.ts', 'u.ts']
    for (const [index, path] of wanted.entries()) {
      const segment = new URL(found[index + 3] ?? '', variant).href
      expect(await judge.asked(segment)).toBe(`/paid/${path}`)
    }
    await judge.rig.get(`${variant.slice(judge.rig.url.length)}?_HLS_msn=7`)
    expect(judge.rig.origin.seen.at(-1)?.url).toBe('/paid/v.m3u8?l=OF-THE-PROVIDER&_HLS_msn=7')
  })

  test('is shown in no address that the origin writes, and reaches it again in each', async () => {
    const entry = `${await judge.open('paid')}m.m3u8`
    const login = 'login=OF-THE-PROVIDER'
    const wanted = [
      `/paid/v.m3u8?${login}`,
      `/paid/w.php?a=1&${login}&b=2`,
      `/k/s.ts?${login}`,
      '/paid/s-OF-THE-PROVIDER-1.ts?a=b:OF-THE-PROVIDER:c',
      '/paid/v-OF-THE-PROVIDER.m3u8',
      `/paid/own.ts?x=login&${login}`,
    ]
    const master = wanted.flatMap((it) => (it.includes('.ts') ? [it] : [STREAM, it]))
    const lines = await linesOf(`${entry}?shown=1`, '/paid/m.m3u8', ...master)
    expect(lines.join()).not.toContain('OF-THE-PROVIDER')
    for (const [index, line] of lines.filter((it) => !it.startsWith('#')).entries())
      expect(await judge.asked(new URL(line, entry).href)).toBe(wanted[index])
  })

  test('under another name neither, nor in the path', async () => {
    const entry = `${await judge.open('panel')}77.m3u8`
    const wanted = [
      '/live/anna/pass-word/v.m3u8?u=anna&p=pass-word',
      '/live/anna/pass-word/anna/pass-word/s.ts',
      '/live/anna/pass-word/deep/pass-word?x=pass-word',
      '/hlsr/anna/pass-word/w.m3u8?a=1',
    ]
    const master = wanted.flatMap((it) => (it.includes('.m3u8') ? [STREAM, it] : [it]))
    const lines = await linesOf(entry, '/live/anna/pass-word/77.m3u8', ...master)
    expect(lines.join()).not.toMatch(/anna|pass-word/)
    for (const [index, line] of lines.filter((it) => !it.startsWith('#')).entries())
      expect(await judge.asked(new URL(line, entry).href)).toBe(wanted[index])
  })

  test('nor where a viewer asks for it under a name that the playlist reads', async () => {
    const entry = `${await judge.open('paid')}m.m3u8`
    const asked = ['x=~own0', 'login=~own&x=~own0', 'x=OF-THE-PROVIDER']
    for (const [index, args] of asked.entries()) {
      const master = [QUERY('x'), STREAM, `v${index}.m3u8?y={$x}`]
      const lines = await linesOf(`${entry}?n=${index}&${args}`, '/paid/m.m3u8', ...master)
      expect(lines.join()).not.toContain('OF-THE-PROVIDER')
      const variant = await judge.asked(new URL(lines[2] ?? '', entry).href)
      expect(variant).toBe(`/paid/v${index}.m3u8?y=OF-THE-PROVIDER`)
    }
  })

  test('nor in one of DASH', async () => {
    const root = await judge.open('paid')
    const login = 'login=OF-THE-PROVIDER'
    const body = `<MPD type="static"><Location>m.mpd?${login}</Location><Period><AdaptationSet><SegmentTemplate media="/t/$Number$.m4s?a=1&amp;${login}" initialization="i.mp4?${login}"/><Representation id="a"/><Representation id="b"><BaseURL>deeper/</BaseURL></Representation></AdaptationSet><AdaptationSet><SegmentTemplate media="OF-THE-PROVIDER/$Number$.m4s"/><Representation id="c"/></AdaptationSet></Period></MPD>`
    judge.rig.origin.files.set('/paid/m.mpd', { type: 'application/dash+xml', body })
    const { text } = await judge.rig.get(`${root.slice(judge.rig.url.length)}m.mpd`)
    expect(text).not.toContain('OF-THE-PROVIDER')
    const [media = ''] = [...text.matchAll(/media="([^"]*)"/g)].map(([, it = '']) => it)
    const at = media.replace('$Number$', '7').replace('&amp;', '&')
    expect(await judge.asked(new URL(at, root).href)).toBe(`/t/7.m4s?a=1&${login}`)
    const last = [...text.matchAll(/media="([^"]*)"/g)].at(-1)?.[1] ?? ''
    const inPath = await judge.asked(new URL(last.replace('$Number$', '7'), root).href)
    expect(inPath).toBe('/paid/OF-THE-PROVIDER/7.m4s')
  })

  test('nor does what a redirection of the origin adds', async () => {
    judge.rig.origin.moved.set('/hls/ch1/moved.m3u8', '/hls/ch1/to.m3u8?made=FOR-THE-EDGE')
    const url = `${judge.root}moved.m3u8`
    for (const more of ['', '?a=1']) {
      const lines = await linesOf(
        url + more,
        '/hls/ch1/to.m3u8',
        QUERY('made'),
        MEDIA,
        's.ts?x={$made}',
      )
      expect(lines.join()).not.toContain('FOR-THE-EDGE')
      expect(await judge.asked(new URL(lines[2] ?? '', url).href)).toBe(
        '/hls/ch1/s.ts?x=FOR-THE-EDGE',
      )
    }
  })
})

describe('an argument that a viewer wrote', () => {
  test('is imported by nobody else’s playlist', async () => {
    const evil = `${judge.root}p.m3u8?of=EVIL`
    await linesOf(evil, '/hls/ch1/p.m3u8', QUERY('of'), STREAM, 'q.m3u8')
    const lines = await linesOf(
      `${judge.root}q.m3u8`,
      '/hls/ch1/q.m3u8',
      IMPORT('of'),
      MEDIA,
      '/{$of}/s.ts',
    )
    expect(lines[2]).toBe('/{$of}/s.ts')
  })

  test.each(['../../control', '..', 'a/b', 'x%5Cy', 'a?b', 'a%23b'])(
    'opens no other directory: %s',
    async (value) => {
      const name = judge.fresh('e§.m3u8')
      const url = `${judge.root}${name}?of=${encodeURIComponent(value)}`
      const reference = 'http://elsewhere/{$of}/s.ts'.replace(
        'http://elsewhere',
        judge.rig.origin.url,
      )
      const lines = await linesOf(url, `/hls/ch1/${name}`, QUERY('of'), MEDIA, reference)
      expect(lines[2]).toBe(reference)
    },
  )
})
