import { describe, expect, test } from 'vitest'
import { account, keyOf } from './account.ts'

describe('two that look the same', () => {
  test('a web player with a new playback id for each channel takes its own place at once', () => {
    const t = account({ maxStreams: 1 })
    for (let at = 0; at < 30; at += 1) {
      expect(t.play(`c${at}`, { dev: `web-${at}`, kin: 'web' }).outcome).toBe('admitted')
      t.wait(2)
    }
    expect(t.channels()).toEqual(['c29'])
    expect(t.play('other', { dev: 'tv', kin: 'tv' }).outcome).toBe('refused')
  })

  test.each(
    [0.1, 0.6, 2, 4].flatMap((late) => [
      { late, on: 'two channels', own: ['a', 'b'] },
      { late, on: 'one channel, each time with a new playback id', own: ['a', 'a'] },
    ]),
  )('whose reconnect loops meet on $on, told after $late s, swap twice at most', (it) => {
    const t = account({ maxStreams: 1 })
    const isSame = it.own[0] === it.own[1]
    const id = (n: number) => (isSame ? { dev: `web-${n}`, kin: 'web' } : {})
    const held: (string | null)[] = [keyOf(t.play('a', id(-1))), null]
    let swaps = 0
    for (let at = 1; at < 60; at += 1) {
      const who = at % 2
      t.wait(1)
      if (held[who] === null) {
        const verdict = t.play(it.own[who] ?? '', id(at))
        if (verdict.outcome === 'admitted') {
          swaps += 1
          held[who] = verdict.key
        }
      }
      t.wait(it.late)
      const loser = 1 - who
      const key = held[loser]
      if (key && t.ask(it.own[loser] ?? '', key, id(-1)).outcome === 'refused') held[loser] = null
    }
    expect(swaps).toBeGreaterThan(0)
    expect(swaps).toBeLessThanOrEqual(2)
  })

  test('who goes back and forth while a last request is on its way is not refused', () => {
    const t = account({ maxStreams: 1 })
    let last = { ch: 'a', key: keyOf(t.play('a')) }
    for (let at = 0; at < 30; at += 1) {
      t.wait(2)
      const ch = at % 2 === 0 ? 'b' : 'a'
      const verdict = t.play(ch)
      expect(verdict.outcome).toBe('admitted')
      t.wait(0.03)
      expect(t.ask(last.ch, last.key).outcome).toBe('refused')
      last = { ch, key: keyOf(verdict) }
    }
  })

  test('who goes back and forth, silent on what it left, is not refused', () => {
    const t = account({ maxStreams: 1 })
    t.play('a')
    for (let at = 0; at < 30; at += 1) {
      t.wait(2)
      expect(t.play(at % 2 === 0 ? 'b' : 'a').outcome).toBe('admitted')
    }
  })
})
