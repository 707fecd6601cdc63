import { describe, expect, test } from 'vitest'
import { createMapper, type MapperContext } from '#domain/addresses/mapper'
import { ownValues as ownValuesOf } from '#domain/addresses/own-arguments'
import { resolveAddress } from '#domain/addresses/resolve'

const root = { origin: 'http://o:1', path: '/', query: '' }

/** A mapper whose seals show what they open. */
export const mapperAt = (manifest: string, more: Partial<MapperContext> = {}) => {
  const address = resolveAddress(manifest, root) ?? root
  const channel = { origin: 'http://o:1', base: '/hls/ch1/', isClosed: false, isShared: false }
  return createMapper({
    channel,
    manifest: address,
    rest: address.path.slice(channel.base.length),
    isMoved: false,
    seal: null,
    ownValues: [],
    isAllowed: (origin) => ['http://o:1', 'http://cdn:2'].includes(origin),
    isOthers: (_, path) => path.startsWith('/hls/ch2/'),
    sealOf: ({ kind, origin, path }) =>
      `~${kind}.${origin === 'http://o:1' ? '' : 'cdn'}${path.replaceAll('/', '.')}`,
    ...more,
  })
}

describe('addresses within the channel’s directory', () => {
  const mapper = mapperAt('/hls/ch1/720/index.m3u8')
  test.each([
    ['seg.ts', 'seg.ts'],
    ['seg.ts?token=A', 'seg.ts?token=A'],
    ['a/seg.ts', 'a/seg.ts'],
    ['../480/seg.ts', '../480/seg.ts'],
    ['/hls/ch1/key.bin', '../key.bin'],
    ['http://o:1/hls/ch1/720/s.ts?x=1', '../720/s.ts?x=1'],
    ['./../720/x.ts', '../720/x.ts'],
    ['a%2Fb.ts', 'a%2Fb.ts'],
    ['s\\x.ts?a=1', 's\\x.ts?a=1'],
    ['s\\..\\..\\x.ts', '../x.ts'],
    ['\\hls\\ch1\\x.ts', '../x.ts'],
  ])('%s stay there', (from, to) => expect(mapper.rewrite(from)).toBe(to))
})

describe('addresses outside', () => {
  const mapper = mapperAt('/hls/ch1/720/index.m3u8')
  test.each([
    ['/keys/k.php?id=1', '../@/~files..keys./k.php?id=1'],
    ['../../x.ts', '../@/~files..hls./x.ts'],
    ['..\\..\\x.ts', '../@/~files..hls./x.ts'],
    ['//cdn:2/v/x.ts', '../@/~files.cdn.v./x.ts'],
    ['/k.bin', '../@/~file..k.bin/k.bin'],
    ['/keys/a%2Fb.ts', '../@/~file..keys.a%2Fb.ts/a%2Fb.ts'],
    ['/keys/..;/x.ts', '../@/~file..keys...;.x.ts/x.ts'],
    ['/hls/ch2/x.ts', '../@/~file..hls.ch2.x.ts/x.ts'],
    ['/hls/ch1/@/x.ts', '../@/~files..hls.ch1.@./x.ts'],
  ])('%s are sealed', (from, to) => expect(mapper.rewrite(from)).toBe(to))

  test.each(['http://ads:3/x.ts', '//ads:3/x.ts', 'data:,x', 'skd://x'])(
    '%s stay as they are',
    (it) => expect(mapper.rewrite(it)).toBe(it),
  )
})

test('a manifest whose name does not say so gets one that does', () => {
  const mapper = mapperAt('/hls/ch1/720/index.m3u8')
  const of = (reference: string) => mapper.rewriteManifest(reference, 'index.m3u8')
  expect(of('v.php?id=1&x=.m3u8')).toBe('../@/~manifest..hls.ch1.720.v.php/index.m3u8?id=1&x=.m3u8')
  expect(of('/stream')).toBe('../@/~manifest..stream/index.m3u8')
  expect(of('V.M3U8?a')).toBe('V.M3U8?a')
  expect(of('{x}/../v.mpd')).toBe('../720/v.mpd')
  expect(of('http://ads:3/x')).toBe('http://ads:3/x')
})

test('a name in a directory of another channel below the own one is sealed', () => {
  const channel = { origin: 'http://o:1', base: '/hls/', isClosed: false, isShared: true }
  const mapper = mapperAt('/hls/index.m3u8', { channel, rest: 'index.m3u8' })
  expect(mapper.rewrite('ch2/index.m3u8')).toBe('@/~file..hls.ch2.index.m3u8/index.m3u8')
  expect(mapper.rewrite('own/index.m3u8')).toBe('own/index.m3u8')
  expect(mapper.rewrite('x.ts')).toBe('x.ts')
  const at = (path: string) => ({ origin: 'http://o:1', path, query: '' })
  expect(mapper.directoryAt(at('/hls/ch2/'), 'files')).toBe('@/~files..hls.ch2./')
  expect(mapper.directoryAt(at('/hls/own/'), 'files')).toBe('own/')
})

describe('a manifest asked for elsewhere', () => {
  test('under a seal: what lies beside it stays, the rest is sealed', () => {
    const more = { rest: '@/~s/index.m3u8', seal: 'files' as const }
    const mapper = mapperAt('/other/720/index.m3u8', more)
    expect(mapper.rewrite('x.ts')).toBe('x.ts')
    expect(mapper.rewrite('a/x.ts')).toBe('../../@/~files..other.720.a./x.ts')
    expect(mapper.rewrite('/hls/ch1/x.ts')).toBe('../../x.ts')
    expect(mapperAt('/other/720/index.m3u8', { ...more, seal: 'tree' }).rewrite('a/x.ts')).toBe(
      'a/x.ts',
    )
  })

  test('redirected: its base is where it was found', () => {
    const mapper = mapperAt('http://cdn:2/v/i.m3u8', { rest: 'index.m3u8', isMoved: true })
    expect(mapper.rewrite('x.ts')).toBe('@/~files.cdn.v./x.ts')
    expect(mapper.rewrite('/x.ts')).toBe('@/~file.cdn.x.ts/x.ts')
  })

  test('redirected under a seal', () => {
    const more = { rest: '@/~s/index.m3u8', seal: 'files' as const, isMoved: true }
    expect(mapperAt('/other/b/index.m3u8', more).rewrite('x.ts')).toBe(
      '../../@/~files..other.b./x.ts',
    )
  })
})

describe('a closed directory', () => {
  const channel = { origin: 'http://o:1', base: '/live/U/P/', isClosed: true, isShared: true }
  const mapper = mapperAt('/live/U/P/79.m3u8', { channel, rest: '79.m3u8' })
  test.each([
    ['/hlsr/t/U/P/79/1.ts', '@/~files..hlsr.t.U.P.79./1.ts'],
    ['79_1.ts', '@/~file..live.U.P.79_1.ts/79_1.ts'],
    ['79/1.ts', '@/~files..live.U.P.79./1.ts'],
  ])('%s is sealed', (from, to) => expect(mapper.rewrite(from)).toBe(to))
})

test('a file whose name would read as a scheme', () => {
  expect(mapperAt('/hls/ch1/index.m3u8').rewrite('/hls/ch1/a:b.ts')).toBe('./a:b.ts')
})

test('a file whose name has a login is sealed, and keeps its ending', () => {
  const ownValues = ownValuesOf('/hls/ch1/index.m3u8', 'token=SECRET9')
  const mapper = mapperAt('/hls/ch1/index.m3u8', { ownValues })
  expect(mapper.rewrite('s-SECRET9-1.ts?a=1&b=x:SECRET9')).toBe(
    '@/~manifest..hls.ch1.s-SECRET9-1.ts/file.ts?a=1&b=x:~own0',
  )
  expect(mapper.rewrite('SECRET9.m3u8')).toBe('@/~manifest..hls.ch1.SECRET9.m3u8/file.m3u8')
  expect(mapper.rewrite('SECRET99.ts')).toBe('SECRET99.ts')
})
