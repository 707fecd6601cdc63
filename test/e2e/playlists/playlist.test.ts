import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { packageRoot } from '../../../control/config/paths.ts'
import { run } from '../../../control/runtime/exec.ts'
import { tempDir } from '../../support/cleanup.ts'
import { until } from '../../support/programs/port.ts'
import { startService, type TestService } from '../../support/programs/service.ts'
import { ask } from '../world/ask.ts'
import { viewer } from '../world/viewer.ts'
import { adminOf, worldConfig } from '../world/world.ts'

let service: TestService
let admin: ReturnType<typeof adminOf>
let networks = ''
let removeFolder: () => Promise<void>

beforeAll(async () => {
  const folder = await tempDir()
  removeFolder = folder.remove
  networks = join(folder.path, 'networks.txt')
  writeFileSync(networks, '172.16.0.0/16\n')
  const config = worldConfig().replace('[192.168.0.0/16]', `[192.168.0.0/16, 'file:${networks}']`)
  service = await startService({ config })
  admin = adminOf(service)
}, 300_000)
afterAll(async () => {
  await service?.stop()
  await removeFolder?.()
})

const home = { 'X-Forwarded-For': '192.168.1.1' }
const list = (options: Parameters<typeof ask>[2] = {}, path = '/playlist.m3u') =>
  ask(service.edge, path, { ...options, headers: { ...home, ...options.headers } })

describe('one address for everybody', () => {
  test('GET: type, freshness, CORS, both guide attributes, a ticket of its own each time', async () => {
    const [one, two] = [await list(), await list()]
    expect(one.headers).toMatchObject({
      'content-type': 'audio/x-mpegurl',
      'access-control-allow-origin': '*',
      'cache-control': 'private, no-cache',
    })
    expect(one.headers.etag).toMatch(/^W\/"/)
    expect(two.headers.etag).toBe(one.headers.etag)
    expect(one.text).toMatch(/^#EXTM3U .*url-tvg="[^"]+" x-tvg-url="[^"]+"/)
    expect(one.text).not.toContain('@@')
    expect(one.text).not.toBe(two.text)
    const groups = (text: string) => text.match(/\/live\/[^/]+/g)
    expect(new Set(groups(one.text)).size).toBe(1)
    expect(groups(one.text)?.[0]).toMatch(/^\/live\/[\w-]{48,}$/)
  })

  test('HEAD tells the same and sends nothing; other methods are refused', async () => {
    const head = await list({ method: 'HEAD' })
    expect(head.status).toBe(200)
    expect(head.body).toHaveLength(0)
    expect(head.headers.etag).toBe((await list()).headers.etag)
    for (const method of ['PUT', 'DELETE', 'PATCH']) {
      expect((await list({ method })).status).toBe(405)
    }
    expect((await list({ method: 'OPTIONS' })).status).toBe(204)
  })

  test('304 for the tag of the same list; another viewer’s tag is none', async () => {
    const { etag = '' } = (await list()).headers
    const same = await list({ headers: { 'If-None-Match': etag } })
    expect([same.status, same.body.length]).toEqual([304, 0])
    const strong = await list({ headers: { 'If-None-Match': `"x", ${etag.slice(2)}` } })
    expect(strong.status).toBe(304)
    const headers = { 'If-None-Match': etag, 'X-Forwarded-For': '203.0.113.1' }
    expect((await list({ headers })).status).toBe(200)
  })

  test('gzip where it is asked for', async () => {
    const packed = await list({ headers: { 'Accept-Encoding': 'gzip' } })
    expect(packed.headers['content-encoding']).toBe('gzip')
    const text = gunzipSync(packed.body).toString()
    expect(text.match(/\/live\//g)).toHaveLength(12)
    expect(packed.headers.vary).toMatch(/Accept-Encoding/i)
    expect((await list()).headers['content-encoding']).toBeUndefined()
  })

  test('POST {} as some boxes do, .m3u8, iptv.local and any other Host', async () => {
    const post = await list({
      method: 'POST',
      body: '{}',
      headers: { 'Content-Type': 'application/json', 'Content-Length': '2' },
    })
    expect(post.status).toBe(200)
    expect(post.text.match(/\/live\//g)).toHaveLength(12)
    expect((await list({}, '/playlist.m3u8')).text.match(/\/live\//g)).toHaveLength(12)
    for (const host of ['iptv.local', 'iptv.local:8080', 'TV.example.net']) {
      const { text } = await list({ headers: { Host: host } })
      expect(text).toContain(`http://${host}/live/`)
    }
    const evil = await list({ headers: { Host: 'a"b\\c' } })
    expect(evil.text).not.toContain('a"b')
  })
})

describe('other doors to the same list', () => {
  test('?token= and get.php; wrong ones are refused', async () => {
    const { id, token } = await admin.account(2)
    const { name } = await admin.get<{ name: string }>(`/accounts/${id}`)
    const password = { username: 'ann', password: 'correct-horse-7' }
    await admin.send('PUT', `/accounts/${id}/password`, password)
    const doors = [
      `/playlist.m3u?token=${token}`,
      '/get.php?username=ann&password=correct-horse-7&type=m3u_plus&output=ts',
      // Where nobody made a password: the account's name or id and its token.
      `/get.php?username=${encodeURIComponent(name)}&password=${token}&type=m3u_plus`,
      `/get.php?username=${id}&password=${token}&type=m3u_plus`,
    ]
    for (const door of doors) {
      const reply = await list({}, door)
      expect(reply.status, door).toBe(200)
      expect(reply.text.match(/\/live\//g)).toHaveLength(12)
      expect(reply.text).not.toContain(token)
      expect(reply.text).not.toContain('correct-horse')
      const post = await list({ method: 'POST', body: '{}' }, door)
      expect(post.status, door).toBe(200)
    }
    const form = await list(
      {
        method: 'POST',
        body: 'username=ann&password=correct-horse-7',
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      },
      '/get.php',
    )
    expect(form.status).toBe(200)
    const wrong = [
      ['/playlist.m3u?token=nonsense-nonsense', 'token.unknown'],
      ['/get.php?username=ann&password=wrong-wrong', 'credentials.wrong'],
      ['/get.php?username=nobody&password=wrong-wrong', 'credentials.wrong'],
      [`/get.php?username=ann&password=${token}`, 'credentials.wrong'],
    ]
    for (const [door, reason] of wrong) {
      const headers = { 'X-Forwarded-For': '192.168.77.7' }
      const reply = await list({ headers }, door)
      expect([401, 403], door).toContain(reply.status)
      expect(reply.reason).toBe(reason)
    }
    const explain = (given: string) => admin.get(`/explain?ip=192.168.77.8&token=${given}`)
    expect(await explain(token)).toMatchObject({ reason: 'ok', account: id, channels: 12 })
    const told = { reason: 'token.unknown', group: 'home', channels: 0 }
    expect(await explain('nonsense-nonsense')).toMatchObject(told)
    const opened = await list({}, '/live/ann/correct-horse-7/federal-1.m3u8')
    expect([opened.status, opened.location?.slice(0, 3)]).toEqual([302, '/s/'])
    const byToken = await list({}, `/live/federal-2/index.m3u8?token=${token}`)
    expect([byToken.status, byToken.location?.slice(0, 3)]).toEqual([302, '/s/'])
    expect(byToken.location).not.toContain(token)
  })
})

describe('networks change while viewers watch', () => {
  test('by `gatehouse reload`: who joins and who leaves, nobody dropped', async () => {
    const stays = await viewer(service.edge, { address: '192.168.9.9' }).play('film-1')
    expect((await stays.poll()).status).toBe(200)
    const moved = viewer(service.edge, { address: '172.20.1.1' })
    expect(await moved.channels()).toHaveLength(4)
    writeFileSync(networks, '172.20.0.0/16\n2001:db8:77::/48\n')
    const script = join(packageRoot(), 'scripts/gatehouse')
    const { code, stderr } = await run([script, 'reload', '--state', service.state])
    expect(code, stderr).toBe(0)
    await until('the new network', async () => (await moved.channels()).length === 12)
    expect(await viewer(service.edge, { address: '172.16.1.1' }).channels()).toHaveLength(4)
    expect(await viewer(service.edge, { address: '2001:db8:77::1' }).channels()).toHaveLength(12)
    expect((await stays.poll()).status).toBe(200)
  }, 60_000)

  test('by SIGHUP: the configuration file is read, a bad one changes nothing', async () => {
    const file = /--config (\S+)/.exec(
      readFileSync(`/proc/${service.pid}/cmdline`, 'utf8').replaceAll('\0', ' '),
    )?.[1]
    if (file === undefined) throw new Error('no configuration file')
    const stays = await viewer(service.edge, { address: '192.168.9.10' }).play('film-2')
    expect((await stays.poll()).status).toBe(200)
    const good = readFileSync(file, 'utf8')
    writeFileSync(file, good.replace('[192.168.0.0/16,', '[192.168.0.0/16, 198.18.0.0/15,'))
    process.kill(service.pid, 'SIGHUP')
    const joined = viewer(service.edge, { address: '198.19.0.1' })
    await until('the new network', async () => (await joined.channels()).length === 12)
    writeFileSync(file, good.replace('groups:', 'groops:'))
    process.kill(service.pid, 'SIGHUP')
    await until('the refusal', () => service.output().includes('stays as it was'))
    expect(await joined.channels()).toHaveLength(12)
    expect((await stays.poll()).status).toBe(200)
  }, 60_000)
})
