import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { InputRow } from '../../../../control/migrate/plays/import-input.ts'
import { jellystatBackup } from '../../../../control/sources/jellystat/backup-file.ts'
import { backupRows } from '../../../../control/sources/jellystat/backup-rows.ts'
import { tempDir } from '../../../support/cleanup.ts'

const ROW = {
  Id: 'a1',
  IsPaused: false,
  UserId: '6f0b1a52-0c3a-4e0a-9a51-0123456789ab',
  UserName: 'Ana "A" {B}',
  Client: 'Jellyfin Android TV',
  DeviceName: 'Living room',
  DeviceId: 'd-1',
  NowPlayingItemId: 'series',
  NowPlayingItemName: 'One [1]',
  SeriesName: 'A Show',
  EpisodeId: 'e1',
  PlaybackDuration: '1500',
  ActivityDateInserted: '2026-03-01T21:00:00.000Z',
  PlayMethod: 'DirectPlay',
  MediaStreams: [{ Type: 'Video', Title: 'H.264 "\\" ]}' }],
  PlayState: { IsPaused: false, PositionTicks: 1, RuntimeTicks: 18_000_000_000 },
  RemoteEndPoint: '::ffff:198.51.100.7',
  ServerId: 's',
  imported: false,
}

const backupOf = (rows: readonly unknown[]): unknown[] => [
  { jf_libraries: [{ Id: 'l', Name: 'jf_playback_activity' }] },
  { jf_users: [{ Id: ROW.UserId, Name: 'Ana' }] },
  { jf_playback_activity: rows },
  { jf_playback_reporting_plugin_data: [{ rowid: 1, UserId: 'x', PlayDuration: 5 }] },
]

let folder: { path: string; remove: () => Promise<void> }
let path: string
beforeEach(async () => {
  folder = await tempDir()
  path = join(folder.path, 'backup.json')
})
afterEach(async () => await folder.remove())

const read = async (text: string | Buffer, after = 0, server?: string): Promise<InputRow[]> => {
  writeFileSync(path, text)
  const rows = []
  for await (const row of jellystatBackup(path, server).rows(after)) rows.push(row)
  return rows
}

const playsOf = (rows: readonly InputRow[]) =>
  rows.flatMap(({ read: one }) => ('play' in one ? [one.play] : []))

describe('a backup of Jellystat', () => {
  test('tells plays by their ends, and who played them where', async () => {
    const [play] = playsOf(await read(JSON.stringify(backupOf([ROW])), 0, 'attic'))
    expect(play).toMatchObject({
      id: 'a1',
      source: 'jellystat:attic',
      account: 'server:attic:6f0b1a520c3a4e0a9a510123456789ab',
      accountName: 'Ana "A" {B}',
      address: '198.51.100.7',
      network: '198.51.100.7',
      device: 'd-1',
      client: 'Jellyfin Android TV',
      title: 'A Show - One [1]',
      delivery: 'direct play',
      startedAt: Date.parse('2026-03-01T20:35:00Z'),
      endedAt: Date.parse('2026-03-01T21:00:00Z'),
      playedMs: 1_500_000,
      timing: 'end',
    })
  })

  test('tells no name and no device where the row holds blanks', async () => {
    const blank = { ...ROW, UserName: '', DeviceId: '', DeviceName: '', Client: '' }
    const [play] = playsOf(await read(JSON.stringify(backupOf([blank])), 0, 'attic'))
    expect(play).toMatchObject({ accountName: null, device: null, player: null, client: null })
  })

  test('marks rows of several sittings and of no length', async () => {
    const rows = [
      { ...ROW, PlaybackDuration: 1981 },
      { ...ROW, PlaybackDuration: 1979 },
      { ...ROW, PlaybackDuration: '0' },
      { ...ROW, PlaybackDuration: '7200', PlayState: JSON.stringify(ROW.PlayState) },
      { ...ROW, PlaybackDuration: '90000', PlayState: null },
    ]
    const plays = playsOf(await read(JSON.stringify(backupOf(rows), null, 2)))
    expect(plays.map(({ timing }) => timing)).toEqual([
      'sittings',
      'end',
      'moment',
      'sittings',
      'end',
    ])
  })

  test('is read packed, pretty, and as one object of lists; from any row on', async () => {
    const rows = Array.from({ length: 50 }, (_, i) => ({ ...ROW, Id: `a${i}` }))
    const forms = [
      gzipSync(JSON.stringify(backupOf(rows))),
      JSON.stringify(backupOf(rows), null, 4),
      JSON.stringify(Object.assign({}, ...backupOf(rows).map((one) => one))),
    ]
    for (const form of forms) {
      const all = await read(form)
      expect(playsOf(all).map(({ id }) => id)).toEqual(rows.map(({ Id }) => Id))
      expect(playsOf(await read(form, 47)).map(({ id }) => id)).toEqual(['a47', 'a48', 'a49'])
    }
  })

  test('is the same in whatever pieces it arrives', async () => {
    const rows = Array.from({ length: 7 }, (_, i) => ({
      ...ROW,
      Id: `a${i}`,
      UserName: 'Zoë 𝄞 \\"',
    }))
    const bytes = Buffer.from(JSON.stringify(backupOf(rows)))
    for (const size of [1, 2, 3, 7, 64, 1000, bytes.length]) {
      const pieces = async function* () {
        for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
      }
      const found = []
      for await (const row of backupRows(pieces(), 'jf_playback_activity'))
        found.push(JSON.parse(row.toString()))
      expect(found).toEqual(rows)
    }
  })

  test('has bad rows left out with the reason', async () => {
    const bad = [
      { ...ROW, UserId: null },
      { ...ROW, PlaybackDuration: '-5' },
      { ...ROW, PlaybackDuration: '' },
      { ...ROW, ActivityDateInserted: 'yesterday' },
      ROW,
    ]
    const rows = await read(JSON.stringify(backupOf(bad)))
    expect(rows.map(({ read: one }) => ('problem' in one ? one.problem : 'good'))).toEqual([
      expect.stringContaining('UserId'),
      "PlaybackDuration '-5' is no length",
      "PlaybackDuration '' is no length",
      "ActivityDateInserted 'yesterday' is no time",
      'good',
    ])
  })

  test('that is cut off, empty, without activity or no JSON is said so, after the rows before that', async () => {
    const whole = JSON.stringify(backupOf([ROW, ROW]))
    await expect(read(whole.slice(0, -3))).rejects.toThrow('is cut off')
    await expect(read('')).rejects.toThrow('is cut off')
    await expect(read('[{"jf_users":[]}]')).rejects.toThrow('has no jf_playback_activity')
    await expect(read('<html></html>')).rejects.toThrow('is not readable as JSON')
    const before: InputRow[] = []
    writeFileSync(path, whole.slice(0, whole.indexOf('jf_playback_reporting')))
    const reading = async () => {
      for await (const row of jellystatBackup(path).rows(0)) before.push(row)
    }
    await expect(reading()).rejects.toThrow('is cut off')
    expect(before).toHaveLength(2)
  })
})
