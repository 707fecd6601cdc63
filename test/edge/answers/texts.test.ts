import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Rig, startRig } from '../rig/rig.ts'
import { channelRows, group } from '../rig/tables.ts'
import { BASE, open, PASSWORD, startBoth, TICKET, USER } from './panel.ts'

const prepare: Parameters<typeof startRig>[0] = (stub, { url }) => {
  stub.policy = { ...stub.policy, groups: [group('all', { isDefault: true })] }
  stub.tables.channels.rows = channelRows({
    panel: { origin: url, base: BASE, entry: '7.m3u8' },
    query: { origin: url, base: '/query/', entry: 'list.m3u8', query: `token=${TICKET}` },
  })
}
let rig: Rig
/** Judges every segment one hop away, as in a crowd. */
let crowded: Rig
beforeAll(async () => {
  ;[rig, crowded] = await startBoth(prepare)
})
afterAll(async () => {
  await rig?.stop()
  await crowded?.stop()
})

const TELLING = `login ${USER}/${PASSWORD.toUpperCase()} has expired, ${TICKET}`
const put = (at: Rig, path: string, body: string | Buffer, type: string) =>
  at.origin.files.set(path, { type, body })

describe('a text that an origin answers in place of a segment names no login', () => {
  const types = ['text/plain', 'text/plain; charset=utf-8', 'application/octet-stream', '']
  const data = ['application/json; charset=utf-8', 'application/problem+json', 'text/xml']
  const ways = [
    ['as it is', () => rig, null],
    ['in a crowd', () => crowded, null],
    ['behind a redirection', () => rig, `/to/${TICKET}/moved.ts`],
  ] as const
  test.each(ways)('%s', async (_, which, to) => {
    const at = which()
    const root = await open(at, 'panel')
    for (const [index, type] of [...types, ...data].entries()) {
      const name = `s${index}.ts`
      const path = to?.replace('moved', `moved${index}`) ?? BASE + name
      if (to !== null) at.origin.moved.set(BASE + name, path)
      put(at, path, TELLING, type)
      const answer = await at.get(root + name)
      const secrets = to === null ? [USER, PASSWORD] : [USER, PASSWORD, TICKET]
      const told = secrets.filter((it) => answer.text.toLowerCase().includes(it.toLowerCase()))
      expect([type, told]).toEqual([type, []])
      if (data.includes(type))
        expect([answer.status, answer.reason]).toEqual([204, 'origin.unreadable'])
      else expect([answer.status, answer.text.slice(0, 9)]).toEqual([200, 'login ***'])
      expect(answer.headers.get('content-type')).toBe(
        data.includes(type)
          ? answer.headers.get('content-type')
          : type || 'application/octet-stream',
      )
    }
  })

  test('nor where its address has a token, under any name of a file', async () => {
    const root = await open(rig, 'query')
    for (const name of ['k.php', 'a.key', 'b.json', 'c.m4s']) {
      put(rig, `/query/${name}`, TELLING, 'text/plain')
      expect((await rig.get(root + name)).text).not.toContain(TICKET)
    }
  })
})

test.each([
  ['in base64', (it: string) => Buffer.from(`${it}:${it}`).toString('base64')],
  ['in base64 of addresses', (it: string) => Buffer.from(`ab${it}`).toString('base64url')],
  ['in hex', (it: string) => Buffer.from(it).toString('hex').toUpperCase()],
  ['percent-encoded', (it: string) => Buffer.from(it).toString('hex').replace(/../g, '%$&')],
])('nor %s, nor in subtitles', async (_, pack) => {
  const root = await open(rig, 'panel')
  for (const [name, type] of [
    ['a.txt', 'text/plain'],
    ['a.vtt', 'text/vtt'],
    ['a.ttml', 'application/ttml+xml'],
  ] as const) {
    put(rig, BASE + name, `WEBVTT\n\nNOTE ${PASSWORD} ${pack(PASSWORD)} end\n`, type)
    const { text } = await rig.get(root + name)
    expect(text).toMatch(/^WEBVTT\n\nNOTE \*\*\* .* end\n$/)
    expect(text).not.toContain(pack(PASSWORD).slice(2, 12))
  }
})

test('it is asked for as it can be looked at', async () => {
  put(rig, `${BASE}z.ts`, 'video', 'video/mp2t')
  const root = await open(rig, 'panel')
  await fetch(rig.url + root + 'z.ts', { headers: { 'accept-encoding': 'gzip, br' } })
  const asked = rig.origin.seen.filter((it) => it.url === `${BASE}z.ts`)
  expect(asked.map((it) => it.headers['accept-encoding'])).toEqual(['identity'])
})

test('documents, keys and media of those types come as they are', async () => {
  const media = Buffer.from(Array.from({ length: 12_000 }, (_, at) => (at * 7919) % 251))
  const cases: readonly (readonly [string, string, string | Buffer])[] = [
    ['t.ttml', 'application/xml', '<tt xmlns="http://www.w3.org/ns/ttml"/>'],
    ['t.dfxp', 'text/xml', '<tt/>'],
    ['t.xml', 'application/ttml+xml', '<tt/>'],
    ['a.json', 'application/json', '{"ASSETS":[]}'],
    ['t.vtt', 'text/plain', 'WEBVTT\n'],
    ['k.key', 'application/octet-stream', '0123456789abcdef'],
    ['k', '', '0123456789abcdef'],
    ['p.ts', 'text/plain', media],
    ['p.m4s', 'application/octet-stream', media],
    ['i.mp4', 'application/octet-stream', media.subarray(0, 900)],
    ['i2.mp4', '', media.subarray(0, 900)],
  ]
  const root = await open(rig, 'panel')
  for (const [name, type, body] of cases) {
    put(rig, BASE + name, body, type)
    const answer = await fetch(rig.url + root + name)
    expect([name, answer.status]).toEqual([name, 200])
    expect(Buffer.from(await answer.arrayBuffer()).equals(Buffer.from(body)), name).toBe(true)
    const part = await fetch(rig.url + root + name, { headers: { range: 'bytes=2-9' } })
    expect([name, part.status]).toEqual([name, 206])
    expect(Buffer.from(await part.arrayBuffer()).equals(Buffer.from(body).subarray(2, 10))).toBe(
      true,
    )
  }
  for (const name of ['k.key', 'p.m4s']) {
    const answer = await fetch(rig.url + root + name)
    expect(answer.headers.get('content-length')).not.toBeNull()
    await answer.arrayBuffer()
  }
})
