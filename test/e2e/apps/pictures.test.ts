import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { parseM3U } from '@iptv/playlist'
import { parseXmltv } from '@iptv/xmltv'
import { beforeAll, describe, expect, test } from 'vitest'
import { CHANNELS, guide, logoOf } from '../../../control/demo/channels.ts'
import { tempDir, useCleanup } from '../../support/cleanup.ts'
import { until } from '../../support/programs/port.ts'
import { startService, type TestService } from '../../support/programs/service.ts'
import { ask } from '../world/ask.ts'
import { adminOf, worldConfig } from '../world/world.ts'

const onCleanup = useCleanup('all')
let service: TestService
let login = ''
const HOME = { 'X-Forwarded-For': '192.168.1.1' }

const png = CHANNELS[3] === undefined ? Buffer.alloc(0) : logoOf(CHANNELS[3])
const SECRET = 'Sesame-77'
/** What the private host was asked, by path. */
const asked = new Map<string, number>()
let isHostAway = false

/** A private host as it should not be. */
const host = createServer((request, response) => {
  const path = request.url ?? ''
  asked.set(path, (asked.get(path) ?? 0) + 1)
  const png200 = { 'Content-Type': 'image/png' }
  if (isHostAway) return void response.writeHead(503).end()
  if (path === '/elsewhere.png')
    return void response.writeHead(302, { Location: 'http://127.0.0.1:9/x.png' }).end()
  if (path === '/large.png')
    return void response.writeHead(200, png200).end(Buffer.concat([png, Buffer.alloc(9000)]))
  if (path === '/page.png')
    return void response.writeHead(200, png200).end('<html><script>1</script></html>')
  if (path === '/endless.png') {
    response.writeHead(200, png200).write(png)
    const timer = setInterval(() => response.write(Buffer.alloc(4096)), 5)
    return void response.on('close', () => clearInterval(timer))
  }
  if (path === '/locked.png' && request.headers.authorization === undefined)
    return void response.writeHead(401, { 'X-Host': '10.0.0.5' }).end(`no ${SECRET}`)
  if (path === '/art.svg')
    return void response
      .writeHead(200, { 'Content-Type': 'image/svg+xml' })
      .end('<svg onload="x()"/>')
  if (path.startsWith('/gone')) return void response.writeHead(404).end(`not at ${SECRET}`)
  return void response.writeHead(200, { ...png200, 'Set-Cookie': 'a=b' }).end(png)
})

const NAMES = [
  'elsewhere.png',
  'large.png',
  'page.png',
  'endless.png',
  'locked.png',
  'art.svg',
  'gone.png',
  'stale.png',
  'plain.png',
]

beforeAll(async () => {
  await new Promise<void>((resolve) => void host.listen(0, '127.0.0.1', resolve))
  onCleanup(async () => {
    host.closeAllConnections()
    await new Promise<void>((resolve) => void host.close(() => resolve()))
  })
  const { port } = host.address() as AddressInfo
  const folder = await tempDir()
  onCleanup(folder.remove)
  const entries = NAMES.map((name) => {
    const user = name === 'locked.png' ? `u:${SECRET}@` : ''
    return `#EXTINF:-1 tvg-id="${name}" tvg-logo="http://${user}127.0.0.1:${port}/${name}",${name}\nhttp://127.0.0.1:${port}/c/${name}/index.m3u8\n`
  })
  writeFileSync(join(folder.path, 'odd.m3u'), `#EXTM3U\n${entries.join('')}`)
  writeFileSync(join(folder.path, 'epg.xml'), guide(Date.now()))
  const more = `guide: { sources: [{ name: file, file: '${join(folder.path, 'epg.xml')}' }] }
pictures: { through: [127.0.0.0/8], max_kb: 8, types: [png, svg], fresh_sec: 60 }
`
  const config = worldConfig({ more }).replace(
    'groups:\n',
    `  - { name: odd, file: '${join(folder.path, 'odd.m3u')}' }\ngroups:\n`,
  )
  service = await startService({ config })
  onCleanup(service.stop)
  const { id, token } = await adminOf(service).account(2)
  login = `username=${id}&password=${token}`
}, 300_000)

const logosOf = async (): Promise<Map<string, string>> => {
  const list = await ask(service.edge, `/get.php?${login}&type=m3u_plus`, { headers: HOME })
  expect(list.status).toBe(200)
  expect(list.text).not.toMatch(/@pictures@|@@|Sesame/)
  return new Map(
    parseM3U(list.text).channels.map(({ tvgId = '', tvgLogo = '' }) => [
      tvgId,
      tvgLogo.slice(service.edge.length),
    ]),
  )
}
const logoOfChannel = async (id: string): Promise<string> => (await logosOf()).get(id) ?? ''

describe('pictures of a private host', () => {
  test('are named at the edge in lists, apps and guide, and load without a credential', async () => {
    const logos = await logosOf()
    expect(logos.size).toBe(CHANNELS.length + NAMES.length)
    for (const path of logos.values()) expect(path).toMatch(/^\/s\/pictures\/~[\w-]+\.(?:png|svg)$/)
    const rows = JSON.parse(
      (
        await ask(service.edge, `/player_api.php?${login}&action=get_live_streams`, {
          headers: HOME,
        })
      ).text,
    ) as { stream_icon: string; epg_channel_id: string }[]
    for (const { stream_icon: icon, epg_channel_id: id } of rows)
      expect(icon).toBe(`${service.edge}${logos.get(id)}`)
    await until('programmes', async () => {
      const xml = await ask(service.edge, `/xmltv.php?${login}`, { headers: HOME })
      const { channels = [], programmes = [] } = parseXmltv(xml.text)
      for (const { id, icon } of channels)
        expect(icon?.[0]?.src).toBe(`${service.edge}${logos.get(id)}`)
      return programmes.length > 0
    })
    const first = logos.get('federal-4') ?? ''
    const answer = await ask(service.edge, first, {
      headers: { 'X-Forwarded-For': '203.0.113.77' },
    })
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'image/png'])
    expect(answer.body.equals(png)).toBe(true)
    expect(answer.headers['cache-control']).toBe('public, max-age=60')
    expect(answer.headers['x-content-type-options']).toBe('nosniff')
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'")
    expect(answer.headers['set-cookie']).toBeUndefined()
  })

  test('are fetched once for all, and answer HEAD, ranges and tags', async () => {
    const path = await logoOfChannel('plain.png')
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(service.edge, path)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(asked.get('/plain.png')).toBe(1)
    const head = await ask(service.edge, path, { method: 'HEAD' })
    expect([head.status, head.headers['content-length'], head.body.length]).toEqual([
      200,
      String(png.length),
      0,
    ])
    const part = await ask(service.edge, path, { headers: { Range: 'bytes=1-3' } })
    expect([part.status, part.text, part.headers['content-range']]).toEqual([
      206,
      'PNG',
      `bytes 1-3/${png.length}`,
    ])
    const { etag = '' } = head.headers
    const same = await ask(service.edge, path, { headers: { 'If-None-Match': etag } })
    expect([same.status, same.body.length]).toEqual([304, 0])
    expect((await ask(service.edge, path, { headers: { 'If-None-Match': '"x"' } })).status).toBe(
      200,
    )
    expect((await ask(service.edge, path, { method: 'POST', body: 'x' })).status).toBe(405)
    expect((await ask(service.edge, path, { method: 'OPTIONS' })).status).toBe(204)
    // The end of the name is for players that look at it.
    expect((await ask(service.edge, path.replace('.png', ''))).status).toBe(200)
    expect(asked.get('/plain.png')).toBe(1)
  })

  test.each([
    ['elsewhere.png', 404],
    ['large.png', 404],
    ['page.png', 404],
    ['endless.png', 404],
    ['gone.png', 404],
  ])('%s is answered with %i, and nothing of the host', async (name, status) => {
    const path = await logoOfChannel(name)
    for (let turn = 0; turn < 2; turn += 1) {
      const answer = await ask(service.edge, path)
      expect([answer.status, answer.text]).toEqual([status, 'there is no such picture\n'])
      expect(answer.headers['cache-control']).toBe('no-store')
      expect(JSON.stringify(answer.headers)).not.toMatch(/127\.0\.0\.1:\d|Sesame|x-host/i)
    }
    expect(asked.get(`/${name}`)).toBe(1)
  })

  test('a login of an address is the edge’s alone; SVG runs nothing', async () => {
    const locked = await ask(service.edge, await logoOfChannel('locked.png'))
    expect([locked.status, locked.body.length]).toEqual([200, png.length])
    const svg = await ask(service.edge, await logoOfChannel('art.svg'))
    expect([svg.status, svg.headers['content-type']]).toEqual([200, 'image/svg+xml'])
    expect(svg.headers['content-security-policy']).toMatch(/sandbox/)
  })

  test('nobody names another: a changed, foreign or made-up seal opens nothing', async () => {
    const path = await logoOfChannel('plain.png')
    const before = [...asked.values()].reduce((sum, it) => sum + it, 0)
    const seal = path.slice('/s/pictures/'.length, -'.png'.length)
    const changed = [20, 40, seal.length - 1].map(
      (at) => seal.slice(0, at) + (seal[at] === 'A' ? 'B' : 'A') + seal.slice(at + 1),
    )
    const made = `~${Buffer.from(`\x01${'m'.repeat(11)}http://127.0.0.1/`).toString('base64url')}`
    for (const text of [...changed, seal.slice(0, -4), `${seal}AAAA`, made]) {
      const answer = await ask(service.edge, `/s/pictures/${text}.png`)
      expect([answer.status, answer.text]).toEqual([404, 'there is no such picture\n'])
    }
    for (const text of [
      '',
      'x',
      'http://127.0.0.1/x.png',
      `${seal}/x`,
      `${seal}.png.exe`,
      '~short',
    ]) {
      const answer = await ask(service.edge, `/s/pictures/${text}`)
      expect(answer.status, text).toBe(403)
    }
    expect([...asked.values()].reduce((sum, it) => sum + it, 0)).toBe(before)
  })

  test('are shown while their host is away; its answer is not hammered for', async () => {
    const kept = await logoOfChannel('plain.png')
    isHostAway = true
    const path = await logoOfChannel('stale.png')
    for (let turn = 0; turn < 5; turn += 1) {
      const answer = await ask(service.edge, path)
      expect([answer.status, answer.text]).toEqual([502, 'bad gateway\n'])
    }
    expect(asked.get('/stale.png')).toBe(1)
    expect((await ask(service.edge, kept)).status).toBe(200)
    expect(Object.values(service.logs()).join('')).not.toContain(SECRET)
    expect(service.output()).not.toContain(SECRET)
    isHostAway = false
  })
})
