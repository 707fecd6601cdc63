import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseM3U } from '@iptv/playlist'
import { parseXmltv } from '@iptv/xmltv'
import { beforeAll, describe, expect, test } from 'vitest'
import { CHANNELS, guide } from '../../../control/demo/channels.ts'
import { tempDir, useCleanup } from '../../support/cleanup.ts'
import { until } from '../../support/programs/port.ts'
import { startService, type TestService } from '../../support/programs/service.ts'
import { ask } from '../world/ask.ts'
import { expectRefusals } from '../world/refusals.ts'
import { playing } from '../world/viewer.ts'
import { adminOf, worldConfig } from '../world/world.ts'

const onCleanup = useCleanup('all')
let service: TestService
let admin: ReturnType<typeof adminOf>
let plain = { id: '', token: '' }
let films = { id: '', token: '' }
const numbers = new Map<string, number>()

const HOME = '192.168.1.1'
const AWAY = '203.0.113.7'
/** In Germany, by the database that comes along. */
const ABROAD = '91.0.0.1'
const ABROAD_GROUP = `  - { name: abroad, countries: [DE], channels: { titles: [Sport] }, max_sessions: 99 }
  - { name: films, channels: { titles: [Film] }, max_sessions: 99, slates: ru }
  - name: everyone`

interface Row {
  readonly name: string
  readonly stream_id: number
  readonly tv_archive: number
}

const get = async (path: string, address: string) =>
  await ask(service.edge, path, {
    headers: { 'X-Forwarded-For': address, 'User-Agent': 'Box/1' },
  })
const queryOf = ({ id, token }: typeof plain): string => `username=${id}&password=${token}`
const rowsFor = async (who: typeof plain, address: string): Promise<Row[]> =>
  JSON.parse(
    (await get(`/player_api.php?${queryOf(who)}&action=get_live_streams`, address)).text,
  ) as Row[]

const account = async (group: string | null, more = '') => {
  const { id } = await admin.send<{ id: string }>('POST', '/accounts', {
    name: `of ${group ?? 'no group'}${more}`,
    maxSessions: 99,
    ...(group === null ? {} : { group }),
  })
  const { token } = await admin.send<{ token: string }>('POST', `/accounts/${id}/tokens`, {})
  return { id, token }
}

beforeAll(async () => {
  const folder = await tempDir()
  onCleanup(folder.remove)
  const file = join(folder.path, 'epg.xml')
  writeFileSync(file, guide(Date.now()))
  const more = `surge:
  - { name: lean, group: everyone, channels: { ids: [federal-1] }, running: stay }
guide: { sources: [{ name: file, file: '${file}' }] }
apps: { panel_api: true }
`
  const clocks = { idle_sec: 5, idle_vod_sec: 60, reserve_sec: 3 }
  const config = worldConfig({ clocks, more }).replace('  - name: everyone', ABROAD_GROUP)
  service = await startService({ config })
  onCleanup(service.stop)
  admin = adminOf(service)
  plain = await account(null)
  films = await account('films')
  await until('programmes', async () => (await get('/epg.xml', HOME)).text.includes('<programme '))
  for (const { name, stream_id: number } of await rowsFor(plain, HOME))
    numbers.set(CHANNELS.find((it) => it.name === name)?.id ?? '', number)
}, 300_000)

const start = Math.floor(Date.now() / 3_600_000 - 2) * 3600
const iso = new Date(start * 1000).toISOString()
const day = iso.slice(0, 10)
const [hour = '', minute = ''] = iso.slice(11).split(':')

describe('the archive', () => {
  test.each([
    `${day}:${hour}-${minute}`,
    `${day}:${hour}-${minute}-00`,
    `${day}_${hour}-${minute}`,
    `${day}:${hour}:${minute}`,
    `${day}%20${hour}:${minute}:00`,
    iso,
    `${day.replaceAll('-', '')}-${hour}`,
    String(start),
    `${start}000`,
  ])('from %s on, at every door', async (text) => {
    const { id, token } = plain
    const number = numbers.get('federal-1') ?? 0
    const php = `${queryOf(plain)}&stream=${number}&start=${text}&duration=60`
    const paths = [
      `/timeshift/${id}/${token}/60/${text}/${number}.ts`,
      `/timeshift/${id}/${token}/60/${text}/${number}.m3u8`,
      `/timeshift/${id}/${token}/60/${text}/${number}`,
      `/timeshift/${token}/60/${text}/${number}.ts`,
      `/streaming/timeshift.php?${php}`,
      `/timeshift.php?${php}&extension=m3u8`,
      `/timeshift.php?token=${token}&stream=${number}&start=${text}&duration=60`,
      `//streaming//timeshift.php/?${php}`,
    ]
    for (const path of paths) {
      const opened = await get(path, HOME)
      expect([opened.status, opened.reason], path).toEqual([302, null])
      const location = opened.location ?? ''
      expect(location, path).toMatch(new RegExp(`/federal-1/index-${start}-3600\\.m3u8$`))
      expect(location, path).not.toContain(token)
    }
    const last = await get(paths[0] ?? '', HOME)
    const played = await get((last.location ?? '').replace(/^https?:\/\/[^/]+/, ''), HOME)
    expect([played.status, played.text.slice(0, 7)]).toEqual([200, '#EXTM3U'])
    expect(played.text).toContain('#EXT-X-ENDLIST')
  })

  test('is asked for at the live address too; what is no time, or has no archive, is refused', async () => {
    const { id, token } = plain
    const number = numbers.get('federal-1') ?? 0
    const live = await get(
      `/live/${id}/${token}/${number}?utc=${start}&utcend=${start + 600}&lutc=${start + 7200}`,
      HOME,
    )
    expect(live.location).toMatch(new RegExp(`/index-${start}-600\\.m3u8$`))
    const bad = await get(`/timeshift/${id}/${token}/60/yesterday/${number}.ts`, HOME)
    expect([bad.status, bad.reason]).toEqual([400, 'request.malformed'])
    const wrong = await get(`/timeshift/${id}/wrong/60/${start}/${number}.ts`, HOME)
    expect([wrong.status, wrong.reason]).toEqual([403, 'credentials.wrong'])
    const rows = await rowsFor(plain, HOME)
    const without = rows.filter((row) => row.tv_archive === 0).map(({ name }) => name)
    expect(without).toContain('Sport Four')
    const none = await get(
      `/timeshift/${id}/${token}/60/${start}/${numbers.get('sport-4') ?? 0}.ts`,
      HOME,
    )
    const followed =
      none.location === null
        ? none
        : await get(none.location.replace(/^https?:\/\/[^/]+/, ''), HOME)
    expect([followed.status, followed.reason], none.location ?? '').toEqual([403, 'path.outside'])
  })
})

describe('what an archive holds', () => {
  /** How iptvnator looks for the form a panel takes: each is asked for, and what comes is read. */
  const probesOf = ({ id, token }: typeof plain, number: number): string[] => {
    const time = `${day}:${hour}-${minute}`
    const php = `/streaming/timeshift.php?username=${id}&password=${token}&stream=${number}&start=${time}&duration=60`
    const path = `/timeshift/${id}/${token}/60/${time}/${number}`
    return [`${path}.ts`, `${php}&extension=ts`, `${path}.m3u8`, `${php}&extension=m3u8`, php]
  }

  test('its slot, over the silence that ends a live one; a probe has one until the reserve is over', async () => {
    const number = numbers.get('federal-1') ?? 0
    const [looks, watches, live] = [
      await account(null, ', looks'),
      await account(null, ', watches'),
      await account(null, ', live'),
    ]
    for (const path of probesOf(looks, number)) {
      const opened = await get(path, AWAY)
      const list = await get(opened.location ?? '', AWAY)
      expect([opened.status, list.status, list.text.slice(0, 7)], path).toEqual([
        302,
        200,
        '#EXTM3U',
      ])
    }
    const who = { address: '203.0.113.90', agent: 'Box/1' }
    const film = playing(
      service.edge,
      who,
      await get(`/timeshift/${watches.id}/${watches.token}/60/${start}/${number}.ts`, who.address),
    )
    expect((await film.poll()).status).toBe(200)
    const now = playing(
      service.edge,
      who,
      await get(`/live/${live.id}/${live.token}/${number}.m3u8`, who.address),
    )
    expect((await now.poll()).status).toBe(200)
    await until('the probes’ end', async () => (await admin.sessions(looks.id)).length === 0)
    await until('the live one’s end', async () => (await admin.sessions(live.id)).length === 0)
    expect(await admin.sessions(watches.id)).toMatchObject([
      { name: 'federal-1', state: 'playing' },
    ])
  })
})

describe('a refusal where the group has clips', () => {
  const open = async ({ id, token }: typeof plain, file: string) =>
    await get(`/live/${id}/${token}/${numbers.get('federal-1') ?? 0}.${file}`, AWAY)

  test('shows one that its workers can send, and takes no slot', async () => {
    const list = await open(films, 'm3u8')
    expect([list.status, list.reason]).toEqual([200, 'channel.not_in_group'])
    const [clip = ''] = /^\/s\/slates\/ru\/notYours\.ts$/m.exec(list.text) ?? []
    const media = await get(clip, AWAY)
    expect([media.status, media.text.length > 10_000]).toEqual([200, true])
    expect((await open(films, 'ts')).text).toBe(media.text)
    const told = await get(`/player_api.php?${queryOf(films)}`, AWAY)
    expect(told.text).toContain('"active_cons":"0"')
    const refused = { reason: 'channel.not_in_group', channel: 'federal-1', door: 'xtream' }
    await expectRefusals(service, films.id, { ...refused, group: 'films', agent: 'Box/1' })
  })

  test('says that an account is switched off in its own group’s words', async () => {
    const off = await account('films', ', off')
    await admin.send('PATCH', `/accounts/${off.id}`, { enabled: false })
    await until(
      'the account is off',
      async () => (await open(off, 'ts')).reason === 'account.disabled',
    )
    const list = await open(off, 'm3u8')
    expect([list.status, list.text.includes('/s/slates/ru/account.ts')]).toEqual([200, true])
  })
})

const idsWith = (title: string): string[] =>
  CHANNELS.filter((it) => it.title === title).map(({ id }) => id)

describe('what a group may not watch it does not see', () => {
  const inPanel = async (who: typeof plain, address: string): Promise<string[]> => {
    const panel = JSON.parse((await get(`/panel_api.php?${queryOf(who)}`, address)).text) as {
      categories: { live: { category_name: string }[] }
      available_channels: Record<string, Row>
    }
    const names = Object.values(panel.available_channels).map(({ name }) => name)
    const shown = CHANNELS.filter(({ name }) => names.includes(name))
    const titles = panel.categories.live.map((it) => it.category_name)
    expect(titles).toEqual([...new Set(shown.map(({ title }) => title))])
    expect(shown).toHaveLength(names.length)
    return shown.map(({ id }) => id)
  }
  /** What each door shows or opens. */
  const seen = async (who: typeof plain, address: string) => {
    const lists: string[][] = []
    for (const path of [`/playlist.m3u?token=${who.token}`, `/get.php?${queryOf(who)}`]) {
      const list = await get(path, address)
      lists.push(parseM3U(list.text).channels.map(({ tvgId = '' }) => tvgId))
    }
    const rows = await rowsFor(who, address)
    lists.push(rows.map(({ name }) => CHANNELS.find((it) => it.name === name)?.id ?? ''))
    const xmltv = parseXmltv((await get(`/xmltv.php?${queryOf(who)}`, address)).text)
    lists.push((xmltv.channels ?? []).map(({ id }) => id))
    lists.push([...new Set((xmltv.programmes ?? []).map(({ channel }) => channel))])
    lists.push(await inPanel(who, address))
    const [short, told, live, utc, archive, php]: string[][] = [[], [], [], [], [], []]
    // The group of films answers with a clip.
    const refusedWith = who === films ? 200 : 403
    for (const [index, { id }] of CHANNELS.entries()) {
      // Each from an address of its own: one asks no faster than a viewer zaps.
      const there = address.replace(/\d+$/, String(20 + index))
      const number = numbers.get(id) ?? 0
      const about = `/player_api.php?${queryOf(who)}&stream_id=${number}&action=get_`
      if ((await get(`${about}short_epg`, there)).text.includes('"title"')) short?.push(id)
      if ((await get(`${about}simple_data_table`, there)).text.includes('"title"')) told?.push(id)
      const login = `${who.id}/${who.token}`
      const doors: [string, string[] | undefined][] = [
        [`/live/${login}/${number}.ts`, live],
        [`/${login}/${number}?utc=${start}&lutc=${start + 60}`, utc],
        [`/timeshift/${login}/60/${start}/${number}.ts`, archive],
        [`/timeshift.php?${queryOf(who)}&stream=${number}&start=${start}`, php],
      ]
      for (const [path, opens] of doors) {
        const opened = await get(path, there)
        if (opened.status === 302) opens?.push(id)
        else expect(opened.status, `${id} at ${path}`).toBe(refusedWith)
      }
    }
    return [...lists, short, told, live, utc, archive, php]
  }
  const everywhere = (ids: readonly string[]): (readonly string[])[] =>
    Array.from({ length: 12 }, () => ids)

  test.each([
    ['the group of a network', () => plain, HOME, CHANNELS.map(({ id }) => id)],
    ['the default group', () => plain, AWAY, idsWith('Federal')],
    ['the group of a country', () => plain, ABROAD, idsWith('Sport')],
    ['the group of an account', () => films, AWAY, idsWith('Film')],
  ])('%s', async (_, who, address, ids) => {
    expect(await seen(who(), address)).toEqual(everywhere(ids))
  })

  test('a group narrowed by a surge', async () => {
    await admin.send('PUT', '/surge/lean', { on: true })
    await until('a narrow list', async () => (await rowsFor(plain, AWAY)).length === 1)
    const again = '198.51.100.8'
    await until(
      'a narrow guide',
      async () => !(await get('/epg.xml', again)).text.includes('federal-2'),
    )
    expect(await seen(plain, again)).toEqual(everywhere(['federal-1']))
  })
})
