import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mintPass, PASS_LENGTH, type Pass, readPass, verifyPass } from '#domain/credentials/pass'
import { mintTicket, verifyTicket } from '#domain/credentials/ticket'
import type { Protocol } from '#domain/types'
import { nodeCrypto } from '../node-crypto.ts'

const NOW = 1_795_000_000
const secret = new Uint8Array(32).fill(9)
const ring = (kid: number) => (kid === 1 ? secret : undefined)
const pass: Pass = {
  kid: 1,
  fail: 'open',
  protocol: 'hls',
  expires: NOW + 86_400,
  sid: 'AAECAwQFBgcICQoLDA0ODw',
  download: 'AAECAwQFBgcICQoM',
  group: 'all',
  account: 'own:1',
}
const mint = (more: Partial<Pass> = {}, channel = 'ch1') =>
  mintPass(nodeCrypto, secret, { ...pass, ...more }, channel)
const verify = (text: string, channel = 'ch1', now = NOW) =>
  verifyPass(nodeCrypto, ring, { pass: text, channel }, now)

describe('a pass', () => {
  test('comes back as it was made', () => {
    const passes = fc.record({
      kid: fc.constant(1),
      fail: fc.constantFrom('open', 'closed') as fc.Arbitrary<Pass['fail']>,
      protocol: fc.constantFrom('hls', 'dash', 'mpegts') as fc.Arbitrary<Protocol>,
      expires: fc.integer({ min: NOW, max: 0xffffffff }),
      sid: fc
        .uint8Array({ minLength: 16, maxLength: 16 })
        .map((it) => Buffer.from(it).toString('base64url')),
      download: fc.option(fc.constant('AAECAwQFBgcICQoL')),
      group: fc.string({ unit: 'grapheme', maxLength: 40 }),
      account: fc.string({ unit: 'grapheme', maxLength: 100 }),
    })
    fc.assert(
      fc.property(passes, (it) => {
        const text = mintPass(nodeCrypto, secret, it, 'c')
        expect(text.length).toBeGreaterThanOrEqual(PASS_LENGTH.min)
        expect(verify(text, 'c')).toEqual({ ok: true, pass: it })
        expect(readPass(text)).toEqual(it)
      }),
    )
  })

  test('holds for its channel only', () => {
    expect(verify(mint(), 'ch2')).toMatchObject({ ok: false, reason: 'pass.signature' })
    expect(verify(mint({}, 'ch2'), 'ch2').ok).toBe(true)
  })

  test('has one spelling, and any changed bit breaks it', () => {
    const text = mint()
    for (let at = 0; at < text.length; at += 1)
      for (const other of ['A', 'Q', '-', '='])
        if (text[at] !== other)
          expect(verify(text.slice(0, at) + other + text.slice(at + 1)).ok).toBe(false)
  })

  test('expires, a minute late for clocks', () => {
    expect(verify(mint(), 'ch1', pass.expires + 60).ok).toBe(true)
    expect(verify(mint(), 'ch1', pass.expires + 61)).toMatchObject({ reason: 'pass.expired', pass })
  })

  test('shows its protocol in its fifth and sixth character, where nginx looks', () => {
    const isStream = (text: string) => /^[A-Za-z0-9_-]{4}A[w-z0-9_-]/.test(text)
    for (const expires of [NOW, 0x7fffffff, 0x80000000, 0xffffffff])
      for (const kid of [1, 255]) {
        expect(isStream(mint({ protocol: 'mpegts', expires, kid }))).toBe(true)
        expect(isStream(mint({ protocol: 'hls', expires, kid }))).toBe(false)
        expect(isStream(mint({ protocol: 'dash', expires, kid }))).toBe(false)
      }
  })

  test('and a ticket are never taken for each other', () => {
    const ticket = mintTicket(nodeCrypto, secret, {
      kid: 1,
      wonBy: 'network',
      issued: NOW,
      expires: NOW + 60,
      download: 'AAECAwQFBgcICQoL',
      group: 'all',
      account: 'own:1',
    })
    expect(verify(ticket)).toMatchObject({ ok: false, reason: 'pass.malformed' })
    expect(verifyTicket(nodeCrypto, ring, mint(), NOW)).toMatchObject({
      reason: 'ticket.malformed',
    })
  })
})
