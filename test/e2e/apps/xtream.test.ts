import { parseM3U } from '@iptv/playlist'
import { Xtream } from '@iptv/xtream-api'
import { beforeAll, describe, expect, test } from 'vitest'
import { useCleanup } from '../../support/cleanup.ts'
import { until } from '../../support/programs/port.ts'
import { startService, type TestService } from '../../support/programs/service.ts'
import { ask } from '../world/ask.ts'
import { newestSegment, playing } from '../world/viewer.ts'
import { adminOf, worldConfig } from '../world/world.ts'

const onCleanup = useCleanup('all')
let service: TestService
let admin: ReturnType<typeof adminOf>
let credentials = ''
const login = { username: 'anna', password: 'pa&w+ö%rd' }
let account = ''

const HOME = '192.168.1.1'
const AWAY = '203.0.113.7'

interface Information {
  readonly user_info: Readonly<Record<string, unknown>>
  readonly server_info: Readonly<Record<string, unknown>>
}
interface Stream {
  readonly name: string
  readonly stream_id: number
  readonly category_id: string
}

let asker = 0
const get = async (path: string, address?: string, method = 'GET') => {
  asker += 1
  const from = address ?? `203.0.113.${10 + (asker % 200)}`
  return await ask(service.edge, path, {
    method,
    headers: { 'X-Forwarded-For': from, 'User-Agent': `App/${asker}` },
  })
}
const api = async <T>(query: string, address?: string): Promise<T> => {
  const answer = await get(`/player_api.php?${credentials}${query}`, address)
  expect(answer.status).toBe(200)
  return JSON.parse(answer.text) as T
}
const streams = async (address?: string) => await api<Stream[]>('&action=get_live_streams', address)

beforeAll(async () => {
  const more = `surge:
  - { name: lean, group: everyone, channels: { ids: [federal-1, federal-3] }, running: stay }
apps: { panel_api: true, base_path: /tv }
`
  service = await startService({ config: worldConfig({ more }) })
  onCleanup(service.stop)
  admin = adminOf(service)
  const made = await admin.account(2)
  account = made.id
  await admin.send('PUT', `/accounts/${account}/password`, login)
  credentials = new URLSearchParams(login).toString()
}, 300_000)

describe('signing in', () => {
  test('tells the account and the server in the types apps insist on', async () => {
    const { user_info: user, server_info: server } = await api<Information>('')
    expect(user).toEqual({
      ...login,
      message: '',
      auth: 1,
      status: 'Active',
      exp_date: null,
      is_trial: '0',
      active_cons: '0',
      created_at: expect.stringMatching(/^\d{10}$/) as string,
      max_connections: '2',
      allowed_output_formats: ['m3u8'],
    })
    const { port, hostname } = new URL(service.edge)
    expect(server).toEqual({
      url: hostname,
      port,
      https_port: '',
      server_protocol: 'http',
      rtmp_port: '',
      timezone: 'UTC',
      timestamp_now: expect.any(Number) as number,
      time_now: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/) as string,
      process: true,
    })
  })

  test('by GET, by POST of a form, by a token, with an action nobody knows, with slashes and folders', async () => {
    const form = await ask(service.edge, '/player_api.php', {
      method: 'POST',
      body: credentials,
      headers: {
        'Content-Type': 'application/x-www-form-urlencoded',
        'Content-Length': String(credentials.length),
        'X-Forwarded-For': AWAY,
      },
    })
    const paths = [
      `/player_api.php?${credentials}&action=get_account_info`,
      `/player_api.php?${credentials}&action=nonsense`,
      `//player_api.php?${credentials}`,
      `/player_api.php/?${credentials}`,
      `/player_api.php/player_api.php?${credentials}`,
      `/get.php/player_api.php?${credentials}`,
      `/tv/player_api.php?${credentials}`,
      `/tv//player_api.php/?${credentials}`,
      `/any/folder/player_api.php?${credentials}`,
    ]
    for (const answer of [form, ...(await Promise.all(paths.map(async (path) => await get(path))))])
      expect((JSON.parse(answer.text) as Information).user_info['auth']).toBe(1)
    const { token } = await admin.send<{ token: string }>('POST', `/accounts/${account}/tokens`, {})
    const byToken = JSON.parse((await get(`/player_api.php?token=${token}`)).text) as Information
    const again = new URLSearchParams({
      username: String(byToken.user_info['username']),
      password: String(byToken.user_info['password']),
    }).toString()
    const answer = JSON.parse((await get(`/player_api.php?${again}`)).text) as Information
    expect(answer.user_info['auth']).toBe(1)
  })

  test('a refusal is 200 with auth 0, the same for an unknown user and a wrong password', async () => {
    const wrong = ['username=anna&password=x', 'username=nobody&password=x', 'username=&password=']
    for (const [index, query] of wrong.entries())
      for (const action of ['', '&action=get_live_streams']) {
        const answer = await get(`/player_api.php?${query}${action}`, `198.51.100.${index + 1}`)
        expect([answer.status, answer.text]).toEqual([200, '{"user_info":{"auth":0}}'])
      }
    const gone = await admin.account(1)
    await admin.send('PATCH', `/accounts/${gone.id}`, { enabled: false })
    await until('the account disabled', async () => {
      const answer = await get(
        `/player_api.php?username=${gone.id}&password=${gone.token}`,
        '198.51.100.9',
      )
      return answer.text === '{"user_info":{"auth":0,"status":"Disabled"}}'
    })
  })

  test('films and series are empty in the form of each', async () => {
    for (const action of ['vod_categories', 'vod_streams', 'series_categories', 'series'])
      expect(await api(`&action=get_${action}`)).toEqual([])
    expect(await api('&action=get_series_info&series_id=1')).toMatchObject({ episodes: {} })
  })
})

describe('who sees what, at every door', () => {
  const doors = async (address: string) => {
    const [list, script, rows, categories, panel] = await Promise.all([
      get(`/playlist.m3u?${credentials}`, address),
      get(`/get.php?${credentials}&type=m3u_plus&output=ts`, address),
      api<Stream[]>('&action=get_live_streams', address),
      api<{ category_id: string; category_name: string }[]>('&action=get_live_categories', address),
      get(`/panel_api.php?${credentials}`, address),
    ])
    const inPanel = JSON.parse(panel.text) as {
      user_info: { auth: number }
      available_channels: Record<string, Stream>
    }
    expect(inPanel.user_info.auth).toBe(1)
    const titles = new Map(categories.map((it) => [it.category_id, it.category_name]))
    const names = (text: string) => parseM3U(text).channels.map(({ name }) => name)
    return {
      playlist: names(list.text),
      script: names(script.text),
      api: rows.map(({ name }) => name),
      panel: Object.values(inPanel.available_channels).map(({ name }) => name),
      titles: [...new Set(rows.map((row) => titles.get(row.category_id)))],
      categories: categories.map((it) => it.category_name),
      listTitles: [...new Set(parseM3U(list.text).channels.map(({ groupTitle }) => groupTitle))],
    }
  }
  const expectSame = async (address: string, count: number) => {
    const seen = await doors(address)
    expect(seen.playlist).toHaveLength(count)
    expect(seen.script).toEqual(seen.playlist)
    expect(seen.api).toEqual(seen.playlist)
    expect(new Set(seen.panel)).toEqual(new Set(seen.playlist))
    expect(seen.panel).toHaveLength(count)
    expect(seen.categories).toEqual(seen.listTitles)
    expect(seen.titles).toEqual(seen.listTitles)
  }

  test('the group of the network, the default group, and the group of the account', async () => {
    await expectSame(HOME, 12)
    await expectSame(AWAY, 4)
    await admin.send('PATCH', `/accounts/${account}`, { group: 'home' })
    await until('the account’s own group', async () => (await streams()).length === 12)
    await expectSame('203.0.113.8', 12)
    await admin.send('PATCH', `/accounts/${account}`, { group: null })
    await until('no group of its own', async () => (await streams()).length === 4)
  })

  test('a surge narrows every door, and every number stays', async () => {
    const before = new Map((await streams(HOME)).map((it) => [it.name, it.stream_id]))
    await admin.send('PUT', '/surge/lean', { on: true })
    await until('a narrow list', async () => (await streams()).length === 2)
    await expectSame('203.0.113.9', 2)
    for (const { name, stream_id: number } of await streams()) expect(before.get(name)).toBe(number)
    await admin.send('PUT', '/surge/lean', { on: false })
    await until('a wide list', async () => (await streams()).length === 4)
  })

  test('one category, one that is none, and a tag that spares the list', async () => {
    const all = await streams(HOME)
    const sport = all.find(({ name }) => name === 'Sport Two')?.category_id ?? ''
    const some = await api<Stream[]>(`&action=get_live_streams&category_id=${sport}`, HOME)
    expect(some.map(({ name }) => name)).toEqual(
      all.filter((it) => it.category_id === sport).map(({ name }) => name),
    )
    expect(await api(`&action=get_live_streams&category_id=12345`, HOME)).toEqual([])
    const path = `/player_api.php?${credentials}&action=get_live_streams`
    const { etag = '' } = (await get(path)).headers
    const headers = { 'X-Forwarded-For': AWAY, 'If-None-Match': etag }
    expect((await ask(service.edge, path, { headers })).status).toBe(304)
  })
})

describe('playing', () => {
  const number = async (name: string) =>
    (await streams(HOME)).find((it) => it.name === name)?.stream_id ?? 0
  const path = `${encodeURIComponent(login.username)}/${encodeURIComponent(login.password)}`

  test('every form of an address opens the channel; active_cons is true', async () => {
    const one = await number('Federal One')
    const who = { address: AWAY, agent: 'TiviMate/5' }
    const forms = [
      `/live/${path}/${one}.ts`,
      `/live/${path}/${one}.m3u8`,
      `/live/${path}/${one}`,
      `/${path}/${one}`,
      `/${path}/${one}.ts`,
      `/tv/live/${path}/${one}.ts`,
      `/live/${path}/${one}.m3u8/`,
      `//live//${path}//${one}.ts`,
      `/${path}/${one}/`,
      `/tv//${path}/${one}.ts/`,
      `/live/${path}/federal-1.m3u8`,
    ]
    for (const form of forms) {
      const opened = await ask(service.edge, form, {
        headers: { 'X-Forwarded-For': AWAY, 'User-Agent': who.agent },
      })
      expect([opened.status, opened.reason], form).toEqual([302, null])
      const plays = playing(service.edge, who, opened)
      expect(plays.channel).toBe('federal-1')
      expect((await plays.poll()).status).toBe(200)
    }
    const { user_info: user } = await api<Information>('')
    expect(user['active_cons']).toBe('1')
    await admin.end(account)
  })

  test('what the group may not watch is refused by its number', async () => {
    const other = await number('Sport Two')
    const { token } = await admin.send<{ token: string }>('POST', `/accounts/${account}/tokens`, {})
    const away = await get(`/live/${account}/${token}/${other}.ts`)
    expect([away.status, away.reason]).toEqual([403, 'channel.not_in_group'])
    expect((await get(`/live/${account}/${token}/1999999999.ts`)).status).toBe(404)
    const wrong = await get(`/live/${account}/wrong/${other}.ts`, '198.51.100.77')
    expect([wrong.status, wrong.reason]).toEqual([403, 'credentials.wrong'])
  })

  test('the client of npm signs in, lists, and plays what it builds', async () => {
    const { token } = await admin.send<{ token: string }>('POST', `/accounts/${account}/tokens`, {})
    const client = new Xtream({
      url: service.edge,
      username: account,
      password: token,
      preferredFormat: 'm3u8',
    })
    expect((await client.getProfile()).auth).toBe(1)
    expect((await client.getChannelCategories()).map((it) => it.category_name)).toEqual(['Federal'])
    const channels = await client.getChannels()
    expect(channels).toHaveLength(4)
    expect(await client.getMovies()).toEqual([])
    const url = channels[0]?.url ?? ''
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/live\/.*\/\d{10}\.m3u8$/)
    const list = await (await fetch(url)).text()
    expect(newestSegment(list)).not.toBe('')
  })
})
