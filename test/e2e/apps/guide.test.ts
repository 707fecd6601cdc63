import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { parseM3U } from '@iptv/playlist'
import { parseXmltv } from '@iptv/xmltv'
import { Xtream } from '@iptv/xtream-api'
import { beforeAll, describe, expect, test } from 'vitest'
import { CHANNELS, guide } from '../../../control/demo/channels.ts'
import { tempDir, useCleanup } from '../../support/cleanup.ts'
import { until } from '../../support/programs/port.ts'
import { startService, type TestService } from '../../support/programs/service.ts'
import { ask } from '../world/ask.ts'
import { adminOf, worldConfig } from '../world/world.ts'

const onCleanup = useCleanup('all')
let service: TestService
let admin: ReturnType<typeof adminOf>
let login = ''

const HOME = '192.168.1.1'
const AWAY = '203.0.113.7'
const AS = { home: { 'X-Forwarded-For': HOME }, away: { 'X-Forwarded-For': AWAY } }

beforeAll(async () => {
  const folder = await tempDir()
  onCleanup(folder.remove)
  const file = join(folder.path, 'epg.xml')
  writeFileSync(file, guide(Date.now()))
  const more = `surge:
  - { name: lean, group: everyone, channels: { ids: [federal-1] }, running: stay }
guide:
  sources:
    - { name: broken, url: 'http://__ORIGIN__/nothing-here.xml' }
    - { name: file, file: '${file}' }
`
  service = await startService({ config: worldConfig({ more }) })
  onCleanup(service.stop)
  admin = adminOf(service)
  const { id, token } = await admin.account(2)
  login = `username=${id}&password=${token}`
  await until('programmes', async () => (await guideAt('/epg.xml', AS.home)).programmes > 0)
}, 300_000)

const guideAt = async (path: string, headers: Readonly<Record<string, string>>) => {
  const answer = await ask(service.edge, path, { headers })
  expect([answer.status, answer.reason], path).toEqual([200, null])
  const isPacked = answer.body[0] === 0x1f
  const text = isPacked ? gunzipSync(answer.body).toString() : answer.text
  const { channels = [], programmes = [] } = parseXmltv(text)
  expect(text.lastIndexOf('<channel ')).toBeLessThan(text.indexOf('<programme '))
  return {
    answer,
    isPacked,
    ids: channels.map(({ id }) => id),
    programmes: programmes.length,
    owners: [...new Set(programmes.map(({ channel }) => channel))],
  }
}

/** The title that the guide's file gives a channel now. */
const onAir = (id: string): string | undefined => {
  const now = Date.now()
  const { programmes = [] } = parseXmltv(guide(now))
  const { title } =
    programmes.find(
      ({ channel, start, stop }) =>
        channel === id && start.getTime() <= now && now < (stop?.getTime() ?? 0),
    ) ?? {}
  return title?.[0]?._value
}

const all = CHANNELS.map(({ id }) => id)
const federal = all.filter((id) => id.startsWith('federal'))

describe('the guide', () => {
  test('each group gets its own, at every address, packed and unpacked', async () => {
    for (const path of ['/epg.xml', '/epg.xml.gz', `/xmltv.php?${login}`, `/epg.xml?${login}`]) {
      const home = await guideAt(path, AS.home)
      expect(home.ids, path).toEqual(all)
      expect(home.owners, path).toEqual(all)
      const away = await guideAt(path, AS.away)
      expect([away.ids, away.owners], path).toEqual([federal, federal])
      expect(away.isPacked, path).toBe(path.includes('.gz'))
    }
    const packed = await guideAt('/epg.xml', { ...AS.away, 'Accept-Encoding': 'gzip' })
    expect([packed.isPacked, packed.answer.headers['content-encoding']]).toEqual([true, 'gzip'])
    const { etag = '' } = packed.answer.headers
    const again = await ask(service.edge, '/epg.xml', {
      headers: { ...AS.away, 'If-None-Match': etag },
    })
    expect(again.status).toBe(304)
    const wrong = await ask(service.edge, '/xmltv.php?username=x&password=y', { headers: AS.away })
    expect([wrong.status, wrong.reason]).toEqual([403, 'credentials.wrong'])
  })

  test('is named in the list with the viewer’s ticket, and no other is', async () => {
    const list = await ask(service.edge, `/get.php?${login}&type=m3u_plus`, { headers: AS.away })
    expect(list.text).not.toMatch(/@guide@|@@/)
    const { urlTvg = '', xTvgUrl } = parseM3U(list.text).headers ?? {}
    expect(xTvgUrl).toBe(urlTvg)
    expect(urlTvg).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/epg\.xml\.gz\?ticket=[\w-]{48,}$/)
    const path = urlTvg.slice(service.edge.length)
    expect((await guideAt(path, AS.away)).ids).toEqual(federal)
    const forged = await ask(service.edge, `${path.slice(0, -4)}AAAA`, { headers: AS.away })
    expect(forged.reason).toBe('ticket.signature')
    const home = await ask(service.edge, '/playlist.m3u', { headers: AS.home })
    const won = (parseM3U(home.text).headers?.urlTvg ?? '').slice(service.edge.length)
    expect((await guideAt(won, AS.home)).ids).toEqual(all)
    const moved = await ask(service.edge, won, { headers: AS.away })
    expect([moved.status, moved.reason]).toEqual([410, 'group.moved'])
  })

  test('apps are told of one channel, the archive of what is over included', async () => {
    const [username = '', password = ''] = login.split('&').map((it) => it.split('=')[1] ?? '')
    const client = new Xtream({ url: service.edge, username, password })
    const [channel] = await client.getChannels()
    const channelId = channel?.stream_id ?? 0
    const before = onAir('federal-1')
    const { epg_listings: short } = await client.getShortEPG({ channelId })
    expect(short).toHaveLength(4)
    const title = Buffer.from(short[0]?.title ?? '', 'base64').toString()
    // The next programme may have begun meanwhile.
    expect([before, onAir('federal-1')]).toContain(title)
    const { epg_listings: table } = await client.getFullEPG({ channelId })
    expect(table.filter((row) => row.now_playing === 1)).toHaveLength(1)
    const past = table.filter((row) => Number(row.stop_timestamp) < Date.now() / 1000)
    expect(past.length).toBeGreaterThan(20)
    expect(past.filter((row) => row.has_archive === 1).length).toBeGreaterThan(20)
    const sport = await ask(service.edge, `/player_api.php?${login}&action=get_live_streams`, {
      headers: AS.home,
    })
    const rows = JSON.parse(sport.text) as { name: string; stream_id: number }[]
    const other = rows.find(({ name }) => name === 'Sport Two')?.stream_id ?? 0
    const hidden = await ask(
      service.edge,
      `/player_api.php?${login}&action=get_simple_data_table&stream_id=${other}`,
      { headers: AS.away },
    )
    expect(JSON.parse(hidden.text)).toEqual({ epg_listings: [] })
  })

  test('posted as a form it is the same; the old script is not there unless a setting says so', async () => {
    const headers = {
      ...AS.away,
      'Content-Type': 'application/x-www-form-urlencoded',
      'Content-Length': String(login.length),
    }
    const post = { method: 'POST', body: login, headers }
    const posted = await ask(service.edge, '/xmltv.php', post)
    expect(parseXmltv(posted.text).channels?.map(({ id }) => id)).toEqual(federal)
    expect((await ask(service.edge, '/panel_api.php', post)).status).toBe(404)
    expect((await ask(service.edge, '/player_api.php', post)).text).toContain('"auth":1')
  })

  test('a surge narrows it at once; the API says how the guide is', async () => {
    await admin.send('PUT', '/surge/lean', { on: true })
    await until('a narrow guide', async () => (await guideAt('/epg.xml', AS.away)).ids.length === 1)
    expect((await guideAt('/epg.xml', AS.away)).owners).toEqual(['federal-1'])
    expect((await guideAt('/epg.xml', AS.home)).ids).toEqual(all)
    const status = await admin.get<{
      sources: { name: string; ok: boolean; error: string | null }[]
      channels: number
      unmatched: string[]
    }>('/guide')
    expect(status).toMatchObject({ channels: 12, unmatched: [] })
    expect(status.sources.map(({ name, ok }) => [name, ok])).toEqual([
      ['broken', false],
      ['file', true],
    ])
  })
})
