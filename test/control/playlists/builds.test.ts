import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { PlaylistService } from '../../../control/playlists/service.ts'
import type {
  PlaylistServiceParts,
  PlaylistSettings,
} from '../../../control/playlists/service-parts.ts'
import { entry, select } from './channels.ts'

let folder = ''
let services: PlaylistService[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gh-builds-'))
  services = []
})
afterEach(async () => {
  for (const service of services) service.stop()
  await rm(folder, { recursive: true, force: true })
})

const put = async (...names: string[]) => {
  const file = join(folder, 'one.m3u')
  const entries = names.map((name) =>
    entry(name, `http://o/${name}/i.m3u8`, `group-title="${name[0]}"`),
  )
  await writeFile(`${file}.new`, `#EXTM3U\n${entries.join('')}`)
  await rename(`${file}.new`, file)
}

/** A service that looks at its list when it is told to, and how many channels each build had. */
const start = (ready: () => Promise<void> = () => Promise.resolve()) => {
  const taken: number[] = []
  const prepare: PlaylistServiceParts['prepare'] = async ({ channels }) => {
    await ready()
    return { refusal: null, take: () => void taken.push(channels.length) }
  }
  const service = new PlaylistService({
    stateDir: folder,
    now: () => 1,
    prepare,
    onStatus: () => undefined,
    fileCheckMs: 600_000,
    fileSettleMs: 0,
  })
  services.push(service)
  return { service, taken }
}

const settings = (): PlaylistSettings => ({
  sources: [{ name: 'one', file: join(folder, 'one.m3u'), refreshMs: 600_000 }],
  groups: [{ id: 'home', channels: select() }],
  surge: [{ name: 'eve', group: 'home', channels: select({ titles: ['f'] }), running: 'end' }],
  checks: { hasResolver: true },
})

const idsIn = (service: PlaylistService) =>
  [...(service.list('home')?.text.matchAll(/^@@\/([^/]+)/gm) ?? [])].map((match) => match[1])

describe('builds of the lists', () => {
  it('go one at a time, the lists before serve meanwhile, and the last wins', async () => {
    await put('f1')
    let gate: Promise<void> = Promise.resolve()
    let under = 0
    let most = 0
    const { service, taken } = start(async () => {
      under += 1
      most = Math.max(most, under)
      await gate
      under -= 1
    })
    await service.configure(settings())
    let open: () => void = () => undefined
    gate = new Promise((resolve) => {
      open = resolve
    })
    const refreshes: Promise<void>[] = []
    const names = ['f1']
    for (const name of ['f2', 'f3', 'f4']) {
      names.push(name)
      await put(...names)
      refreshes.push(service.refresh())
      await vi.waitFor(() => expect(service.statuses()[0]?.channels).toBe(names.length), 20_000)
      await vi.waitFor(() => expect(under).toBe(1), 20_000)
    }
    expect(idsIn(service)).toEqual(['f1'])
    open()
    await Promise.all(refreshes)
    expect(idsIn(service)).toEqual(names)
    expect(most).toBe(1)
    // The two that came while one was under way are one build.
    expect(taken).toEqual([1, 2, 4])
  })

  it('are not made for a surge that is as it was, and again after one that failed', async () => {
    await put('f1', 'k1')
    let isBroken = false
    const { service, taken } = start(() =>
      isBroken ? Promise.reject(new Error('broken')) : Promise.resolve(),
    )
    await service.configure(settings())
    await service.setSurge([])
    expect(taken).toHaveLength(1)
    isBroken = true
    await expect(service.setSurge(['eve'])).rejects.toThrow('broken')
    isBroken = false
    await service.setSurge(['eve'])
    await service.setSurge(['eve'])
    expect(taken).toHaveLength(2)
    expect(idsIn(service)).toEqual(['f1'])
  })

  it('are not made where a source sends what was kept of it before a restart', async () => {
    await put('f1')
    const before = start()
    await before.service.configure(settings())
    before.service.stop()
    // Written again, so that its time says nothing.
    await put('f1')
    const after = start()
    await after.service.configure(settings())
    await after.service.refresh()
    expect(after.taken).toHaveLength(1)
    expect(idsIn(after.service)).toEqual(['f1'])
  })
})
