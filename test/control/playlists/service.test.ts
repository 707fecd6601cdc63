import { appendFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { parseChannelRecord } from '#domain/channels/channel-table'
import type { SourceStatus } from '../../../control/playlists/fetch/source.ts'
import { PlaylistService } from '../../../control/playlists/service.ts'
import type { PlaylistSettings } from '../../../control/playlists/service-parts.ts'
import type { ProtocolAt } from '../../../control/playlists/snapshot.ts'
import { entry, select } from './channels.ts'

const list = (...names: string[]) =>
  `#EXTM3U\n${names.map((name) => entry(name, `http://o/${name}/i.m3u8`, `group-title="${name[0]}"`)).join('')}`

let folder = ''
let services: PlaylistService[] = []
let statuses: SourceStatus[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gh-playlists-'))
  services = []
  statuses = []
})
afterEach(async () => {
  for (const service of services) service.stop()
  await rm(folder, { recursive: true, force: true })
})

const start = (fileSettleMs = 20, mostChannels = Infinity, protocolAt?: ProtocolAt) => {
  let changes = 0
  let wake: () => void = () => undefined
  const service = new PlaylistService({
    stateDir: folder,
    now: () => 1,
    prepare: ({ channels }) =>
      Promise.resolve(
        channels.length > mostChannels
          ? { refusal: 'too many' }
          : {
              refusal: null,
              take: () => {
                changes += 1
                wake()
              },
            },
      ),
    onStatus: (status) => statuses.push(status),
    fileCheckMs: 20,
    fileSettleMs,
    ...(protocolAt === undefined ? {} : { protocolAt }),
  })
  services.push(service)
  const changed = () =>
    new Promise<void>((resolve) => {
      wake = resolve
    })
  return { service, changed, count: () => changes }
}
const path = (name: string) => join(folder, `${name}.m3u`)
const settings = (...names: string[]): PlaylistSettings => ({
  sources: names.map((name) => ({ name, file: path(name), refreshMs: 60_000 })),
  groups: [
    { id: 'home', channels: select() },
    { id: 'guests', channels: select({ titles: ['f'] }) },
  ],
  surge: [{ name: 'eve', group: 'home', channels: select({ titles: ['f'] }), running: 'end' }],
  checks: { hasResolver: true },
})
const idsIn = (service: PlaylistService, group: string) =>
  [...(service.list(group)?.text.matchAll(/^@@\/([^/]+)/gm) ?? [])].map((match) => match[1])

/** Replaces a file at once, as careful writers do. */
const put = async (file: string, text: string) => {
  await writeFile(`${file}.new`, text)
  await rename(`${file}.new`, file)
}

/** Refreshes until that was told: a look at the file as it was before may be under way, which a refresh joins. */
const told = async (service: PlaylistService, ...expected: boolean[]) =>
  await vi.waitFor(
    async () => {
      await service.refresh('one')
      expect(statuses.map(({ ok }) => ok)).toEqual(expected)
    },
    { timeout: 60_000, interval: 10 },
  )

describe('the playlist service', () => {
  it('gives each group its own list, ids unique over all sources', async () => {
    await put(path('one'), list('f1', 'g1'))
    await put(path('two'), list('f1'))
    const { service } = start()
    await service.configure(settings('one', 'two'))
    expect(idsIn(service, 'home')).toHaveLength(3)
    expect(new Set(idsIn(service, 'home')).size).toBe(3)
    expect(idsIn(service, 'guests')).toHaveLength(2)
    expect(service.list('nobody')).toBeNull()
  })

  it('follows a file that changes, keeps the last list when it breaks, and tells of both', async () => {
    await put(path('one'), list('f1'))
    const { service, changed } = start()
    await service.configure(settings('one'))
    const old = service.list('home')
    const first = changed()
    await put(path('one'), list('f1', 'f2'))
    await first
    expect(idsIn(service, 'home')).toEqual(['f1', 'f2'])
    expect(service.list('home', old?.version)).toEqual(old)
    expect(service.list('home', 'unknown')).toBeNull()
    await put(path('one'), '<html>')
    await told(service, false)
    expect(idsIn(service, 'home')).toEqual(['f1', 'f2'])
    expect(service.statuses()).toMatchObject([{ name: 'one', ok: false, channels: 2 }])
    await put(path('one'), list('f3'))
    await told(service, false, true)
  })

  it('keeps what it has while all lists together are too large for the edge', async () => {
    await put(path('one'), list('f1', 'f2'))
    const { service } = start(20, 2)
    await service.configure(settings('one'))
    await put(path('one'), list('f1', 'f2', 'f3'))
    await told(service, false)
    expect(idsIn(service, 'home')).toEqual(['f1', 'f2'])
    expect(service.statuses()).toMatchObject([{ ok: false, error: { reason: 'too many' } }])
    await put(path('one'), list('f3'))
    await told(service, false, true)
    expect(idsIn(service, 'home')).toEqual(['f3'])
  })

  it('reads a file that is written piece by piece only when it is whole', async () => {
    await put(path('one'), list('f1'))
    const { service, changed } = start(1000)
    await service.configure(settings('one'))
    const done = changed()
    await writeFile(path('one'), '#EXTM3U\n')
    for (let i = 0; i < 40; i += 1) await appendFile(path('one'), entry(`c${i}`, `http://o/${i}/i`))
    await done
    expect(idsIn(service, 'home')).toHaveLength(40)
    expect(statuses).toEqual([])
  })

  it('starts with what there is: a missing source is told of, a kept copy serves', async () => {
    await put(path('one'), list('f1'))
    const first = start()
    await first.service.configure(settings('one'))
    first.service.stop()
    await rm(path('one'))
    const second = start()
    await second.service.configure(settings('one', 'two'))
    expect(idsIn(second.service, 'home')).toEqual(['f1'])
    expect(statuses.some(({ name, ok }) => name === 'two' && !ok)).toBe(true)
  })

  it('narrows a group under surge and widens it again; the other groups stay', async () => {
    await put(path('one'), list('f1', 'g1'))
    const { service } = start()
    await service.configure(settings('one'))
    const [home, guests] = [service.list('home'), service.list('guests')]
    await service.setSurge(['eve'])
    expect(idsIn(service, 'home')).toEqual(['f1'])
    expect(service.list('guests')).toEqual(guests)
    const record = parseChannelRecord(service.snapshot()?.table.get('g1') ?? '')
    expect(record).toMatchObject({ groups: ['home'], surgedFrom: ['home'] })
    expect(service.activeSurge()).toEqual(['eve'])
    await service.setSurge([])
    expect(service.list('home')).toEqual(home)
  })

  it('names a channel by what its origin answered, and makes lists anew only where that is news', async () => {
    const unsaid = [entry('f1', 'http://o/f1/list.php?id=1'), entry('f2', 'http://o/f2/list.php')]
    await put(path('one'), `#EXTM3U\n${unsaid.join('')}${entry('f3', 'http://o/f3/i.mpd')}`)
    const answers = new Map<string, 'hls' | 'dash'>()
    const { service, count } = start(20, Infinity, (url) => answers.get(url) ?? null)
    const named = () =>
      [...(service.list('home')?.text.matchAll(/^@@\/[^/]+\/(\S+)/gm) ?? [])].map(
        ([, name]) => name,
      )
    await service.configure(settings('one'))
    expect(named()).toEqual(['play', 'play', 'manifest.mpd'])
    answers.set('http://o/f1/list.php?id=1', 'hls')
    answers.set('http://o/f2/list.php', 'dash')
    answers.set('http://o/f3/i.mpd', 'hls')
    await service.applyProtocols()
    expect(named()).toEqual(['index.m3u8', 'manifest.mpd', 'index.m3u8'])
    const record = parseChannelRecord(service.snapshot()?.table.get('f1') ?? '')
    expect(record).toMatchObject({ protocol: 'hls', isUnsure: true })
    await service.applyProtocols()
    expect(count()).toBe(2)
  })

  it('gives an entry of which nothing says the protocol no ending, until its origin has answered, also where that is what was guessed', async () => {
    const answers = new Map<string, 'mpegts'>()
    const urls = ['http://o/f1/live.php', 'http://o/f2/live.php', 'http://o/live/u/p/7']
    await put(path('one'), `#EXTM3U\n${urls.map((url, n) => entry(`f${n + 1}`, url)).join('')}`)
    const { service } = start(20, Infinity, (url) => answers.get(url) ?? null)
    const text = () => service.list('home')?.text ?? ''
    await service.configure(settings('one'))
    for (const line of ['@@/f1/play\n', '@@/f2/play\n', '@@/f3/stream.ts\n'])
      expect(text()).toContain(line)
    answers.set('http://o/f1/live.php', 'mpegts')
    await service.applyProtocols()
    for (const line of ['@@/f1/stream.ts\n', '@@/f2/play\n']) expect(text()).toContain(line)
  })

  it('drops a source that leaves the configuration and keeps the one that stays', async () => {
    await put(path('one'), list('f1'))
    await put(path('two'), list('f2'))
    const { service } = start()
    await service.configure(settings('one', 'two'))
    await service.configure(settings('two'))
    expect(idsIn(service, 'home')).toEqual(['f2'])
    expect(service.statuses().map(({ name }) => name)).toEqual(['two'])
  })

  it('survives a listener that throws, and says so', async () => {
    await put(path('one'), list('f1'))
    let isBroken = false
    let report: (status: SourceStatus) => void = () => undefined
    const trouble = new Promise<SourceStatus>((resolve) => {
      report = resolve
    })
    const service = new PlaylistService({
      stateDir: folder,
      now: () => 1,
      prepare: () =>
        Promise.resolve({
          refusal: null,
          take: () => {
            if (isBroken) throw new Error('listener broke')
          },
        }),
      onStatus: (status) => {
        if (status.error?.reason === 'listener broke') report(status)
      },
      fileCheckMs: 20,
      fileSettleMs: 0,
    })
    services.push(service)
    await service.configure(settings('one'))
    isBroken = true
    await put(path('one'), list('f1', 'f2'))
    expect((await trouble).error?.reason).toBe('listener broke')
    isBroken = false
    await put(path('one'), list('f3'))
    await service.refresh()
    expect(idsIn(service, 'home')).toEqual(['f3'])
  })

  it('says nothing after it was stopped', async () => {
    await put(path('one'), list('f1'))
    const { service, count } = start()
    await service.configure(settings('one'))
    service.stop()
    await put(path('one'), list('f2'))
    await service.refresh()
    expect(count()).toBe(1)
  })
})
