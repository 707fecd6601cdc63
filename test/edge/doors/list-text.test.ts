import { get, type IncomingHttpHeaders } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Rig, startRig } from '../rig/rig.ts'
import { group } from '../rig/tables.ts'

let rig: Rig
beforeAll(async () => {
  rig = await startRig((stub) => {
    stub.policy = { ...stub.policy, groups: [group('rest', { isDefault: true })] }
    stub.lists.set('rest', '#EXTM3U\n')
  })
})
afterAll(() => rig?.stop())

let published = 0
/** Publishes a list, and waits until the edge has asked for it under its new version. */
const publish = async (text: string): Promise<void> => {
  published += 1
  const version = `version-${published}`
  rig.stub.lists.set('rest', text)
  const groups = rig.stub.policy.groups.map((it) => ({ ...it, listVersion: version }))
  rig.stub.policy = { ...rig.stub.policy, version, groups }
  const isAsked = async () => {
    await rig.get('/playlist.m3u', { from: '198.51.100.1' })
    return rig.stub.count(`/lists/rest?v=${version}`) > 0
  }
  await expect.poll(isAsked, { timeout: 15_000 }).toBe(true)
}
const lines = (count: number, name: string): string =>
  Array.from(
    { length: count },
    (_, i) => `#EXTINF:-1 tvg-logo="@pictures@/~${i}.png",${name} ${i}\n@@/ch1/index.m3u8?n=${i}\n`,
  ).join('')
const listFor = (name: string, count: number) =>
  `#EXTM3U url-tvg="@guide@" x-tvg-url="@guide@"\n${lines(count, name)}`
const filled = (text: string, base: string, ticket: string): string =>
  text
    .replaceAll('@@', `${base}/live/${ticket}`)
    .replaceAll('@guide@', `${base}/epg.xml.gz?ticket=${ticket}`)
    .replaceAll('@pictures@', `${base}/s/pictures`)
const given = (text: string): string => /\/live\/([^/]+)\//.exec(text)?.[1] ?? ''
interface Got {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}
/** As a player that asks for this host, which `fetch` does not let choose. */
const ask = (host: string, more: Record<string, string> = {}): Promise<Got> =>
  new Promise((resolve, reject) => {
    const headers = { Host: host, 'X-Forwarded-For': '198.51.100.1', ...more }
    const options = { host: '127.0.0.1', port: rig.nginx.port, path: '/playlist.m3u', headers }
    get(options, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => (text += part))
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
      )
    }).on('error', reject)
  })

test.each([
  ['short', true, listFor('Plain', 3)],
  ['beyond ASCII', true, listFor('Первый é канал 📺', 40)],
  ['beyond Latin in one name', true, `${listFor('Plain', 30)}#EXTINF:-1,Ł\n@@/ch1/x\n`],
  ['without a channel', true, '#EXTM3U\n'],
  ['longer than is kept', false, listFor('Длинный канал с именем', 900)],
  ['with a character that marks the ticket', false, listFor('a\0b', 2)],
])('%s', async (_, isKept, text) => {
  await publish(text)
  const tickets = new Set<string>()
  // Several in turn: the first of a context may come another way.
  for (const host of ['tv.example', 'other.example:8080', 'tv.example', 'tv.example']) {
    const answer = await ask(host)
    const ticket = given(answer.text)
    expect(answer.text).toBe(filled(text, `http://${host}`, ticket))
    // nginx does not know how long a list is before it has filled it in.
    expect(answer.headers['content-length'] !== undefined).toBe(isKept)
    expect(answer.headers['content-type']).toBe('audio/x-mpegurl')
    expect(answer.headers['cache-control']).toBe('private, no-cache')
    expect(answer.headers['access-control-allow-origin']).toBe('*')
    expect(answer.headers.etag).toMatch(/^W\/"[\w-]{22}"$/)
    const again = await ask(host, { 'If-None-Match': answer.headers.etag ?? '' })
    expect([again.status, again.text]).toEqual([304, ''])
    if (ticket !== '') tickets.add(ticket)
  }
  expect(tickets.size).toBe(text.includes('@@') ? 4 : 0)
  const head = await rig.get('/playlist.m3u', { from: '198.51.100.1', method: 'HEAD' })
  expect([head.status, head.text]).toEqual([200, ''])
  expect(rig.nginx.errorLog()).not.toMatch(/\[(?:error|crit|alert)\].*(?:fetch|GET \/list)/)
})

test('a list under the name of a version that is gone is not kept', async () => {
  rig.stub.unkeptLists.add('rest')
  await publish(listFor('First', 5))
  expect((await ask('tv.example')).text).toContain('First 0')
  rig.stub.lists.set('rest', listFor('Second', 5))
  expect((await ask('tv.example')).text).toContain('Second 0')
  rig.stub.unkeptLists.delete('rest')
})

test('of a crowd that no list is kept for yet, few wait for one: the others get nginx’s copy', async () => {
  const text = listFor('Crowd', 20)
  await publish(text)
  const began = Date.now()
  const hosts = Array.from({ length: 600 }, (_, i) => `crowd-${i}.example`)
  const answers = await Promise.all(hosts.map((host) => ask(host)))
  const seconds = Math.ceil((Date.now() - began) / 1000)
  for (const [i, answer] of answers.entries())
    expect(answer.text).toBe(filled(text, `http://${hosts[i]}`, given(answer.text)))
  const cut = answers.filter(({ headers }) => headers['content-length'] !== undefined).length
  expect(cut).toBeGreaterThan(0)
  expect(cut).toBeLessThanOrEqual(64 * (seconds + 1))
})
