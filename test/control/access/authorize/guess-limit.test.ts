import { afterEach, describe, expect, it } from 'vitest'
import { createGuessLimit } from '../../../../control/access/authorize/guess-limit.ts'
import { httpBackend } from './backend-server.ts'
import { authorizer, opening } from './setting.ts'

const running: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of running.splice(0)) await one.close()
})

const guessing = async () => {
  const server = await httpBackend((query, response) => {
    response.writeHead(query.get('token')?.startsWith('good') === true ? 200 : 403).end()
  })
  const made = authorizer({ urls: [server.url], wrongPerMinute: 20 })
  running.push(server, made.client)
  const ask = (token: string | null, address = opening.address) =>
    made.authorize({ ...opening, token, address })
  return { ...made, ask, server }
}

describe('a flood of wrong tokens', () => {
  it('costs the backends twenty requests and one, not a thousand', async () => {
    const { ask, server, later } = await guessing()
    for (let i = 0; i < 1_000; i += 1) await ask(`wrong-${i}`)
    expect(server.seen.length).toBe(21)
    expect(await ask('another')).toMatchObject({
      verdict: 'deny',
      reason: 'credentials.flood',
      denySec: 60,
    })
    later(61)
    expect(await ask('another')).toMatchObject({ reason: 'backend.deny' })
  })

  it('leaves other networks and remembered good tokens alone', async () => {
    const { ask } = await guessing()
    await ask('good-1')
    for (let i = 0; i < 30; i += 1) await ask(`wrong-${i}`)
    expect(await ask('good-1')).toMatchObject({ verdict: 'allow' })
    expect(await ask('good-2')).toMatchObject({ reason: 'credentials.flood' })
    expect(await ask('good-2', '198.51.100.8')).toMatchObject({ verdict: 'allow' })
  })

  it('is not what one token does that is refused on many channels', async () => {
    const { ask, authorize } = await guessing()
    for (let i = 0; i < 60; i += 1)
      await authorize({ ...opening, token: 'unpaid', channel: `channel-${i}` })
    expect(await ask('good-1')).toMatchObject({ verdict: 'allow' })
  })

  it('never ends a running session', async () => {
    const { ask, authorize } = await guessing()
    const decision = await ask('good-1')
    for (let i = 0; i < 30; i += 1) await ask(`wrong-${i}`)
    const previous = { decision, requestNumber: 1, durationSec: 1, bytes: 1 }
    expect(await authorize({ ...opening, token: 'good-1' }, previous)).toMatchObject({
      reason: 'backend.allow',
    })
  })
})

describe('the wait', () => {
  const limit = (most?: number) => {
    const time = { now: 0 }
    const guesses = createGuessLimit({
      perMinute: 2,
      lockSec: 60,
      v6Prefix: 64,
      now: () => time.now,
      ...(most === undefined ? {} : { limit: most }),
    })
    const guess = (address: string, count = 3) => {
      for (let i = 0; i < count; i += 1) guesses.failed(address, `${i}`)
      return guesses.lockedSec(address)
    }
    return { guesses, guess, time }
  }

  it('doubles while the guessing goes on, up to an hour, and is forgiven after a quiet one', () => {
    const { guess, time } = limit()
    const waits: number[] = []
    for (let round = 0; round < 8; round += 1) {
      waits.push(guess('192.0.2.1'))
      time.now += (waits.at(-1) ?? 0) * 1000
    }
    expect(waits).toEqual([60, 120, 240, 480, 960, 1920, 3600, 3600])
    time.now += 3_600_001
    expect(guess('192.0.2.1')).toBe(60)
  })

  it('is not for a few mistakes a minute', () => {
    const { guess, time } = limit()
    for (let minute = 0; minute < 10; minute += 1) {
      expect(guess('192.0.2.1', 2)).toBe(0)
      time.now += 60_000
    }
  })

  it('holds for the whole IPv6 network', () => {
    const { guess, guesses } = limit()
    guess('2001:db8::1')
    expect(guesses.lockedSec('2001:db8::2')).toBe(60)
    expect(guesses.lockedSec('2001:db8:0:1::1')).toBe(0)
  })

  it('is remembered for so many networks only', () => {
    const { guess, guesses } = limit(10)
    for (let i = 0; i < 100; i += 1) guess(`192.0.2.${i}`)
    const locked = Array.from({ length: 100 }, (_, i) => guesses.lockedSec(`192.0.2.${i}`))
    expect(locked.filter((sec) => sec > 0).length).toBe(10)
    expect(locked[99]).toBe(60)
  })
})
