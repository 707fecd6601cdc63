import { get } from 'node:http'
import { connect } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { readTicket } from '#domain/credentials/ticket'
import { parseNetwork } from '#domain/networks/network'
import { buildSubnetTable } from '#domain/networks/subnet-pages'
import { sealPicture } from '#domain/pictures/sealed-picture'
import { until } from '../../support/programs/port.ts'
import { nodeCrypto } from '../rig/crypto.ts'
import { type Rig, startRig } from '../rig/rig.ts'
import { channelRows, group } from '../rig/tables.ts'

let rig: Rig
const networks = (text: string) => {
  const parsed = parseNetwork(text)
  if (!parsed.ok) throw new Error(parsed.reason)
  return [...parsed.networks]
}
beforeAll(async () => {
  rig = await startRig((stub, origin) => {
    stub.policy = {
      ...stub.policy,
      groups: [
        group('home'),
        group('land', { countries: ['PT'] }),
        group('paid'),
        group('members', { requiresAccount: true }),
        group('rest', { isDefault: true }),
      ],
    }
    const table = buildSubnetTable([
      { id: 'home', networks: [...networks('192.168.0.0/16'), ...networks('2001:db8::/32')] },
      { id: 'paid', networks: networks('192.168.7.0/24') },
      { id: 'members', networks: networks('192.168.8.0/24') },
    ])
    stub.tables.networks.rows = new Map(table.pages)
    stub.tables.channels.rows = channelRows({ ch1: { origin: origin.url, base: '/hls/ch1/' } })
    for (const id of ['home', 'land', 'paid', 'members', 'rest']) {
      const lines = Array.from(
        { length: 40 },
        (_, i) => `#EXTINF:-1,${id} ${i}\n@@/ch1/index.m3u8\n`,
      )
      stub.lists.set(id, `#EXTM3U url-tvg="x" x-tvg-url="x"\n${lines.join('')}`)
    }
    stub.countries.set('203.0.113.1', 'PT')
    stub.identities.set('secret-token', { account: 'own:7', group: 'paid' })
    stub.identities.set('alice', { account: 'own:8', group: 'paid' })
  })
})
afterAll(() => rig?.stop())
beforeEach(() => {
  rig.stub.seen.length = 0
})

const listOf = (text: string): string => /#EXTINF:-1,(\w+) 0/.exec(text)?.[1] ?? 'none'
const ticketOf = (text: string) => readTicket(/\/live\/([^/]+)\//.exec(text)?.[1] ?? '')

describe('who gets which list', () => {
  test('longest prefix, then country, then default; an account where a token says so', async () => {
    const cases: [string, string, string, string][] = [
      ['/playlist.m3u', '192.168.1.5', 'home', 'network'],
      ['/playlist.m3u', '192.168.7.5', 'paid', 'network'],
      ['/playlist.m3u', '::ffff:192.168.1.5', 'home', 'network'],
      ['/playlist.m3u8', '2001:db8::5', 'home', 'network'],
      ['/playlist.m3u', '203.0.113.1', 'land', 'country'],
      ['/playlist.m3u', '198.51.100.1', 'rest', 'default'],
      ['/playlist.m3u?token=secret-token', '198.51.100.1', 'paid', 'account'],
      ['/get.php?username=alice&password=x&type=m3u_plus', '198.51.100.1', 'paid', 'account'],
    ]
    for (const [path, from, list, wonBy] of cases) {
      const answer = await rig.get(path, { from })
      expect([answer.status, listOf(answer.text)], `${path} ${from}`).toEqual([200, list])
      expect(ticketOf(answer.text)).toMatchObject({ group: list, wonBy })
    }
  })

  test('a group for accounts only gives strangers no list', async () => {
    const stranger = await rig.get('/playlist.m3u', { from: '192.168.8.5' })
    expect([stranger.status, stranger.reason]).toEqual([403, 'token.missing'])
    const member = await rig.get('/playlist.m3u?token=secret-token', { from: '192.168.8.5' })
    expect([member.status, ticketOf(member.text)?.account]).toEqual([200, 'own:7'])
  })

  test('the account is the token’s, else the network key', async () => {
    const account = async (path: string, from: string) =>
      ticketOf((await rig.get(path, { from })).text)?.account
    expect(await account('/playlist.m3u', '192.168.1.5')).toBe('net:192.168.1.5')
    expect(await account('/playlist.m3u', '2001:db8::5')).toBe('net:2001:db8::/64')
    expect(await account('/playlist.m3u?token=secret-token', '192.168.1.5')).toBe('own:7')
  })

  test('a known country is not asked again', async () => {
    await rig.get('/playlist.m3u', { from: '203.0.113.1' })
    const asked = rig.stub.count('/identify')
    await rig.get('/playlist.m3u', { from: '203.0.113.1' })
    expect(rig.stub.count('/identify')).toBe(asked)
  })

  test('wrong tokens: refused with a reason, remembered, and at last slowed down', async () => {
    const wrong = await rig.get('/playlist.m3u?token=nobody', { from: '198.51.100.50' })
    expect([wrong.status, wrong.reason]).toEqual([403, 'token.unknown'])
    await rig.get('/playlist.m3u?token=nobody', { from: '198.51.100.50' })
    expect(rig.stub.count('/identify')).toBe(1)
    let count = 0
    const guess = async (): Promise<number> => {
      count += 1
      const path = `/playlist.m3u?token=guess${count}`
      return (await rig.get(path, { from: '198.51.100.51' })).status
    }
    // How many of them come too fast depends on the machine.
    await until('one that is slowed down', async () => {
      const statuses = await Promise.all(Array.from({ length: 150 }, guess))
      expect(statuses.every((it) => it === 403 || it === 429)).toBe(true)
      return statuses.includes(429)
    })
    expect((await rig.get('/playlist.m3u', { from: '198.51.100.51' })).status).toBe(200)
  })

  test('no guessable address gives another list', async () => {
    for (const path of [
      '/_gatehouse/send-list',
      '/edge/v1/lists/home',
      '/lists/home',
      '/_gatehouse/check-session',
      '/control/sync',
    ])
      expect((await rig.get(path)).status, path).toBe(404)
  })

  test('the client address is believed from the configured proxy only', async () => {
    const from = (localAddress: string): Promise<string> =>
      new Promise((resolve, reject) => {
        const headers = { 'X-Forwarded-For': '192.168.1.5' }
        const options = { port: rig.nginx.port, path: '/playlist.m3u', localAddress, headers }
        get({ ...options, host: '127.0.0.1' }, (response) => {
          let text = ''
          response.on('data', (chunk: Buffer) => {
            text += chunk.toString()
          })
          response.on('end', () => resolve(listOf(text)))
        }).on('error', reject)
      })
    expect(await from('127.0.0.1')).toBe('home')
    expect(await from('127.0.0.2')).toBe('rest')
  })
})

describe('as HTTP', () => {
  test('a 304 is the same download; another viewer or list is not', async () => {
    const first = await rig.get('/playlist.m3u', { from: '192.168.1.9' })
    const tag = first.headers.get('etag') ?? ''
    expect(tag).toMatch(/^W\//)
    const again = async (value: string, from = '192.168.1.9') =>
      rig.get('/playlist.m3u', { from, headers: { 'If-None-Match': value } })
    for (const value of [tag, tag.slice(2), `"x", ${tag}`, '*']) {
      const answer = await again(value)
      expect([answer.status, answer.text]).toEqual([304, ''])
      expect(answer.headers.get('vary')).toBe('Accept-Encoding')
      expect(answer.headers.get('cache-control')).toContain('private')
      expect(answer.headers.get('access-control-allow-origin')).toBe('*')
      expect(answer.headers.get('etag')).toBe(tag)
    }
    expect((await again('"other"')).status).toBe(200)
    expect((await again(tag, '192.168.1.10')).status).toBe(200)
  })

  test('headers, HEAD, gzip, POST, Host iptv.local', async () => {
    const plain = await rig.get('/playlist.m3u', {
      from: '192.168.1.5',
      headers: { 'Accept-Encoding': 'identity', Range: 'bytes=0-5' },
    })
    expect(plain.status).toBe(200)
    expect(plain.headers.get('content-type')).toBe('audio/x-mpegurl')
    expect(plain.headers.get('content-encoding')).toBeNull()
    expect(plain.headers.get('vary')).toContain('Accept-Encoding')
    expect(plain.headers.get('last-modified')).toBeNull()
    const packed = await rig.get('/playlist.m3u', {
      from: '192.168.1.5',
      headers: { 'Accept-Encoding': 'gzip' },
    })
    expect(packed.headers.get('content-encoding')).toBe('gzip')
    const head = await rig.get('/playlist.m3u', { from: '192.168.1.5', method: 'HEAD' })
    expect([head.status, head.text]).toEqual([200, ''])
    expect(head.headers.get('etag')).toBe(plain.headers.get('etag'))
    expect(head.headers.get('content-type')).toBe('audio/x-mpegurl')
    for (const door of ['/playlist.m3u8', '/get.php?token=secret-token'])
      for (const method of ['GET', 'HEAD']) {
        const answer = await rig.get(door, { from: '192.168.1.5', method })
        const type = answer.headers.get('content-type')
        expect([door, method, answer.status, type]).toEqual([door, method, 200, 'audio/x-mpegurl'])
      }
    const json = { 'Content-Type': 'application/json' }
    const posted = await rig.get('/playlist.m3u', {
      from: '192.168.1.5',
      method: 'POST',
      headers: json,
      body: '{}',
    })
    expect([posted.status, listOf(posted.text)]).toEqual([200, 'home'])
    const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
    const xtream = await rig.get('/get.php', {
      method: 'POST',
      headers: form,
      body: 'username=alice&password=x',
    })
    expect([xtream.status, listOf(xtream.text)]).toEqual([200, 'paid'])
    expect((await rig.get('/playlist.m3u', { method: 'OPTIONS' })).status).toBe(204)
    expect((await rig.get('/playlist.m3u', { method: 'DELETE' })).status).toBe(405)
    expect((await rig.get('/get.php')).reason).toBe('credentials.wrong')
  })

  test('a player of HTTP/1.0 that names no host is given the address it reached', async () => {
    const { port } = rig.nginx
    const text = await new Promise<string>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () =>
        socket.write('GET /playlist.m3u HTTP/1.0\r\n\r\n'),
      )
      let got = ''
      socket.setEncoding('utf8').on('data', (part: string) => (got += part))
      socket.on('end', () => resolve(got)).on('error', reject)
    })
    expect(text).toContain(`http://127.0.0.1:${port}/live/`)
  })

  test('every address carries the ticket and the host asked for', async () => {
    const answer = await rig.get('/playlist.m3u', { from: '192.168.1.5' })
    const lines = answer.text.split('\n').filter((line) => line.startsWith('http'))
    expect(lines).toHaveLength(40)
    expect(new Set(lines).size).toBe(1)
    expect(lines[0]).toMatch(new RegExp(`^${rig.url}/live/[A-Za-z0-9_-]{48,}/ch1/index\\.m3u8$`))
    expect(answer.text).not.toContain('@@')
  })

  test('a list is fetched once per version', async () => {
    await rig.get('/playlist.m3u', { from: '192.168.1.5' })
    const asked = rig.stub.count('/lists')
    await rig.get('/playlist.m3u', { from: '192.168.1.6' })
    await rig.get('/playlist.m3u', { from: '192.168.1.7' })
    expect(rig.stub.count('/lists')).toBe(asked)
    rig.stub.lists.set('home', '#EXTM3U\n#EXTINF:-1,newhome 0\n@@/ch1/index.m3u8\n')
    const groups = rig.stub.policy.groups.map((it) =>
      it.id === 'home' ? { ...it, listVersion: 'v2' } : it,
    )
    rig.stub.policy = { ...rig.stub.policy, version: 'p2', groups }
    await expect
      .poll(async () => listOf((await rig.get('/playlist.m3u', { from: '192.168.1.5' })).text), {
        timeout: 15_000,
      })
      .toBe('newhome')
    expect(rig.stub.count('/lists')).toBe(asked + 1)
  })
})

describe('pictures', () => {
  const nameOf = (path: string): string =>
    sealPicture(nodeCrypto, rig.stub, `http://10.0.0.5/${path}.png`) ?? ''
  const shown = async (name: string) => {
    const answer = await rig.get(`/s/pictures/${name}`)
    return [answer.status, answer.text]
  }

  test('there are none until the policy says so', async () => {
    expect(await shown(nameOf('early'))).toEqual([404, 'there is no such picture\n'])
    expect(rig.stub.count('/pictures')).toBe(0)
    rig.stub.policy = { ...rig.stub.policy, version: 'p3', hasPictures: true }
    const headers = { 'Cache-Control': 'public, max-age=1', ETag: '"1"' }
    rig.stub.picture = { status: 200, headers, body: 'first' }
    await expect.poll(() => shown(nameOf('early')), { timeout: 15_000 }).toEqual([200, 'first'])
  })

  test('a copy that is old is shown while its host, or control, is away, and renewed behind it', async () => {
    const name = nameOf('late')
    expect(await shown(name)).toEqual([200, 'first'])
    rig.stub.picture = { status: 502, headers: { 'X-Accel-Expires': '1' }, body: '' }
    const seal = name.replace('.png', '')
    const asked = () => rig.stub.count(`/pictures?seal=${seal}`)
    await expect
      .poll(async () => [await shown(name), asked() > 1], { timeout: 15_000 })
      .toEqual([[200, 'first'], true])
    expect(await shown(nameOf('other'))).toEqual([502, 'bad gateway\n'])
    const headers = { 'Cache-Control': 'public, max-age=600', ETag: '"2"' }
    rig.stub.picture = { status: 200, headers, body: 'second' }
    await expect.poll(() => shown(name), { timeout: 15_000 }).toEqual([200, 'second'])
  })
})
