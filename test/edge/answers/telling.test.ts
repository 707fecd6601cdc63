import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startOrigin, type TestOrigin } from '../rig/origin.ts'
import { type Rig, startRig } from '../rig/rig.ts'
import { channelRows, group } from '../rig/tables.ts'
import { BASE, open, PASSWORD, startBoth, TICKET, USER } from './panel.ts'

const prepare: Parameters<typeof startRig>[0] = (stub, { url }) => {
  stub.policy = { ...stub.policy, groups: [group('all', { isDefault: true })] }
  stub.tables.channels.rows = channelRows({
    panel: { origin: url, base: BASE, entry: '7.m3u8' },
    ts: { origin: url, base: BASE, entry: 'stream.ts', protocol: 'mpegts' },
    quiet: { origin: quiet.url, base: '/quiet/' },
    silent: { origin: silent.url, base: '/quiet/' },
  })
}
let rig: Rig
/** Tell nothing at first. */
let quiet: TestOrigin
let silent: TestOrigin
/** Judges every segment one hop away, as in a crowd. */
let crowded: Rig
beforeAll(async () => {
  quiet = await startOrigin()
  silent = await startOrigin()
  ;[rig, crowded] = await startBoth(prepare)
})
afterAll(async () => {
  await rig?.stop()
  await crowded?.stop()
  await quiet?.stop()
  await silent?.stop()
})

/** All that a player gets, headers as they were sent; of a stream its first bytes. */
const read = (
  at: Rig,
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; names: string[]; text: string }> =>
  new Promise((resolve, reject) => {
    const asked = request(at.url + path, { headers, agent: false }, (it) => {
      it.once('error', () => undefined)
      const names = it.rawHeaders.filter((_, index) => index % 2 === 0)
      const done = (body: string) => {
        asked.destroy()
        resolve({ status: it.statusCode ?? 0, names, text: `${it.rawHeaders.join('\n')}\n${body}` })
      }
      it.once('data', (piece: Buffer) => done(piece.toString('latin1')))
      it.once('end', () => done(''))
    })
    asked.on('error', reject).end()
  })

const percent = (text: string) => Buffer.from(text).toString('hex').replace(/../g, '%$&')

const told = (at: Rig): Record<string, string> => ({
  'X-Stream-Source': `${at.origin.url}${BASE}1.ts`,
  'X-Debug-Upstream': `user=${USER}`,
  'X-Edge-Location': PASSWORD,
  x_underscored: `token=${TICKET}`,
  'Stream-Info': `127.0.0.1:${at.origin.port}`,
  'icy-url': `${at.origin.url}/${USER}`,
  'icy-name': `of ${USER}`,
  'CMSD-Static': `ot=v,n="${PASSWORD}"`,
  'Server-Timing': `edge;desc="127.0.0.1"`,
  'Cache-Control': `max-age=9, for="${USER}"`,
  ETag: `"${USER}-${PASSWORD}"`,
  [`X-${PASSWORD}`]: '1',
  'X-Upper': USER.toUpperCase(),
  'X-Encoded': percent(USER),
  'icy-notice1': `100% ${percent(USER)}`,
  'icy-notice2': percent(percent(USER)),
  'icy-genre': `for ${Buffer.from(`no ${USER}!`).toString('base64')}`,
  'icy-description': Buffer.from(PASSWORD).toString('hex').toUpperCase(),
  'X-Note': USER.replace(/./g, (it) => `&#${it.charCodeAt(0)};`),
  'Icy-Json': USER.replace(/^./, (it) => `\\u00${it.charCodeAt(0).toString(16)}`),
  'X-Packed': Buffer.from(`${USER}:${PASSWORD}`).toString('base64'),
  'X-Served-By': 'lb7.provider.example',
  'X-User-Name': 'someone',
})
const SECRETS = [
  USER,
  PASSWORD,
  TICKET,
  '127.0.0.1',
  'X-Upper',
  'X-Encoded',
  'icy-notice1',
  'icy-notice2',
  'icy-genre',
  'icy-description',
  'X-Note',
  'Icy-Json',
  'X-Packed',
  'lb7',
  'someone',
]

const READ = {
  ETag: '"5f3a-61b"',
  'Last-Modified': 'Wed, 21 Oct 2026 07:28:00 GMT',
  'Cache-Control': 'max-age=9',
  'icy-br': '128',
  'CMSD-Dynamic': '"cdn";etp=9',
  'contentFeatures.dlna.org': 'DLNA.ORG_OP=01',
  'X-Cache': 'HIT',
  'X-Channel-Name': 'Erstes, 2 HD',
}

const put = (at: Rig, path: string, headers: Record<string, string>, status?: number) => {
  at.origin.files.set(path, { type: 'video/mp2t', body: 'video', ...(status && { status }) })
  at.origin.headers.set(path, headers)
}

const own = (way: string, name: string, at = () => rig) => ({
  way,
  at,
  channel: 'panel',
  name,
  path: BASE + name,
})
const moved = (way: string, at = () => rig) => ({
  ...own(way, 'moved.ts', at),
  path: `/to/${TICKET}/moved.ts`,
})
const WAYS = [
  own('a segment', 'seg-1.ts'),
  own('an odd address', 'a%20b.ts'),
  own('a key', 'k.key'),
  moved('a redirection'),
  own('a crowd', 'seg-1.ts', () => crowded),
  moved('a redirection in a crowd', () => crowded),
  { ...own('a stream', 'stream.ts'), channel: 'ts' },
]

describe('what an origin tells under names of its own', () => {
  test.each(WAYS)('reaches no viewer: $way', async ({ at: which, channel, name, path }) => {
    const at = which()
    if (path.startsWith('/to/')) {
      at.origin.moved.set(BASE + name, path)
      at.origin.headers.set(BASE + name, told(at))
    }
    put(at, path, told(at))
    const root = await open(at, channel)
    for (const headers of [{}, { Range: 'bytes=0-2' }]) {
      const { status, text } = await read(at, root + name, headers)
      expect([200, 206]).toContain(status)
      expect(SECRETS.filter((it) => text.includes(it))).toEqual([])
    }
  })

  test.each(WAYS)('what players read does: $way', async ({ at: which, channel, name, path }) => {
    const at = which()
    put(at, path, READ)
    if (path.startsWith('/to/')) at.origin.moved.set(BASE + name, path)
    const { names, text } = await read(at, (await open(at, channel)) + name)
    expect(Object.keys(READ).filter((it) => !names.includes(it))).toEqual([])
    for (const value of Object.values(READ)) expect(text).toContain(value)
  })

  test.each([201, 202, 203, 226, 299])('with any status: %i', async (status) => {
    put(rig, `${BASE}s-${status}.ts`, told(rig), status)
    const { text } = await read(rig, `${await open(rig, 'panel')}s-${status}.ts`)
    expect(SECRETS.filter((it) => text.includes(it))).toEqual([])
  })
})

describe.each([
  ['a segment', () => rig],
  ['a crowd', () => crowded],
] as const)('an origin that tells nothing: %s', (_, at) => {
  const OCTETS = 'application/octet-stream'
  const source = { 'X-Source': 'http://media.provider.example/b.ts' }
  const ask = async (
    origin: TestOrigin,
    name: string,
    headers: Record<string, string>,
    type = 'video/mp2t',
  ) => {
    origin.files.set(`/quiet/${name}`, { type, body: 'video' })
    origin.headers.set(`/quiet/${name}`, headers)
    return await read(at(), (await open(at(), origin === quiet ? 'quiet' : 'silent')) + name)
  }

  test('is looked at again after a while, and who tells something with every answer', async () => {
    expect((await ask(quiet, 'a.ts', { 'X-Cache': 'HIT' })).names).toContain('X-Cache')
    const names = async () => (await ask(quiet, 'b.ts', source)).names
    expect(await names()).toContain('X-Source')
    expect((await ask(quiet, 'b.m4s', source, OCTETS)).names).toContain('X-Source')
    await expect.poll(names, { timeout: 10_000, interval: 500 }).not.toContain('X-Source')
    for (const _again of [1, 2, 3]) expect(await names()).not.toContain('X-Source')
  })

  test('its cookies are sealed, and what is no media is always looked at', async () => {
    const plain = await ask(silent, 'a.ts', {})
    expect([plain.status, plain.names.includes('Set-Cookie')]).toEqual([200, false])
    const sealed = await ask(silent, 'c.ts', { 'Set-Cookie': 'sid=origin-own' })
    expect([sealed.names.includes('Set-Cookie'), sealed.text.includes('origin-own')]).toEqual([
      true,
      false,
    ])
    const page = await ask(silent, 'p.ts', {}, 'text/html')
    expect([page.status, page.text.includes('origin.unreadable')]).toEqual([204, true])
    expect((await ask(silent, 'b.ts', source)).names).toContain('X-Source')
    expect((await ask(silent, 'k.key', source, OCTETS)).names).not.toContain('X-Source')
    const names = async () => (await ask(silent, 'b.ts', source)).names
    await expect.poll(names, { timeout: 10_000, interval: 500 }).not.toContain('X-Source')
  })
})

test('a copy of a segment that a player has already is not sent again', async () => {
  const keeping = await startRig(prepare, (it) => ({
    ...it,
    segmentCache: { size: '8m', validSec: 60 },
  }))
  try {
    put(keeping, `${BASE}kept.ts`, { ...told(keeping), ETag: '"5f3a-61b"' })
    const path = `${await open(keeping, 'panel')}kept.ts`
    for (const time of ['fetched', 'kept']) {
      const { text } = await read(keeping, path)
      expect(
        SECRETS.filter((it) => text.includes(it)),
        time,
      ).toEqual([])
    }
    const again = await read(keeping, path, { 'If-None-Match': '"5f3a-61b"' })
    expect([again.status, SECRETS.filter((it) => again.text.includes(it))]).toEqual([304, []])
  } finally {
    await keeping.stop()
  }
})

const TEXTS: Readonly<Record<string, readonly [type: string, text: string]>> = {
  page: ['text/html', `<meta http-equiv="refresh" content="0;url=${BASE}1.ts?token=${TICKET}">`],
  json: ['application/json', `{"user_info":{"username":"${USER}","token":"${TICKET}"}}`],
  xml: ['text/xml', `<error user="${USER}">${TICKET}</error>`],
  line: ['text/plain', `user ${USER} with ${PASSWORD} has no rights`],
  called_video: ['video/mp2t', `user ${USER} with ${PASSWORD} has no rights`],
  remark: ['text/plain', `# user ${USER} with ${PASSWORD} has no rights`],
}
describe('a text in place of what plays, under a status that says all is well', () => {
  test.each(Object.entries(TEXTS))(
    'reaches no viewer of a stream: %s',
    async (name, [type, text]) => {
      for (const length of [{}, { 'Content-Length': String(text.length) }]) {
        rig.origin.streamed.set(`${BASE}stream.ts`, { type, text, headers: length })
        const answer = await read(rig, `${await open(rig, 'ts')}stream.ts`).catch(String)
        rig.origin.streamed.clear()
        const got = typeof answer === 'string' ? answer : answer.text
        expect(
          SECRETS.filter((it) => got.includes(it)),
          name,
        ).toEqual([])
      }
    },
  )

  test.each(Object.entries(TEXTS))(
    'reaches no viewer of a manifest: %s',
    async (name, [type, body]) => {
      for (const ending of ['m3u8', 'mpd']) {
        rig.origin.files.set(`${BASE}${name}.${ending}`, { type, body })
        const { status, text } = await read(rig, `${await open(rig, 'panel')}${name}.${ending}`)
        expect([status, SECRETS.filter((it) => text.includes(it))]).toEqual([502, []])
      }
    },
  )

  test('a name in a content type stays here', async () => {
    const type = `video/mp2t; name="${USER}.ts"`
    rig.origin.files.set(`${BASE}named.ts`, { type, body: 'video' })
    const { text } = await read(rig, `${await open(rig, 'panel')}named.ts`)
    expect(text).toContain('video/mp2t')
    expect(SECRETS.filter((it) => text.includes(it))).toEqual([])
  })
})
