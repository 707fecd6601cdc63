import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  createTicketReader,
  mintTicket,
  readTicket,
  type Ticket,
  verifyTicket,
} from '#domain/credentials/ticket'
import { nodeCrypto } from '../node-crypto.ts'

const NOW = 1_795_000_000
const secret = new Uint8Array(32).fill(7)
const ring = (kid: number) => (kid === 3 ? secret : null)
const ticket: Ticket = {
  kid: 3,
  wonBy: 'country',
  issued: NOW,
  expires: NOW + 3600,
  download: 'AAECAwQFBgcICQoL',
  group: 'home',
  account: 'own:1',
}
const mint = (more: Partial<Ticket> = {}) => mintTicket(nodeCrypto, secret, { ...ticket, ...more })
const verify = (text: string, now = NOW) => verifyTicket(nodeCrypto, ring, text, now)

const tickets = fc.record({
  kid: fc.constant(3),
  wonBy: fc.constantFrom('network', 'country', 'account', 'default') as fc.Arbitrary<
    Ticket['wonBy']
  >,
  issued: fc.constant(NOW),
  expires: fc.integer({ min: NOW, max: 0xffffffff }),
  download: fc
    .uint8Array({ minLength: 12, maxLength: 12 })
    .map((it) => Buffer.from(it).toString('base64url')),
  group: fc.string({ unit: 'grapheme', maxLength: 40 }),
  account: fc.string({ unit: 'grapheme', maxLength: 100 }),
})

describe('a ticket', () => {
  test('comes back as it was made, in one path segment long enough to be told from a name', () => {
    fc.assert(
      fc.property(tickets, (it) => {
        const text = mintTicket(nodeCrypto, secret, it)
        expect(text).toMatch(/^[A-Za-z0-9_-]{48,}$/)
        expect(verify(text)).toEqual({ ok: true, ticket: it })
        expect(readTicket(text)).toEqual(it)
      }),
    )
  })

  test('has one spelling: every other text is refused', () => {
    const text = mint()
    for (let at = 0; at < text.length; at += 1)
      for (const other of ['A', 'B', '9', '_', '+', '/', '=', ' ', 'é', '%']) {
        if (text[at] === other) continue
        const verdict = verify(text.slice(0, at) + other + text.slice(at + 1))
        expect(verdict.ok, `${other} at ${at}`).toBe(false)
        expect(verdict.ticket).toBeNull()
      }
    for (const other of [
      `${text}=`,
      `${text}A`,
      text.slice(0, -1),
      text.slice(4),
      '',
      'A'.repeat(90),
    ])
      expect(verify(other).ok).toBe(false)
  })

  test('random texts are refused and never throw', () => {
    const texts = fc.oneof(
      fc.string({ maxLength: 200 }),
      fc
        .uint8Array({ minLength: 20, maxLength: 300 })
        .map((it) => Buffer.from(it).toString('base64url')),
    )
    fc.assert(
      fc.property(texts, (text) => !verify(text).ok),
      { numRuns: 2000 },
    )
  })

  test('dates: expired, not yet, a minute either way for clocks', () => {
    const reason = (text: string, now: number) => {
      const verdict = verify(text, now)
      return verdict.ok ? 'ok' : verdict.reason
    }
    expect(reason(mint(), NOW + 3660)).toBe('ok')
    expect(reason(mint(), NOW + 3661)).toBe('ticket.expired')
    expect(reason(mint(), NOW - 60)).toBe('ok')
    expect(reason(mint(), NOW - 61)).toBe('ticket.not_yet')
    expect(verify(mint(), NOW + 9999).ticket).toEqual(ticket)
  })

  test('a foreign or retired key is a wrong signature', () => {
    const foreign = mintTicket(nodeCrypto, new Uint8Array(32).fill(8), ticket)
    expect(verify(foreign)).toMatchObject({ ok: false, reason: 'ticket.signature' })
    expect(verify(mint({ kid: 4 }))).toMatchObject({ ok: false, reason: 'ticket.signature' })
  })

  test('a pass is no ticket: the signatures have different labels', () => {
    expect(() => mint({ download: 'short' })).toThrow(RangeError)
    expect(() => mint({ group: 'g'.repeat(256) })).toThrow(RangeError)
    expect(() => mint({ account: 'a'.repeat(701) })).toThrow(RangeError)
  })
})

test('a ticket that comes again is judged by the key and the time there are then', () => {
  const keys = new Map<number, Uint8Array>([[3, secret]])
  let signed = 0
  const counting = {
    ...nodeCrypto,
    hmac: (key: Uint8Array, ...parts: readonly Uint8Array[]) => {
      signed += 1
      return nodeCrypto.hmac(key, ...parts)
    },
  }
  const read = createTicketReader(counting, (kid) => keys.get(kid), 2)
  const text = mint()
  expect([read(text, NOW), read(text, NOW)]).toEqual([
    { ok: true, ticket },
    { ok: true, ticket },
  ])
  expect(signed).toBe(1)
  expect(read(text, NOW + 7200)).toEqual({ ok: false, reason: 'ticket.expired', ticket })
  const forged = `${text.slice(0, -1)}${text.endsWith('A') ? 'Q' : 'A'}`
  expect(read(forged, NOW).ok).toBe(false)
  expect(read(forged, NOW).ok).toBe(false)
  keys.set(3, new Uint8Array(32).fill(8))
  expect(read(text, NOW)).toEqual({ ok: false, reason: 'ticket.signature', ticket: null })
  keys.delete(3)
  expect(read(text, NOW)).toEqual({ ok: false, reason: 'ticket.signature', ticket: null })
  keys.set(3, secret)
  // More than it remembers: each is still judged by itself.
  for (const group of ['a', 'b', 'c', 'a'])
    expect(read(mint({ group }), NOW)).toEqual({ ok: true, ticket: { ...ticket, group } })
})
