import { describe, expect, it } from 'vitest'
import type { PlayRecord } from '#domain/types'
import { mergeDerivedDevices } from '../../../../control/detect/devices/derived-devices.ts'
import { DAY, HOUR, type PlayFields, play } from '../play-builder.ts'

const IPHONE = 'AppleCoreMedia/1.0.0.24A341 (iPhone; U; CPU OS 27_0 like Mac OS X; fr_fr)'
const IPHONE_UPDATED = 'AppleCoreMedia/1.0.0.24B83 (iPhone; U; CPU OS 27_1 like Mac OS X; fr_fr)'
const SET =
  'Mozilla/5.0 (SMART-TV; LINUX; Tizen 7.0) AppleWebKit/537.36 Version/7.0 TV Safari/537.36'
const HOME = '192.0.2.1'
const AWAY = '198.51.100.9'

interface Seen extends PlayFields {
  readonly agent: string
  readonly download?: string
  readonly door?: string
}

const seen = ({ agent, download, door = 'hls', ...fields }: Seen): PlayRecord =>
  play({
    ...fields,
    device: null,
    with: {
      source: 'edge:one',
      agent,
      download: download ?? null,
      platform: null,
      client: agent,
      door,
    },
  })

const devicesOf = (plays: readonly PlayRecord[]): (string | null)[] =>
  mergeDerivedDevices(plays.toSorted((a, b) => a.startedAt - b.startedAt)).map((p) => p.device)

const count = (plays: readonly PlayRecord[]): number => new Set(devicesOf(plays)).size

describe('players behind the plays of an edge', () => {
  it('are one where one agent is seen here and there and nothing proves two', () => {
    const plays = [0, 1, 2, 3].map((n) =>
      seen({ agent: IPHONE, at: n * DAY, network: n % 2 === 0 ? HOME : AWAY }),
    )
    expect(count(plays)).toBe(1)
  })

  it('are two where one of one agent has a playlist and another, beside it, never downloads one', () => {
    const agent = 'okhttp/4.9.3'
    const evening = (n: number, door: string) =>
      seen({
        agent,
        at: n * DAY,
        network: HOME,
        door,
        ...(door === 'hls' ? { download: 'a' } : {}),
      })
    const both = [0, 1, 2].flatMap((n) => [evening(n, 'hls'), evening(n, 'xtream')])
    expect(count(both)).toBe(2)
    expect(count([0, 1, 2].map((n) => evening(n, 'xtream')))).toBe(1)
    // Whoever signs in by user and password from now on has the same player as before.
    expect(count([0, 1, 2, 3].map((n) => evening(n, n < 2 ? 'hls' : 'xtream')))).toBe(1)
  })

  it('are one where a playlist copy was carried from one network to the other, even beside another', () => {
    const plays = [0, 1, 2].flatMap((n) => [
      seen({ agent: IPHONE, at: n * DAY, network: HOME, download: `a${n}` }),
      seen({ agent: IPHONE, at: n * DAY + 2 * HOUR, network: AWAY, download: `a${n}` }),
      seen({ agent: IPHONE, at: n * DAY + 2 * HOUR, network: HOME, download: `b${n}` }),
    ])
    expect(count(plays)).toBe(1)
  })

  it('are two where a copy comes back after another was used elsewhere, on two days', () => {
    const turns = (days: readonly number[]) =>
      days.flatMap((n) => [
        seen({ agent: IPHONE, at: n * DAY, network: HOME, download: `a${n}` }),
        seen({ agent: IPHONE, at: n * DAY + 2 * HOUR, network: AWAY, download: `b${n}` }),
        seen({ agent: IPHONE, at: n * DAY + 4 * HOUR, network: HOME, download: `a${n}` }),
      ])
    expect(count(turns([0]))).toBe(1)
    expect(count(turns([0, 3]))).toBe(2)
  })

  it('are two where both play at once on two days', () => {
    const plays = [0, 3].flatMap((n) => [
      seen({ agent: IPHONE, at: n * DAY, network: HOME }),
      seen({ agent: IPHONE, at: n * DAY + HOUR / 2, network: AWAY }),
    ])
    expect(count(plays)).toBe(2)
  })

  it('are two sets where one plays elsewhere while the line of the other is lived at', () => {
    const plays = [
      seen({ agent: SET, at: 0, network: HOME }),
      seen({ agent: SET, at: 2 * DAY, network: AWAY }),
      seen({ agent: IPHONE, at: 3 * DAY, network: HOME }),
    ]
    expect(new Set(devicesOf(plays).slice(0, 2)).size).toBe(2)
    const moved = [plays[0], plays[1]].flatMap((p) => p ?? [])
    expect(count(moved)).toBe(1)
  })

  it('stay what they are when they are updated, where they were', () => {
    const plays = [
      seen({ agent: IPHONE, at: 0, network: HOME }),
      seen({ agent: IPHONE, at: 2 * DAY, network: HOME }),
      seen({ agent: IPHONE_UPDATED, at: 4 * DAY, network: HOME }),
    ]
    expect(count(plays)).toBe(1)
    const apart = [...plays.slice(0, 2), seen({ agent: IPHONE_UPDATED, at: DAY, network: AWAY })]
    expect(count(apart)).toBe(2)
  })

  it('join nobody by a file that was passed on', () => {
    const plays = [0, 3].flatMap((n) => [
      seen({ agent: IPHONE, at: n * DAY, network: HOME, download: `a${n}` }),
      seen({ agent: SET, at: n * DAY + HOUR, network: AWAY, download: `a${n}` }),
      seen({ agent: IPHONE, at: n * DAY + HOUR / 2, network: AWAY, download: `a${n}` }),
    ])
    expect(count(plays)).toBe(3)
  })
})
