import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ownerKey, ownerOf } from '#domain/addresses/owners'
import {
  channelOfPath,
  describePath,
  isChannelId,
  stripSecrets,
  withoutArgument,
} from '#domain/channels/channel'
import {
  type ChannelRecord,
  formatChannelRecord,
  parseChannelRecord,
} from '#domain/channels/channel-table'

const NOW = 1_795_000_000

describe('paths below a channel', () => {
  test.each([
    ['index.m3u8', '', 'manifest', 'hls', null],
    ['v0/index.m3u8', '', 'manifest', 'hls', null],
    ['mono.m3u8', '', 'manifest', 'hls', null],
    ['manifest.mpd', '', 'manifest', 'dash', null],
    ['seg-1.ts', '', 'segment', 'hls', null],
    ['tracks-v1/2026/11/22/18/00/00-05000.ts', '', 'segment', 'hls', null],
    ['init.mp4', '', 'segment', 'hls', null],
    ['', '', 'segment', 'hls', null],
    ['stream.ts', '', 'stream', 'mpegts', null],
    ['mpegts', '', 'stream', 'mpegts', null],
    [
      'timeshift_abs-1700000000.m3u8',
      '',
      'manifest',
      'hls',
      { from: 1_700_000_000, durationSec: null },
    ],
    [
      'timeshift_abs_mono-1700000000.m3u8',
      '',
      'manifest',
      'hls',
      { from: 1_700_000_000, durationSec: null },
    ],
    [
      'timeshift_abs-1700000000.ts',
      '',
      'stream',
      'mpegts',
      { from: 1_700_000_000, durationSec: null },
    ],
    ['timeshift_rel-600.m3u8', '', 'manifest', 'hls', { from: NOW - 600, durationSec: null }],
    [
      'archive-1700000000-3600.m3u8',
      '',
      'manifest',
      'hls',
      { from: 1_700_000_000, durationSec: 3600 },
    ],
    [
      'archive-1700000000-3600.ts',
      '',
      'stream',
      'mpegts',
      { from: 1_700_000_000, durationSec: 3600 },
    ],
    [
      'index-1700000000-3600.m3u8',
      '',
      'manifest',
      'hls',
      { from: 1_700_000_000, durationSec: 3600 },
    ],
    [
      'index-1700000000-now.m3u8',
      '',
      'manifest',
      'hls',
      { from: 1_700_000_000, durationSec: null },
    ],
    ['video-1700000000-60.m3u8', '', 'manifest', 'hls', { from: 1_700_000_000, durationSec: 60 }],
    [
      'index.m3u8',
      'utc=1700000000&lutc=1',
      'manifest',
      'hls',
      { from: 1_700_000_000, durationSec: null },
    ],
    [
      'index.m3u8',
      'utc=1700000000&duration=60',
      'manifest',
      'hls',
      { from: 1_700_000_000, durationSec: 60 },
    ],
  ] as const)('%s ?%s', (rest, query, ...[kind, protocol, archive]) => {
    expect(describePath(rest, query, NOW)).toEqual({ kind, protocol, archive })
  })

  test('an origin’s own path names its channel', () => {
    expect(channelOfPath('/ch1/index.m3u8')).toEqual({ channel: 'ch1', rest: 'index.m3u8' })
    expect(channelOfPath('/ch1/a/b.ts')).toEqual({ channel: 'ch1', rest: 'a/b.ts' })
    expect(channelOfPath('/ch.1.ts')).toEqual({ channel: 'ch.1', rest: 'stream.ts' })
    expect(channelOfPath('/ch1.mpd')).toEqual({ channel: 'ch1', rest: 'manifest.mpd' })
    expect(channelOfPath('/../x')).toBeNull()
    expect(channelOfPath('/a b/x')).toBeNull()
  })

  test('channel ids', () => {
    expect(['a', 'A_b-c.9', 'x'.repeat(64)].every(isChannelId)).toBe(true)
    expect(['', '.', '..', 'x'.repeat(65), 'a/b', 'ä', 'a b', 'a\n'].some(isChannelId)).toBe(false)
  })

  test('secrets leave the query, the rest stays in order', () => {
    expect(stripSecrets('a=1&token=x&_HLS_msn=3&TOKEN=y&b')).toBe('a=1&_HLS_msn=3&b')
    expect(stripSecrets('token=x')).toBe('')
    expect(stripSecrets('tokens=x&utc=5')).toBe('tokens=x&utc=5')
  })
})

describe('the channel table', () => {
  const texts = fc.string({ maxLength: 20 })
  const records: fc.Arbitrary<ChannelRecord> = fc.record({
    origin: texts,
    login: fc.base64String({ maxLength: 20 }),
    base: texts,
    entry: texts,
    query: texts,
    protocol: fc.constantFrom('hls' as const, 'dash' as const, 'mpegts' as const),
    isShared: fc.boolean(),
    isUnsure: fc.boolean(),
    isClosed: fc.boolean(),
    isVod: fc.boolean(),
    archive: fc.string(),
    groups: fc.array(fc.string({ minLength: 1, maxLength: 9 }), { maxLength: 4 }),
    surgedFrom: fc.array(fc.string({ minLength: 1, maxLength: 9 }), { maxLength: 4 }),
  })
  test('a record comes back whatever it holds', () => {
    fc.assert(
      fc.property(records, (record) => {
        expect(parseChannelRecord(formatChannelRecord(record))).toEqual(record)
      }),
    )
    expect(parseChannelRecord('a|b')).toBeNull()
    expect(parseChannelRecord('a|b|c|d|nope|||')).toBeNull()
  })

  test('the deepest owner wins, an entry file before its directory', () => {
    const rows = new Map([
      [ownerKey('o', '/hls/'), 'a'],
      [ownerKey('o', '/hls/b/'), 'b'],
      [ownerKey('o', '/hls/b/c.m3u8'), 'c'],
    ])
    const owner = (path: string) => ownerOf((key) => rows.get(key), 'o', path)
    expect(owner('/hls/x.ts')).toBe('a')
    expect(owner('/hls/b/x/y.ts')).toBe('b')
    expect(owner('/hls/b/c.m3u8')).toBe('c')
    expect(owner('/keys/k')).toBeNull()
    expect(ownerOf((key) => rows.get(key), 'p', '/hls/x.ts')).toBeNull()
  })
})

test('only the pair presented at the door is taken out of a query', () => {
  expect(withoutArgument('token=mine&a=1&token=up', 'token')).toBe('a=1&token=up')
  expect(withoutArgument('a=1&key=7&auth=z', 'token')).toBe('a=1&key=7&auth=z')
  expect(withoutArgument('token=x', 'token')).toBe('')
})
