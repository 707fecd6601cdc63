import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { sealPlace } from '#domain/addresses/seal'
import { bindingOf } from '#domain/addresses/sealed-path'
import { until } from '../../support/programs/port.ts'
import { nodeCrypto } from '../rig/crypto.ts'
import { startOrigin, type TestOrigin } from '../rig/origin.ts'
import { type Rig, startRig } from '../rig/rig.ts'
import { channelRows, group } from '../rig/tables.ts'

/** Addresses of a panel, and below a ticket and the time until which it holds. */
const panel = (user: string, password: string, number: number) => ({
  base: `/live/${user}/${password}/`,
  entry: `${number}.m3u8`,
  isClosed: true,
})
const ticket = (text: string, end: number) => ({ base: `/${text}/${end}/hls/five/` })

let rig: Rig
let elsewhere: TestOrigin
beforeAll(async () => {
  elsewhere = await startOrigin()
  rig = await startRig((stub, origin) => {
    stub.policy = { ...stub.policy, groups: [group('all', { isDefault: true })] }
    stub.tables.channels.rows = channelRows({
      one: { origin: origin.url, base: '/hls/one/' },
      two: { origin: origin.url, base: '/hls/two/' },
      far: { origin: elsewhere.url, base: '/hls/one/' },
    })
  })
  for (const { files } of [rig.origin, elsewhere]) {
    const body = '#EXTM3U\n#EXT-X-TARGETDURATION:1\n/keys/a.ts\n'
    for (const channel of ['one', 'two'])
      files.set(`/hls/${channel}/index.m3u8`, { type: 'application/vnd.apple.mpegurl', body })
    files.set('/keys/a.ts', { type: 'video/mp2t', body: 'a' })
  }
})
afterAll(async () => {
  await rig?.stop()
  await elsewhere?.stop()
})
beforeEach(() => {
  rig.origin.seen.length = 0
  elsewhere.seen.length = 0
})

const address = (folder: string) => ({
  origin: rig.origin.url,
  base: `/hls/${folder}/`,
  entry: 'index.m3u8',
  query: '',
})

/** A session's address of a channel, to its last slash. */
const open = async (channel: string): Promise<string> => {
  const opened = await rig.get(`/live/${rig.ticket()}/${channel}/index.m3u8`)
  expect(opened.status).toBe(302)
  return new URL('.', new URL(opened.headers.get('location') ?? '', rig.url)).pathname
}

/** The seal in a channel's manifest, which has been asked for under another argument each time. */
let turn = 0
const sealIn = async (folder: string, entry = 'index.m3u8'): Promise<string> => {
  const { text } = await rig.get(`${folder}${entry}?turn=${++turn}`)
  return /@\/(~[^/]+)\/a\.ts/.exec(text)?.[1] ?? 'none'
}

const isRefused = async (path: string): Promise<void> => {
  const answer = await rig.get(path)
  expect([answer.status, answer.reason], path).toEqual([403, 'path.outside'])
}
const opens = async (folder: string, seal: string): Promise<void> => {
  const answer = await rig.get(`${folder}@/${seal}/a.ts`)
  expect([answer.status, answer.text], seal).toEqual([200, 'a'])
}

test('a seal that was changed anywhere opens nothing', async () => {
  const folder = await open('one')
  const seal = await sealIn(folder)
  await opens(folder, seal)
  rig.origin.seen.length = 0
  const flip = (at: number): string =>
    seal.slice(0, at) + (seal[at] === 'A' ? 'B' : 'A') + seal.slice(at + 1)
  const changed = Array.from(seal, (_, at) => flip(at))
  const cut = Array.from(seal, (_, at) => seal.slice(0, at))
  const letters = [seal.toUpperCase(), seal.toLowerCase()].filter((text) => text !== seal)
  const doubled = [
    seal + seal,
    seal + seal.slice(1),
    `~${seal}`,
    `${seal}=`,
    `${seal}A`,
    `${seal}.`,
    `${seal};x=1`,
    `%20${seal}`,
    seal.slice(1),
    seal.replace('~', '%257E'),
  ]
  for (const text of [...changed, ...cut, ...letters, ...doubled])
    await isRefused(`${folder}@/${text}/a.ts`)
  for (const rest of [`@/${seal}`, `@/@/${seal}/a.ts`, `@/${seal}/@/${seal}/a.ts`])
    await isRefused(folder + rest)
  for (const name of [`${seal}/a.ts`, 'a.ts/', '/a.ts', '..%2fa.ts'])
    await isRefused(`${folder}@/${seal}/${name}`)
  expect(rig.origin.seen).toEqual([])
})

test('a seal in percent-encoding is the same seal, of its own channel alone', async () => {
  const [folder, other] = [await open('one'), await open('two')]
  const seal = await sealIn(folder)
  const encoded = Array.from(seal, (c) => `%${c.charCodeAt(0).toString(16)}`).join('')
  const answer = await rig.get(`${folder}@/${encoded}/a.ts`)
  expect(answer.status === 403 || answer.text === 'a').toBe(true)
  await isRefused(`${other}@/${encoded}/a.ts`)
})

test('a seal of another channel, of another origin, or of a foreign key opens nothing', async () => {
  const folders = new Map<string, string>()
  for (const channel of ['one', 'two', 'far']) folders.set(channel, await open(channel))
  const seals = new Map<string, string>()
  for (const [channel, folder] of folders) {
    seals.set(channel, await sealIn(folder))
    await opens(folder, seals.get(channel) ?? '')
  }
  expect(new Set(seals.values()).size).toBe(3)
  for (const [channel, folder] of folders)
    for (const [other, seal] of seals)
      if (other !== channel) await isRefused(`${folder}@/${seal}/a.ts`)
  const { kid, secret } = rig.stub
  const place = { kind: 'file', origin: rig.origin.url, path: '/keys/a.ts' } as const
  const binding = bindingOf('one', address('one'))
  const forged = [
    sealPlace(nodeCrypto, { kid, secret: randomBytes(32) }, binding, place),
    sealPlace(nodeCrypto, { kid: kid + 1, secret }, binding, place),
    sealPlace(nodeCrypto, { kid, secret }, { ...binding, origin: elsewhere.url }, place),
    sealPlace(nodeCrypto, { kid, secret }, { ...binding, channel: 'One' }, place),
    sealPlace(nodeCrypto, { kid, secret }, bindingOf('one', address('two')), place),
    sealPlace(nodeCrypto, { kid, secret }, { channel: 'one', origin: rig.origin.url }, place),
  ]
  for (const seal of forged) await isRefused(`${folders.get('one')}@/${seal}/a.ts`)
  await opens(
    folders.get('one') ?? '',
    sealPlace(nodeCrypto, { kid, secret }, binding, place) ?? '',
  )
})

/** Has channels lie where these addresses say. */
let table = 0
const move = async (channels: Parameters<typeof channelRows>[0]): Promise<void> => {
  const version = `moved-${++table}`
  const rows = new Map([...rig.stub.tables.channels.rows, ...channelRows(channels)])
  rig.stub.tables.channels = { version, rows, pages: 1000 }
  await until('the edge has the new table', () => rig.stub.syncs.at(-1)?.have.channels === version)
  // As long as a context keeps a channel's folder.
  await new Promise((resolve) => void setTimeout(resolve, 100))
}

describe('a channel that moves', () => {
  const LIST = { type: 'application/vnd.apple.mpegurl', body: '#EXTM3U\n#EXTINF:1,\n/keys/a.ts\n' }
  const place = async (where: Partial<ReturnType<typeof address>>): Promise<void> => {
    const { base, entry } = { ...address('three'), ...where }
    rig.origin.files.set(base + entry, LIST)
    await move({ three: { ...address('three'), ...where } })
  }

  test.each([
    ['to another folder', {}, { base: '/hls/four/' }],
    ['to another file of its folder', { entry: 'a.m3u8' }, { entry: 'b.m3u8' }],
    ['to another number of a panel', panel('U', 'P', 78), panel('U', 'P', 79)],
    ['to another argument', { query: 'id=5' }, { query: 'id=6' }],
    [
      'to an argument that looks like a login',
      { query: 'id=a1b2c3d4e5' },
      { query: 'id=f6a7b8c9d0' },
    ],
  ])('%s: its seals open no more', async (_, before, after) => {
    await place(before)
    const seal = await sealIn(await open('three'), { ...address('three'), ...before }.entry)
    await opens(await open('three'), seal)
    await place(after)
    await isRefused(`${await open('three')}@/${seal}/a.ts`)
    await place(before)
    await opens(await open('three'), seal)
  })

  test.each([
    [
      'its panel names another user',
      panel('ANNA', 'PASS-1', 78),
      panel('B%21RTA', 'two%21PASS', 78),
    ],
    ['it is asked for as MPEG-TS', panel('U', 'P', 78), { ...panel('U', 'P', 78), entry: '78.ts' }],
    ['its token is another', { query: 'id=5&token=one' }, { query: 'id=5&token=two' }],
    [
      'its ticket and its end are others',
      ticket('a1b2c3d4', 1764539000),
      ticket('e5f6a7b8', 1764540000),
    ],
    [
      'its signature is another',
      { query: 'st=x9y8z7w6&e=1764539000' },
      { query: 'st=q1w2e3r4&e=1764540000' },
    ],
  ])('%s: its seals open as before', async (_, before, after) => {
    await place(before)
    const seal = await sealIn(await open('three'), { ...address('three'), ...before }.entry)
    await place(after)
    await opens(await open('three'), seal)
  })
})

test('a sealed manifest opens by its own name alone, whatever its origin calls it', async () => {
  const folder = await open('one')
  const file = {
    type: 'application/octet-stream',
    body: '#EXTM3U\n#EXTINF:1,\n/keys/a.ts?login=PROVIDERS\n',
  }
  for (const path of ['/hls/one/v0.php', '/elsewhere/v1.php']) rig.origin.files.set(path, file)
  const body =
    '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nv0.php\n#EXT-X-STREAM-INF:BANDWIDTH=2\n/elsewhere/v1.php\n'
  rig.origin.files.set('/hls/one/master.m3u8', { type: 'application/vnd.apple.mpegurl', body })
  const { text } = await rig.get(`${folder}master.m3u8`)
  const seals = Array.from(text.matchAll(/@\/(~[^/]+)\/index\.m3u8/g), ([, seal = '']) => seal)
  expect(seals).toHaveLength(2)
  for (const seal of seals) {
    const list = await rig.get(`${folder}@/${seal}/index.m3u8`)
    expect([list.status, list.text]).toEqual([200, expect.stringContaining('@/~')])
    for (const name of [
      'index.ts',
      '',
      'index.m3u',
      'index.mpd',
      'index.M3U8',
      'v0.php',
      '.mpd',
      'a/index.m3u8',
    ])
      await isRefused(`${folder}@/${seal}/${name}`)
    expect((await rig.get(`${folder}@${seal}.mpd`)).status).toBe(404)
  }
})

test.each(['application/octet-stream', 'text/plain'])(
  'a manifest that its origin calls %s is no segment, whatever its address is made to look like',
  async (type) => {
    await move({
      three: { ...address('three'), query: 'token=PROVIDERS-9' },
      script: { ...address('script'), entry: 'get.php', query: 'token=PROVIDERS-9' },
    })
    const body = '#EXTM3U\n#EXTINF:1,\nhttp://elsewhere.example/a.ts?token=PROVIDERS-9\n'
    rig.origin.files.set('*', { type, body })
    const names = [
      '',
      '?x=1',
      'index.m3u8;a.ts',
      'index.m3u8;',
      'INDEX.M3U8;a=1/',
      'index.m3u8.',
      'a/list.mpd%20',
      'index.m3u8%3fa.ts',
      'index.m3u8%2523.ts',
      'index.m3u8::$DATA',
      'index.m3u8%2f',
    ]
    for (const name of names) await isRefused(`${await open('three')}${name}`)
    for (const name of ['', 'get.php', 'get%2ephp', 'get.php?'])
      await isRefused(`${await open('script')}${name}`)
    rig.origin.files.set('*', { type, body: 'segment' })
    for (const name of ['index.m3u8_1.ts', 'a.m3u8/1.ts', 'x.mpd-1.m4s']) {
      const { status, text } = await rig.get(`${await open('three')}${name}`)
      expect([status, text], name).toEqual([200, 'segment'])
    }
    // Which segments a script has, its manifests say.
    for (const name of ['get.php?n=1', 'get.php/x?n=1', 'get%2Ephp?n=2']) {
      const { status, reason } = await rig.get(`${await open('script')}${name}`)
      expect([status, reason], name).toEqual([403, 'path.outside'])
    }
    rig.origin.files.delete('*')
  },
)

test('a seal of the key before opens until that is removed, also where it was verified', async () => {
  const { stub } = rig
  const seal = await sealIn(await open('one'))
  await opens(await open('one'), seal)
  stub.oldSecrets = { [stub.kid]: Buffer.from(stub.secret).toString('hex') }
  stub.secret = randomBytes(32)
  stub.kid += 1
  stub.keysVersion = 'rotated'
  await expect.poll(async () => await sealIn(await open('one')), { timeout: 15_000 }).not.toBe(seal)
  const folder = await open('one')
  await opens(folder, seal)
  const fresh = await sealIn(folder)
  stub.oldSecrets = {}
  stub.keysVersion = 'removed'
  await expect
    .poll(async () => (await rig.get(`${folder}@/${seal}/a.ts`)).reason, { timeout: 15_000 })
    .toBe('path.outside')
  await opens(folder, fresh)
})
