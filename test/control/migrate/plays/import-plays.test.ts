import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PlayRecord } from '#domain/types'
import { importPlays } from '../../../../control/migrate/plays/import-plays.ts'
import { readPlayRow } from '../../../../control/migrate/plays/play-row.ts'
import { linesOfFile } from '../../../../control/migrate/plays/read-lines.ts'
import { openStore, type Store } from '../../../../control/store/store.ts'
import { tempDir } from '../../../support/cleanup.ts'

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

const imported = async (lines: readonly string[], isPacked = false) =>
  await importPlays(linesOfFile(fileOf(lines, isPacked)), {
    write: async (plays) => await store.history.upsertPlays(plays),
    whereIs: () => ({
      country: 'FR',
      region: null,
      city: 'Lyon',
      latitude: 45.76,
      longitude: 4.84,
      accuracyKm: 25,
      asn: 3215,
      asnOrg: 'Orange',
    }),
  })

const stored = async (): Promise<readonly PlayRecord[]> => (await store.history.list()).rows

describe('a history that is imported', () => {
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

  test('leaves bad rows out, counts them and says where they are', async () => {
    const bad = [
      '{"id":',
      JSON.stringify({ ...ROW, account: undefined }),
      JSON.stringify({ ...ROW, startedAt: 'yesterday' }),
      JSON.stringify({ ...ROW, address: 'localhost' }),
      JSON.stringify({ ...ROW, endedAt: 5 }),
      '[]',
      '7',
    ]
    const tally = await imported([...bad, '', JSON.stringify(ROW)])
    expect(tally).toMatchObject({ rows: 7, inserted: 1, bad: 6 })
    expect(tally.problems.map((line) => line.slice(0, 6))).toEqual(
      [1, 2, 3, 4, 5, 7].map((n) => `line ${n}`),
    )
    expect(tally.problems.join('\n')).toMatch(/account[\s\S]*startedAt[\s\S]*localhost/)
  })

  test('of a file that is cut off is what was read, and an error', async () => {
    const rows = Array.from({ length: 9000 }, (_, i) => JSON.stringify({ ...ROW, id: `x${i}` }))
    const path = join(folder.path, 'cut.gz')
    const packed = gzipSync(rows.join('\n'))
    writeFileSync(path, packed.subarray(0, packed.length - 40))
    const write = async (plays: readonly PlayRecord[]) => await store.history.upsertPlays(plays)
    await expect(importPlays(linesOfFile(path), { write })).rejects.toThrow()
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
