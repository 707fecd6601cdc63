import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { runProgram } from '../../../control/cli/program.ts'
import { packageRoot } from '../../../control/config/paths.ts'
import { until } from '../../support/programs/port.ts'
import { startService, type TestService } from '../../support/programs/service.ts'
import { viewer } from '../world/viewer.ts'
import { adminOf, worldConfig } from '../world/world.ts'

let service: TestService
let admin: ReturnType<typeof adminOf>
let home: { id: string; token: string }

const CLI = join(packageRoot(), 'scripts/gatehouse')

beforeAll(async () => {
  service = await startService({ config: worldConfig({ clocks: { idle_sec: 300 } }) })
  admin = adminOf(service)
  home = await admin.account(3)
}, 300_000)
afterAll(() => service?.stop())

/** Runs a command in this process, which spares a start a call; what it printed. */
const gatehouse = async (...args: string[]): Promise<string> => {
  let printed = ''
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text)
    return true
  })
  try {
    await runProgram([...args, '--state', service.state])
    return printed
  } finally {
    write.mockRestore()
  }
}

const rows = async (...args: string[]): Promise<Record<string, unknown>[]> => {
  const answer = JSON.parse(await gatehouse(...args, '--json')) as unknown
  return (Array.isArray(answer) ? answer : (answer as { items: [] }).items) as []
}

const screen = (host: string, agent: string) =>
  viewer(service.edge, { token: home.token, address: host, agent })

const audited = async (): Promise<string[]> =>
  (await admin.get<{ items: { action: string; subject: string }[] }>('/audit?limit=3')).items.map(
    ({ action, subject }) => `${action} ${subject}`,
  )

describe('sessions', () => {
  test('are listed by filter, order and page, under Flussonic’s names', async () => {
    await (await screen('198.51.100.1', 'VLC/3.0').play('federal-1')).poll()
    await (await screen('198.51.100.2', 'Kodi/20').play('federal-2')).poll()
    await (await screen('198.51.100.2', 'okhttp/4').play('federal-3')).poll()
    await until('the reports', async () => {
      const states = (await admin.sessions(home.id)).map(({ state }) => state)
      return states.filter((state) => state === 'playing').length === 3
    })
    const own = ['sessions', '--user_id', home.id]
    const names = async (...args: string[]) => (await rows(...own, ...args)).map((it) => it['name'])
    const all = await rows(...own, '--sort', 'opened_at')
    expect(all.map((it) => it['name'])).toEqual(['federal-1', 'federal-2', 'federal-3'])
    expect(Object.keys(all[0] ?? {})).toEqual(
      expect.arrayContaining(
        [
          'id session_id name user_id user_name ip country proto user_agent token',
          'opened_at started_at updated_at bytes',
        ].flatMap((text) => text.split(' ')),
      ),
    )
    expect(JSON.stringify(all)).not.toContain(home.token)
    expect(await names('--name', 'federal-2')).toEqual(['federal-2'])
    const near = ['--network', '198.51.100.2', '--sort', 'opened_at']
    expect(await names(...near)).toEqual(['federal-2', 'federal-3'])
    expect(await names('--sort', '-opened_at', '--limit', '1')).toEqual(['federal-3'])
    const table = await gatehouse(...own, '--sort', 'opened_at', '--limit', '2')
    const cursor = /more: --after (\S+)/.exec(table)?.[1] ?? ''
    const rest = await names('--sort', 'opened_at', '--limit', '2', '--after', cursor)
    expect(rest).toEqual(['federal-3'])
    await expect(gatehouse('sessions', '--sort', 'nonsense')).rejects.toThrow('Sort by')
  }, 60_000)

  test('are shown, ended and audited', async () => {
    const [first] = await rows('sessions', '--user_id', home.id, '--name', 'federal-1')
    const id = String(first?.['id'])
    expect(JSON.parse(await gatehouse('sessions', 'show', id))).toMatchObject({ id })
    expect(await gatehouse('sessions', 'end', id)).toContain('ended')
    expect((await audited())[0]).toBe(`session.end ${String(first?.['session_id'])}`)
    await expect(gatehouse('sessions', 'show', id)).rejects.toThrow('does not play any more')
  }, 60_000)

  test('--watch draws the table anew each second', async () => {
    const args = ['sessions', '--watch', '--user_id', home.id, '--state', service.state]
    const watching = spawn(CLI, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let shown = ''
    watching.stdout.setEncoding('utf8').on('data', (text: string) => (shown += text))
    // Into a pipe: no terminal's codes, and each frame begins with the number.
    const frames = () => shown.split(/^(?=\d+ live sessions)/m)
    await until('three frames', async () => frames().length >= 3, 20_000)
    watching.kill('SIGINT')
    expect(frames()[0]).toMatch(/^2 live sessions, \d\d:\d\d:\d\d UTC/)
    expect(frames()[1]).toContain('federal-2')
  }, 60_000)
})

describe('devices, networks and downloads', () => {
  test('are listed by filter, order and page, and shown', async () => {
    const own = ['--user_id', home.id]
    const all = await rows('networks', ...own, '--sort', '-sessions')
    expect(all.map((it) => it['id'])).toContain('198.51.100.2')
    expect(all[0]).toMatchObject({ users: 1, banned_until: null })
    const [first, ...others] = await rows('devices', ...own, '--limit', '1')
    expect(others).toEqual([])
    expect(first).toMatchObject({ user_id: `own:${home.id}`, sessions: 1 })
    const table = await gatehouse('devices', ...own, '--limit', '1')
    const cursor = /more: --after (\S+)/.exec(table)?.[1] ?? ''
    const rest = await rows('devices', ...own, '--after', cursor)
    expect(rest.map((it) => it['id'])).not.toContain(first?.['id'])
    const shown = await gatehouse('devices', 'show', String(first?.['id']))
    expect(JSON.parse(shown)).toMatchObject({ id: first?.['id'], channels: first?.['channels'] })
    await expect(gatehouse('networks', 'show', '192.0.2.200')).rejects.toThrow('neither plays')
    await expect(gatehouse('networks', '--after', 'zzz')).rejects.toThrow('after takes')
    await expect(gatehouse('devices', '--sort', 'nonsense')).rejects.toThrow('Sort by')
    const download = (await rows('sessions', ...own))[0]?.['download']
    await until('the note of the download', async () => {
      const known = await rows('downloads', '--account', `own:${home.id}`)
      return known.some(({ id }) => id === download)
    })
    const copy = JSON.parse(await gatehouse('downloads', 'show', String(download)))
    expect(copy).toMatchObject({ id: download, account: `own:${home.id}` })
  }, 60_000)

  test('end with all that plays of them, audited with a note', async () => {
    const other = await admin.account(2)
    const who = { token: other.token, address: '198.51.100.77', agent: 'mpv/2' }
    const play = await viewer(service.edge, who).play('federal-1')
    await play.poll()
    const network = ['networks', 'end', '198.51.100.77', '--seconds', '5', '--note', 'noise']
    expect(await gatehouse(...network)).toContain('1 sessions ended')
    expect((await play.get('index.m3u8')).status).toBe(410)
    const { items } = await admin.get<{ items: { action: string; after: object }[] }>('/audit')
    const entry = { action: 'network.end', after: { ended: 1, seconds: 5, note: 'noise' } }
    expect(items[0]).toMatchObject(entry)
    await expect(gatehouse('accounts', 'end', other.id)).rejects.toThrow('Nothing plays')
    const account = JSON.parse(await gatehouse('accounts', 'show', other.id))
    expect(account).toMatchObject({ id: other.id })
  }, 60_000)
})

test('what nobody understands is told, not dropped', async () => {
  const asked = async (path: string) => await admin.get<{ detail: string }>(path).catch(String)
  expect(await asked('/sessions?user=x')).toContain("additional properties: 'user'")
  expect(await asked('/sessions?after=zzz')).toContain('after takes')
  expect(await asked('/bans?kind=planet')).toContain('session, device, download')
  const wide = ['bans', 'add', 'network', '198.51.100.0/24']
  await expect(gatehouse(...wide)).rejects.toThrow('A network is one /32')
})

describe('bans', () => {
  const list = async () => await rows('bans', '--account', home.id)

  test('of a device, named as the account’s devices are listed', async () => {
    const devices = async () => await rows('accounts', 'devices', home.id)
    await until('the history', async () => (await devices()).length === 3, 20_000)
    const kodi = (await devices()).find(({ client }) => client === 'kodi')
    expect(kodi).toMatchObject({ channel: 'federal-2', playing: true, plays: 1 })
    const name = ['device', home.id, 'federal-2', String(kodi?.['device'])]
    expect(await gatehouse('bans', 'add', ...name, '--seconds', '600')).toContain(
      'banned; 1 sessions ended',
    )
    const [ban, ...others] = await list()
    expect(others).toEqual([])
    expect(ban).toMatchObject({ kind: 'device', reason: 'ban.device', by: 'admin:cli' })
    const leftSec = (Number(ban?.['until']) - Date.now()) / 1000
    expect(leftSec).toBeGreaterThan(560)
    expect(leftSec).toBeLessThanOrEqual(600)
    expect(await gatehouse('bans')).toMatch(
      /device +own:\S+\|federal-2\|\S+ +ban\.device .* 20\d\d-/,
    )
    const again = await screen('198.51.100.2', 'Kodi/20').open('federal-2')
    expect([again.status, again.reason]).toEqual([403, 'ban.device'])
    expect((await screen('198.51.100.2', 'Kodi/20').open('federal-4')).status).toBe(302)
    expect(await gatehouse('bans', 'lift', ...name)).toContain('lifted')
    const subject = `device:own:${name.slice(1).join('|')}`
    expect((await audited()).slice(0, 2)).toEqual([`ban.lift ${subject}`, `ban.create ${subject}`])
    await expect(gatehouse('bans', 'add', 'device', home.id)).rejects.toThrow('A device is named')
  }, 60_000)

  test('of account, network, download and session: set, told, lifted', async () => {
    const address = '198.51.100.3'
    const ticket = await screen(address, 'mpv/1').ticket()
    const play = await screen(address, 'mpv/1').play('federal-1', ticket)
    const session = (await rows('sessions', '--user_id', home.id, '--name', 'federal-1'))[0]
    const subjects = {
      account: home.id,
      network: address,
      download: String(session?.['download']),
      session: String(session?.['id']),
    }
    for (const [kind, subject] of Object.entries(subjects)) {
      await gatehouse('bans', 'add', kind, subject, '--seconds', '60', '--note', 'a test')
      const noted = (await rows('bans', '--kind', kind)).map(({ note }) => note)
      expect(noted).toContain('a test')
      const refused = await play.get('index.m3u8')
      expect([kind, refused.status, refused.reason]).toEqual([kind, 403, `ban.${kind}`])
      const next = await screen(address, 'mpv/1').open('federal-1', ticket)
      if (kind !== 'session') expect([next.status, next.reason]).toEqual([403, `ban.${kind}`])
      await gatehouse('bans', 'lift', kind, subject)
      expect((await audited())[0]).toMatch(`ban.lift ${kind}:`)
      const isLet = async () => (await play.get('index.m3u8')).status === 200
      await until(`the way back after the ban of the ${kind}`, isLet)
    }
    expect(await list()).toEqual([])
    await expect(gatehouse('bans', 'lift', 'account', home.id)).rejects.toThrow('There is no ban')
  }, 90_000)
})
