import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PlayRecord } from '#domain/types'
import { historyFile } from '../../../../control/migrate/plays/history-file.ts'
import type { ImportInput } from '../../../../control/migrate/plays/import-input.ts'
import {
  type BadRow,
  importPlays,
  type WhereIs,
} from '../../../../control/migrate/plays/import-plays.ts'
import {
  type ImportState,
  importOf,
  startingState,
} from '../../../../control/migrate/plays/import-state.ts'
import { readPlayRow } from '../../../../control/migrate/plays/play-row.ts'
import { IMPORTED_PASTS } from '../../../../control/sources/registry.ts'
import { openStore, type Store } from '../../../../control/store/store.ts'
import { tempDir } from '../../../support/cleanup.ts'
import { writeTautulliDatabase } from '../../../support/media-servers/tautulli-database.ts'

const ROW = {
  id: 'x1',
  source: 'edge:edge-1',
  account: 'own:7',
  address: '203.0.113.9',
  client: 'VLC/3.0.22 LibVLC/3.0.22',
  proto: 'mpegts',
  download: 'd1',
  startedAt: 1_789_989_489_913,
  lastSeenAt: 1_789_990_387_267,
  endedAt: null,
  playedMs: 897_150,
}

let folder: { path: string; remove: () => Promise<void> }
let store: Store
beforeEach(async () => {
  folder = await tempDir()
  store = await openStore({ url: `duckdb:${join(folder.path, 'history.duckdb')}` })
})
afterEach(async () => {
  await store.close()
  await folder.remove()
})

const fileOf = (lines: readonly string[], isPacked = false): string => {
  const path = join(folder.path, 'plays.ndjson')
  const text = `${lines.join('\n')}\n`
  writeFileSync(path, isPacked ? gzipSync(text) : text)
  return path
}

let bad: BadRow[] = []
let kept: ImportState[] = []
const importFile = async (path: string, from: ImportState | null = null) =>
  await importInput(historyFile(path), from)
const LYON = {
  country: 'FR',
  region: null,
  city: 'Lyon',
  latitude: 45.76,
  longitude: 4.84,
  accuracyKm: 25,
  asn: 3215,
  asnOrg: 'Orange',
}

const importInput = async (
  input: ImportInput,
  from: ImportState | null = null,
  whereIs: WhereIs = () => LYON,
) => {
  bad = []
  kept = []
  return await importPlays(input, startingState(from, importOf(input, 0)), {
    write: async (plays) => await store.history.upsertPlays(plays),
    now: () => Date.now(),
    batch: 2000,
    save: (state) => Promise.resolve(void kept.push(state)),
    reject: (row) => bad.push(row),
    whereIs,
  })
}

const imported = async (lines: readonly string[], isPacked = false) =>
  (await importFile(fileOf(lines, isPacked))).tally

const stored = async (): Promise<readonly PlayRecord[]> => (await store.history.list()).rows

describe('a history that is imported', () => {
  test('has no country where two files of places name different ones', async () => {
    const input = historyFile(fileOf([JSON.stringify(ROW)]))
    await importInput(input, null, () => ({ ...LYON, isCountryDisputed: true }))
    expect(await stored()).toMatchObject([{ city: 'Lyon', country: null }])
  })

  test('keeps what the edge saw of the player, and gets the places it leaves out', async () => {
    await imported([JSON.stringify(ROW)])
    expect(await stored()).toMatchObject([
      {
        agent: ROW.client,
        download: 'd1',
        playback: null,
        door: 'mpegts',
        network: '203.0.113.9',
        isLan: false,
        city: 'Lyon',
        asn: 3215,
        endedAt: null,
      },
    ])
  })

  test('is the same however often it is imported, packed or one account a line', async () => {
    const rows = Array.from({ length: 4500 }, (_, i) => ({ ...ROW, id: `x${i}` }))
    const first = await imported(rows.map((row) => JSON.stringify(row)))
    expect(first).toMatchObject({ rows: 4500, inserted: 4500, unchanged: 0, bad: 0 })
    const again = await imported([JSON.stringify(rows), '{"accounts":1}'], true)
    expect(again).toMatchObject({ rows: 4500, inserted: 0, updated: 0, unchanged: 4500, bad: 0 })
    const [ended] = rows
    const late = await imported([JSON.stringify({ ...ended, endedAt: ROW.lastSeenAt })])
    expect(late).toMatchObject({ inserted: 0, updated: 1 })
  })

  test('counts every row, one that stands twice in a file as known before', async () => {
    const [line, later] = [
      { ...ROW, id: 'twice' },
      { ...ROW, id: 'once' },
    ].map((row) => JSON.stringify(row))
    const tally = await imported([line ?? '', line ?? '', later ?? '', '{'])
    expect(tally).toMatchObject({ rows: 4, inserted: 2, updated: 0, unchanged: 1, bad: 1 })
  })

  test('leaves bad rows out, counts them and says where they are', async () => {
    const rows = [
      '{"id":',
      JSON.stringify({ ...ROW, account: undefined }),
      JSON.stringify({ ...ROW, startedAt: 'yesterday' }),
      JSON.stringify({ ...ROW, address: 'localhost' }),
      JSON.stringify({ ...ROW, endedAt: 5 }),
      '[]',
      '7',
    ]
    const tally = await imported([...rows, '', JSON.stringify(ROW)])
    expect(tally).toMatchObject({ rows: 7, inserted: 1, bad: 6 })
    expect(bad.map(({ where }) => where)).toEqual([1, 2, 3, 4, 5, 7].map((n) => `line ${n}`))
    expect(bad.map(({ problem }) => problem).join()).toMatch(/account.*startedAt.*localhost/)
    expect(bad[3]?.raw).toMatchObject({ address: 'localhost' })
  })

  test('loses no play to a byte order mark, line ends of Windows or blank lines', async () => {
    const rows = ['a', 'b', 'c'].map((id) => JSON.stringify({ ...ROW, id }))
    const path = join(folder.path, 'windows.ndjson')
    writeFileSync(path, `\uFEFF${rows.join('\r\n\r\n')}\r\n`)
    expect((await importFile(path)).tally).toMatchObject({ rows: 3, inserted: 3, bad: 0 })
  })

  test('takes no time in seconds or microseconds for a moment of another century', async () => {
    const inUnits = (unit: number) => ({
      ...ROW,
      startedAt: ROW.startedAt * unit,
      lastSeenAt: null,
    })
    const lines = [0.001, 1000].map((unit) => JSON.stringify(inUnits(unit)))
    expect(await imported(lines)).toMatchObject({ rows: 2, inserted: 0, bad: 2 })
    expect(bad.map(({ problem }) => problem)).toEqual([
      'startedAt lies in the year 1970: times are Unix milliseconds',
      expect.stringMatching(/^startedAt lies in the year 58\d\d\d: times are Unix milliseconds$/),
    ])
  })

  test('of a file that is cut off is what was read, and an error', async () => {
    const rows = Array.from({ length: 9000 }, (_, i) => JSON.stringify({ ...ROW, id: `x${i}` }))
    const path = join(folder.path, 'cut.gz')
    const packed = gzipSync(rows.join('\n'))
    writeFileSync(path, packed.subarray(0, packed.length - 40))
    await expect(importFile(path)).rejects.toThrow()
    expect(kept.at(-1)).toMatchObject({ state: 'reading', position: 8000, tally: { rows: 8000 } })
  })

  test('that broke off goes on where it stood, and counts as one', async () => {
    const lines = Array.from({ length: 9000 }, (_, i) =>
      i % 1000 === 7 ? 'no row' : JSON.stringify({ ...ROW, id: `x${i}` }),
    )
    const path = fileOf(lines)
    await importFile(path)
    const broken = kept[1] ?? null
    expect(broken).toMatchObject({ state: 'reading', position: 4000 })
    expect(broken?.fraction).toBeGreaterThan(0)
    const whole = await importFile(path, broken)
    expect(whole).toMatchObject({
      state: 'judging',
      position: 9000,
      tally: { rows: 9000, inserted: 3996, unchanged: 4995, bad: 9 },
      sources: ['edge:edge-1'],
      from: ROW.startedAt,
      to: ROW.lastSeenAt,
    })
    expect(bad).toHaveLength(5)
  })

  test('goes on after the last whole line where a line holds many plays', async () => {
    const row = (i: number) => ({ ...ROW, id: `x${i}` })
    const many = JSON.stringify(Array.from({ length: 5000 }, (_, i) => row(i)))
    await importFile(fileOf([JSON.stringify(row(9999)), many]))
    expect(kept.map(({ position }) => position)).toEqual([1, 1, 2, 2])
  })
})

describe('plays that were told under another account before are counted', () => {
  const started = 1_760_000_000
  const tautulli = (name: string, user: (id: number) => number) => {
    const path = join(folder.path, `${name}.db`)
    const rows = [1, 2, 3, 4].map((id) => ({
      id,
      started: started + id * 7200,
      stopped: started + id * 7200 + 600,
      user: user(id),
    }))
    writeTautulliDatabase(path, rows, [7, 8])
    return (server: string) => IMPORTED_PASTS.tautulli.file(path, { server })
  }
  const jellystat = (name: string, user: (id: number) => string) => {
    const path = join(folder.path, `${name}.json`)
    const rows = [1, 2, 3, 4].map((id) => ({
      Id: `a${id}`,
      UserId: user(id),
      UserName: user(id),
      DeviceId: 'd1',
      PlaybackDuration: '600',
      NowPlayingItemName: 'A Film',
      ActivityDateInserted: new Date((started + id * 7200) * 1000).toISOString(),
    }))
    writeFileSync(path, JSON.stringify([{ jf_playback_activity: rows }]))
    return (server: string) => IMPORTED_PASTS.jellystat.file(path, server)
  }
  test.each([
    [
      'Tautulli',
      () => [tautulli('one', () => 7), tautulli('two', (id) => (id > 2 ? 8 : 7))] as const,
    ],
    [
      'Jellystat',
      () =>
        [jellystat('one', () => 'u7'), jellystat('two', (id) => (id > 2 ? 'u8' : 'u7'))] as const,
    ],
  ])('%s', async (_, files) => {
    const [one, two] = files()
    expect((await importInput(one('den'))).tally).toMatchObject({ inserted: 4, otherAccount: 0 })
    expect((await importInput(one('den'))).tally).toMatchObject({ unchanged: 4, otherAccount: 0 })
    expect((await importInput(two('den'))).tally).toMatchObject({ updated: 2, otherAccount: 2 })
    expect((await importInput(two('attic'))).tally).toMatchObject({ inserted: 4, otherAccount: 0 })
  })

  test('a history, whichever news is later, and within a batch', async () => {
    const row = (id: string, account: string, later = 0) =>
      JSON.stringify({ ...ROW, id, account, lastSeenAt: ROW.lastSeenAt + later })
    expect(await imported([row('a', 'own:1'), row('b', 'own:1')])).toMatchObject({
      inserted: 2,
      otherAccount: 0,
    })
    expect(await imported([row('a', 'own:2', 1000), row('b', 'own:2', -1000)])).toMatchObject({
      updated: 1,
      unchanged: 1,
      otherAccount: 2,
    })
    const accounts = (await stored()).map(({ id, account }) => [id, account])
    expect(new Map(accounts.map(([id, account]) => [id, account]))).toEqual(
      new Map([
        ['a', 'own:2'],
        ['b', 'own:1'],
      ]),
    )
    expect(await imported([row('c', 'own:1'), row('c', 'own:2', 1000)])).toMatchObject({
      inserted: 1,
      otherAccount: 1,
    })
  })
})

test('a row tells its own network, and which addresses are at home', () => {
  const read = (more: object) => {
    const row = readPlayRow({ ...ROW, ...more })
    return 'play' in row ? row.play : null
  }
  expect(read({ address: '2a00:18cf:72c2:c852::9' })?.network).toBe('2a00:18cf:72c2:c852::/64')
  expect(read({ address: '192.168.1.7' })?.isLan).toBe(true)
  expect(read({ address: null })).toMatchObject({ network: null, isLan: false })
  expect(read({ lastSeenAt: undefined, playedMs: 5000 })?.lastSeenAt).toBe(ROW.startedAt + 5000)
})

test('a blank text in a row says as little as none', () => {
  const blank = { accountName: '', device: ' ', client: '', city: '', country: '', channel: '' }
  const row = readPlayRow({ ...ROW, ...blank })
  const nothing = { accountName: null, device: null, client: null, city: null, country: null }
  expect(row).toMatchObject({ play: { ...nothing, channel: null } })
})
