import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ANSWER_HEADERS, REQUEST_HEADERS } from '#domain/channels/protocol'
import {
  decodeBase64url,
  decodeHex,
  decodePercent,
  decodeUtf8,
  encodeBase64url,
  encodeUtf8,
} from '#domain/credentials/encoding'
import { classify } from '#domain/viewer/classify'
import { type DeviceTraits, deviceId } from '#domain/viewer/device'
import { userAgentFamily } from '#domain/viewer/user-agent'
import { nodeCrypto } from '../node-crypto.ts'

test('header names of a question are unique', () => {
  const names = Object.values(REQUEST_HEADERS).map((name) => name.toLowerCase())
  expect(new Set(names).size).toBe(names.length)
  expect(Object.values(ANSWER_HEADERS)).toContain('X-Gatehouse-Reason')
})

describe('encodings', () => {
  test('base64url agrees with Node, and only with its canonical form', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const text = Buffer.from(bytes).toString('base64url')
        expect(encodeBase64url(bytes)).toBe(text)
        expect(Uint8Array.from(decodeBase64url(text) ?? [])).toEqual(bytes)
      }),
    )
    fc.assert(
      fc.property(fc.string({ maxLength: 30 }), (text) => {
        const bytes = decodeBase64url(text)
        if (bytes !== null) expect(encodeBase64url(bytes)).toBe(text)
      }),
    )
  })
  test('UTF-8, hex and percent', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(decodeUtf8(encodeUtf8(text))).toBe(text)
      }),
    )
    expect(decodeUtf8(Uint8Array.of(0xff))).toBeNull()
    expect(decodeUtf8(Uint8Array.of(0xc0, 0x80))).toBeNull()
    expect(decodeUtf8(encodeUtf8('100%25'))).toBe('100%25')
    expect(decodeHex('00ff')).toEqual(Uint8Array.of(0, 255))
    expect([decodeHex('0'), decodeHex('zz')]).toEqual([null, null])
    expect([decodePercent('a%20b'), decodePercent('%')]).toEqual(['a b', '%'])
  })
})

describe('groups', () => {
  const groups = [
    { id: 'home', countries: [], isDefault: false },
    { id: 'land', countries: ['PT'], isDefault: false },
    { id: 'paid', countries: [], isDefault: false },
    { id: 'rest', countries: [], isDefault: true },
  ]
  test('network before country before account before default', () => {
    const facts = { networkGroup: 'home', country: 'PT', accountGroup: 'paid' }
    expect(classify(groups, facts)).toEqual({ group: 'home', wonBy: 'network' })
    expect(classify(groups, { ...facts, networkGroup: null })).toEqual({
      group: 'land',
      wonBy: 'country',
    })
    expect(classify(groups, { ...facts, networkGroup: 'gone', country: 'XX' })).toEqual({
      group: 'paid',
      wonBy: 'account',
    })
    expect(classify(groups, { networkGroup: null, country: null, accountGroup: null })).toEqual({
      group: 'rest',
      wonBy: 'default',
    })
    expect(classify([], facts)).toBeNull()
  })
})

describe('devices', () => {
  test.each([
    ['VLC/3.0.20 LibVLC/3.0.20', 'vlc'],
    ['Lavf/60.16.100', 'ffmpeg'],
    ['TiviMate/4.7.0 (Android 11)', 'tivimate'],
    ['Mozilla/5.0 (X11) AppleWebKit/537.36 Chrome/120.0 Safari/537.36', 'chrome'],
    ['Mozilla/5.0 (X11) Chrome/120.0 Safari/537.36 Edg/120.0', 'edge'],
    ['AppleCoreMedia/1.0.0.20G75 (iPhone)', 'apple'],
    ['SomeBox/7.1 (x)', 'other:somebox'],
    ['', 'none'],
  ])('%s is %s', (agent, family) => {
    expect(userAgentFamily(agent)).toBe(family)
  })
  test('an update of the player stays the same device; account, network, family and session do not', () => {
    const base = {
      account: 'own:1',
      network: '192.0.2.1',
      family: userAgentFamily('VLC/3.0.20'),
      playback: null,
    }
    const id = (more: Partial<DeviceTraits> = {}) => deviceId(nodeCrypto, { ...base, ...more })
    expect(id({ family: userAgentFamily('VLC/3.0.21') })).toBe(id())
    const others = [
      id({ account: 'own:2' }),
      id({ network: '192.0.2.2' }),
      id({ family: userAgentFamily('Kodi/20') }),
      id({ playback: 'p' }),
    ]
    expect(new Set([id(), ...others]).size).toBe(5)
  })
})
