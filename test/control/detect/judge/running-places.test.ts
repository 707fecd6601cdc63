import { describe, expect, test } from 'vitest'
import { createRunningPlaces } from '../../../../control/detect/judge/running-places.ts'
import { emptyPlay } from '../../../../control/sources/model/empty-play.ts'

const MINUTE = 60_000
const START = 1_790_000_000_000

const play = (
  id: string,
  network: string,
  more: { endedAt?: number; lastSeenAt?: number } = {},
) => ({
  ...emptyPlay,
  id,
  source: id.startsWith('b') ? 'plex:b' : 'plex:a',
  account: 'server:a:1',
  network,
  startedAt: START,
  lastSeenAt: START,
  endedAt: null,
  ...more,
})

describe('an account that plays', () => {
  test('at two servers over two lines is apart until one of them ends', () => {
    const running = createRunningPlaces(() => START)
    running.learn([play('a1', '198.51.100.1')])
    expect(running.isApart('server:a:1')).toBe(false)
    running.learn([play('b1', '203.0.113.2')])
    expect(running.isApart('server:a:1')).toBe(true)
    expect(running.isApart('server:a:2')).toBe(false)
    running.learn([play('b1', '203.0.113.2', { endedAt: START })])
    expect(running.isApart('server:a:1')).toBe(false)
  })

  test('over one line with two devices is not, and what fell silent does not count', () => {
    let now = START
    const running = createRunningPlaces(() => now)
    running.learn([play('a1', '198.51.100.1'), play('b1', '198.51.100.1')])
    expect(running.isApart('server:a:1')).toBe(false)
    running.learn([play('b2', '203.0.113.2')])
    expect(running.isApart('server:a:1')).toBe(true)
    now = START + 6 * MINUTE
    running.learn([play('a1', '198.51.100.1', { lastSeenAt: now })])
    expect(running.isApart('server:a:1')).toBe(false)
  })
})
