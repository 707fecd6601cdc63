import { describe, expect, test } from 'vitest'
import { account, keyOf, START } from './account.ts'

describe('the same press twice', () => {
  test.each(['replace', 'soft', 'hard'] as const)('is one session: %s', (limitation) => {
    const t = account({ maxStreams: 1, limitation })
    const first = t.play('news')
    t.wait(0.01)
    const second = t.play('news')
    expect(second).toMatchObject({ outcome: 'admitted', isKnown: true, key: keyOf(first) })
    expect(second).toMatchObject({ openedMs: START })
    expect(t.channels()).toEqual(['news'])
  })

  test('so is every reload of a player that asks its opening address each time', () => {
    const t = account({ maxStreams: 1, limitation: 'hard' })
    const first = t.play('news')
    for (let at = 0; at < 60; at += 1) {
      t.wait(2)
      expect(keyOf(t.play('news'))).toBe(keyOf(first))
    }
    expect(t.effects.ended).toEqual([])
    expect(t.effects.devices).toEqual([])
  })

  test('another copy of the list, another network and another player are other presses', () => {
    const t = account({ maxStreams: 0 })
    const first = keyOf(t.play('news'))
    for (const other of [{ dl: 'leaked' }, { net: '198.51.100.1' }, { dev: 'phone' }])
      expect(keyOf(t.play('news', other))).not.toBe(first)
  })

  test('where a backend knows the token, it is channel, address and token, whatever the player', () => {
    const t = account({ maxStreams: 1, limitation: 'hard' })
    const first = t.play('news', { tok: 'abc' })
    expect(keyOf(t.play('news', { tok: 'abc', dev: 'other' }))).toBe(keyOf(first))
    expect(t.play('news', { tok: 'xyz' }, true)).toMatchObject({ outcome: 'refused' })
  })

  test('a look with one agent before it plays with another is the same press, not a second screen', () => {
    for (const limitation of ['replace', 'soft', 'hard'] as const) {
      const t = account({ maxStreams: 1, limitation })
      const look = keyOf(t.probe('news', { dev: 'kodi' }))
      t.wait(0.5)
      expect(keyOf(t.play('news', { dev: 'lavf' }))).toBe(look)
      t.wait(1)
      expect(t.play('news', { dev: 'another', dl: 'leaked' }).outcome).toBe(
        limitation === 'soft' ? 'admitted' : 'refused',
      )
    }
  })

  test('two playback ids are two playbacks: the second takes the place in replace, and is one press elsewhere', () => {
    const id = (n: number) => ({ dev: `web-${n}`, kin: 'web' })
    for (const limitation of ['replace', 'soft', 'hard'] as const) {
      const t = account({ maxStreams: 1, limitation })
      const first = keyOf(t.probe('news', id(1)))
      t.wait(1)
      const second = keyOf(t.play('news', id(2)))
      expect(second === first).toBe(limitation !== 'replace')
      expect(t.channels()).toEqual(['news'])
    }
    // With room for both they are two screens.
    const roomy = account({ maxStreams: 2 })
    roomy.probe('news', id(1))
    roomy.wait(1)
    roomy.play('news', id(2))
    expect(roomy.channels()).toEqual(['news', 'news'])
  })

  test('what showed a picture, or was looked at long ago, is no such look', () => {
    const t = account({ maxStreams: 1 })
    t.play('news', { dev: 'kodi' })
    expect(t.play('news', { dev: 'lavf' })).toMatchObject({ outcome: 'refused' })
    const late = account({ maxStreams: 1 })
    late.probe('news', { dev: 'kodi' })
    late.wait(3)
    expect(late.play('news', { dev: 'lavf' })).toMatchObject({ outcome: 'refused' })
  })

  test('a player that reads the list under a pass and plays below its ticket leaves one session', () => {
    const t = account({ maxStreams: 1 })
    t.probe('news', { dev: 'kodi' })
    expect(t.play('news', { dev: 'lavf', fixed: true })).toMatchObject({ outcome: 'admitted' })
    expect(t.channels()).toEqual(['news'])
  })

  test('a connection of another server keeps a session of its own', () => {
    const t = account({ maxStreams: 2 })
    const first = t.play('news', { fixed: true })
    expect(keyOf(t.play('news', { fixed: true }))).not.toBe(keyOf(first))
  })
})

describe('hard, a device that comes back', () => {
  test('to its own channel takes its old place, however late', () => {
    const t = account({ maxStreams: 1, limitation: 'hard' })
    const first = t.play('news')
    t.wait(20)
    t.renew(keyOf(first))
    t.wait(5)
    expect(t.play('news')).toMatchObject({ outcome: 'admitted' })
    expect(t.effects.devices).toEqual([])
  })

  test('zaps back and forth on a cap of two and is never refused', () => {
    const t = account({ maxStreams: 2, limitation: 'hard' })
    for (let at = 0; at < 40; at += 1) {
      t.wait(3)
      expect(t.play(at % 2 === 0 ? 'news' : 'sport')).toMatchObject({ outcome: 'admitted' })
    }
  })

  test('waits for its own last place and is refused without a ban', () => {
    const t = account({ maxStreams: 1, limitation: 'hard' })
    t.play('news')
    t.wait(2)
    expect(t.play('sport', {}, false)).toEqual({ outcome: 'settle', waitMs: 2_000 })
    expect(t.play('sport')).toMatchObject({ outcome: 'refused', reason: 'cap.streams' })
    expect(t.effects.devices).toEqual([])
    expect(t.play('sport', { dev: 'other' })).toMatchObject({ outcome: 'refused' })
    expect(t.effects.devices).toMatchObject([{ channel: 'sport', device: 'other' }])
  })
})

describe('replace', () => {
  test('a zap takes the place at once, again and again', () => {
    const t = account({ maxStreams: 1 })
    for (let at = 0; at < 50; at += 1) {
      expect(t.play(`c${at}`)).toMatchObject({ outcome: 'admitted', isKnown: false })
      expect(t.channels()).toEqual([`c${at}`])
      t.wait(1)
    }
    expect(t.effects.devices).toEqual([])
  })

  test('two channels in turn are a viewer who cannot decide', () => {
    const t = account({ maxStreams: 1 })
    for (let at = 0; at < 30; at += 1) {
      expect(t.play(at % 2 === 0 ? 'news' : 'sport')).toMatchObject({ outcome: 'admitted' })
      t.wait(4)
    }
  })

  test('another device is refused at once and not banned', () => {
    const t = account({ maxStreams: 1 })
    t.play('news')
    const other = t.play('sport', { dev: 'phone' })
    expect(other).toMatchObject({ outcome: 'refused', reason: 'cap.streams' })
    expect(t.channels()).toEqual(['news'])
    expect(t.effects.devices).toEqual([])
  })

  test('nobody is put out where that makes no room', () => {
    const t = account({ maxStreams: 2 })
    t.play('a', { dev: 'tv' })
    t.play('b', { dev: 'tablet' })
    expect(t.play('c', { dev: 'phone' })).toMatchObject({ outcome: 'refused' })
    expect(t.channels()).toEqual(['a', 'b'])
    expect(t.effects.drop).toEqual([])
  })

  test('what has shown no picture goes first, and of another device only a probe', () => {
    const t = account({ maxStreams: 2 })
    t.play('a')
    t.probe('b')
    t.play('c')
    expect(t.channels()).toEqual(['a', 'c'])
    const alone = account({ maxStreams: 1 })
    alone.probe('a', { dev: 'checker' })
    expect(alone.play('b')).toMatchObject({ outcome: 'refused' })
    alone.wait(4)
    expect(alone.play('b')).toMatchObject({ outcome: 'admitted' })
    expect(alone.channels()).toEqual(['b'])
  })
})

describe('replace, two boxes that look the same', () => {
  test('the one put out cannot take the place back while it keeps trying', () => {
    const t = account({ maxStreams: 1 })
    const first = keyOf(t.play('news'))
    t.wait(20)
    const second = keyOf(t.play('sport'))
    t.wait(5)
    expect(t.ask('news', first)).toMatchObject({ outcome: 'refused', reason: 'session.superseded' })
    for (let at = 0; at < 60; at += 1) {
      t.wait(10)
      t.renew(second)
      expect(t.play('news')).toMatchObject({ outcome: 'refused', reason: 'cap.streams' })
    }
    expect(t.channels()).toEqual(['sport'])
    t.wait(61)
    expect(t.play('news')).toMatchObject({ outcome: 'admitted' })
  })

  test('the last request of a player that zaps proves no second one', () => {
    const t = account({ maxStreams: 1 })
    const first = keyOf(t.play('news'))
    t.wait(10)
    t.play('sport')
    t.wait(1)
    expect(t.ask('news', first)).toMatchObject({ outcome: 'refused' })
    t.wait(2)
    expect(t.play('news')).toMatchObject({ outcome: 'admitted' })
  })

  test('reloads that put each other out come to rest', () => {
    const t = account({ maxStreams: 1 })
    let changes = 0
    for (let at = 0; at < 300; at += 1) {
      const verdict = t.play(at % 2 === 0 ? 'news' : 'sport')
      if (verdict.outcome === 'admitted' && !verdict.isKnown) changes += 1
      t.wait(1)
    }
    expect(changes).toBeLessThan(35)
    expect(t.channels()).toHaveLength(1)
  })
})
