import { describe, expect, test } from 'vitest'
import { openSeal, type SealBinding, type SealedPlace, sealPlace } from '#domain/addresses/seal'
import { nodeCrypto } from '../node-crypto.ts'

const secret = new Uint8Array(32).fill(7)
const secrets: Record<number, Uint8Array> = { 3: secret, 4: new Uint8Array(32).fill(8) }
const secretOf = (kid: number) => secrets[kid]
const key = { kid: 3, secret }
const binding = { channel: 'ch1', origin: 'http://o:1', address: '/hls/ch1/index.?' }
const place: SealedPlace = { kind: 'files', origin: 'http://o:1', path: '/keys/USER/PASS/' }
const seal = sealPlace(nodeCrypto, key, binding, place) ?? ''
const open = (text: string, other: SealBinding = binding, name = 'a.ts') =>
  openSeal(nodeCrypto, secretOf, { ...other, name }, text)

describe('a seal', () => {
  test.each<SealedPlace>([
    place,
    { kind: 'tree', origin: 'https://cdn.example', path: '/v/' },
    { kind: 'file', origin: 'http://o:1', path: `/${'long/'.repeat(50)}ü%20x.ts` },
  ])('opens to the place it was made of', (it) => {
    const text = sealPlace(nodeCrypto, key, binding, it) ?? ''
    expect(text).toMatch(/^~[A-Za-z0-9_-]+$/)
    expect(open(text)).toEqual(it)
  })

  test('is the same for everybody and tells nobody where it leads', () => {
    expect(sealPlace(nodeCrypto, key, binding, place)).toBe(seal)
    expect(Buffer.from(seal.slice(1), 'base64url').toString('utf8')).not.toContain('PASS')
  })

  test('is bound to channel, origin, kind and path', () => {
    expect(open(seal, { ...binding, channel: 'ch2' })).toBeNull()
    expect(open(seal, { ...binding, origin: 'http://o:2' })).toBeNull()
    expect(open(seal, { ...binding, address: '/hls/ch2/index.?' })).toBeNull()
    expect(open(seal, { channel: 'ch1', origin: 'http://o:1' })).toBeNull()
    const others = [
      { ...place, kind: 'tree' as const },
      { ...place, path: '/keys/' },
      { ...place, origin: 'http://p:1' },
    ].map((it) => sealPlace(nodeCrypto, key, binding, it))
    expect(new Set([seal, ...others]).size).toBe(4)
  })

  test.each(['manifest', 'remote'] as const)('of one %s opens by its own name alone', (kind) => {
    const one = { ...place, kind, path: '/list.php?t=SECRET', name: 'index.m3u8' }
    const text = sealPlace(nodeCrypto, key, binding, one) ?? ''
    expect(open(text, binding, 'index.m3u8')).toEqual(one)
    for (const name of ['', 'a.ts', 'index.m3u', 'index.m3u8/', 'INDEX.m3u8', 'index.m3u8?'])
      expect(open(text, binding, name), name).toBeNull()
    expect(sealPlace(nodeCrypto, key, binding, { ...one, name: 'a.ts' })).not.toBe(text)
  })

  test('opens with the key that made it, while that is known', () => {
    const second = sealPlace(
      nodeCrypto,
      { kid: 4, secret: new Uint8Array(32).fill(8) },
      binding,
      place,
    )
    expect(open(second ?? '')).toEqual(place)
    const unknown = sealPlace(nodeCrypto, { kid: 5, secret }, binding, place)
    expect(open(unknown ?? '')).toBeNull()
  })

  test('changed anywhere opens nothing', () => {
    const letters = 'ABab01-_'
    for (let at = 0; at < seal.length; at += 1)
      for (const letter of letters) {
        const changed = seal.slice(0, at) + letter + seal.slice(at + 1)
        if (changed !== seal) expect(open(changed)).toBeNull()
      }
    for (const text of ['', '~', '~AAAA', seal.slice(1), `${seal}A`, seal.slice(0, -1)])
      expect(open(text)).toBeNull()
  })

  test('is not made of what is too long', () => {
    expect(
      sealPlace(nodeCrypto, key, binding, { ...place, path: `/${'x'.repeat(5000)}` }),
    ).toBeNull()
  })
})
