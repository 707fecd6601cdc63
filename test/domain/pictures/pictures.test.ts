import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openSeal, sealPlace } from '#domain/addresses/seal'
import { openPicture, sealPicture } from '#domain/pictures/sealed-picture'
import { compileThrough, isPrivateHost, throughProblem } from '#domain/pictures/through'
import { nodeCrypto } from '../node-crypto.ts'

const secret = new Uint8Array(32).fill(5)
const key = { kid: 2, secret }
const secretOf = (kid: number) => (kid === 2 ? secret : null)
const open = (seal: string) => openPicture(nodeCrypto, secretOf, seal)
const ADDRESS = 'http://user:SECRET@10.0.0.5:8000/logos/a%20b.png?v=1&u=SECRET'

describe('a sealed picture', () => {
  const named = sealPicture(nodeCrypto, key, ADDRESS) ?? ''
  const seal = named.replace(/\.png$/, '')

  test('keeps its extension, tells nothing else, and opens to the whole address', () => {
    expect(named).toMatch(/^~[A-Za-z0-9_-]+\.png$/)
    expect(Buffer.from(seal.slice(1), 'base64url').toString('utf8')).not.toMatch(/SECRET|10\.0/)
    expect(open(seal)).toBe(ADDRESS)
    expect(sealPicture(nodeCrypto, key, ADDRESS)).toBe(named)
    for (const plain of ['http://h/logo.php?id=7', 'http://h/x.png.exe'])
      expect(sealPicture(nodeCrypto, key, plain)).not.toContain('.')
    expect(sealPicture(nodeCrypto, key, `http://h/${'x'.repeat(5000)}`)).toBeNull()
  })

  test('changed in any letter, cut or lengthened, opens nothing', () => {
    for (let at = 0; at < seal.length; at += 1)
      for (const letter of 'ABab01-_') {
        const changed = seal.slice(0, at) + letter + seal.slice(at + 1)
        if (changed !== seal) expect(open(changed)).toBeNull()
      }
    for (const text of ['', '~', seal.slice(1), seal.slice(0, -1), `${seal}A`, `~${seal}`])
      expect(open(text)).toBeNull()
    expect(openPicture(nodeCrypto, () => new Uint8Array(32), seal)).toBeNull()
    expect(openPicture(nodeCrypto, () => null, seal)).toBeNull()
  })

  test('is no seal of a channel, and no seal of a channel is one', () => {
    const binding = { channel: 'ch1', origin: 'http://o:1' }
    const place = { kind: 'file', origin: 'http://o:1', path: '/a.png' } as const
    expect(open(sealPlace(nodeCrypto, key, binding, place) ?? '')).toBeNull()
    expect(openSeal(nodeCrypto, secretOf, binding, seal)).toBeNull()
  })

  test('opens to any address it was made of', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true }), (address) => {
        const name = sealPicture(nodeCrypto, key, address) ?? ''
        expect(open(name.replace(/\.[a-z]{3,4}$/, ''))).toBe(address)
      }),
    )
  })
})

describe('hosts whose pictures come through the edge', () => {
  test.each([
    ['10.0.0.5', true],
    ['172.16.9.1', true],
    ['172.32.0.1', false],
    ['192.168.1.1', true],
    ['127.0.0.1', true],
    ['100.64.0.1', true],
    ['169.254.1.1', true],
    ['[::1]', true],
    ['[fd00::1]', true],
    ['[fe80::1]', true],
    ['[::ffff:a00:5]', true],
    ['[2001:db8::1]', false],
    ['203.0.113.5', false],
    ['localhost', true],
    ['nas', true],
    ['NAS.Local', true],
    ['panel.lan', true],
    ['panel.lan.', true],
    ['plex.home.arpa', true],
    ['logos.example.com', false],
    ['local.example.com', false],
    ['mylan', true],
    ['example.mylan', false],
  ])('%s is private: %s', (host, isPrivate) => {
    expect(isPrivateHost(host)).toBe(isPrivate)
    expect(compileThrough(['private'])(host)).toBe(isPrivate)
    expect(compileThrough(['all'])(host)).toBe(true)
    expect(compileThrough([])(host)).toBe(false)
  })

  test('are named by name, domain, address or network', () => {
    const isThrough = compileThrough([
      'Logos.Example',
      '*.panel.example',
      '10.0.0.0/8',
      '2001:db8::5',
    ])
    const hosts = [
      'logos.example',
      'a.panel.example',
      'a.b.panel.example',
      '10.9.8.7',
      '[2001:db8::5]',
    ]
    expect(hosts.filter(isThrough)).toEqual(hosts)
    const others = [
      'x.logos.example',
      'panel.example',
      'evilpanel.example',
      '11.0.0.1',
      '[2001:db8::6]',
    ]
    expect(others.filter(isThrough)).toEqual([])
  })

  test.each([
    'private',
    'ALL',
    'nas',
    'a.example',
    '*.a.example',
    '10.0.0.5',
    '10.0.0.0/8',
    'fd00::/8',
  ])('%s may be named', (entry) => expect(throughProblem(entry)).toBeNull())

  test.each([
    '',
    'http://a.example',
    'a.example/x',
    'a.example:80',
    '*',
    '*.',
    '10.0.0.0/40',
    '10.0.0',
    'a b',
    '[::1]',
  ])('%s may not', (entry) => expect(throughProblem(entry)).toContain('neither a host'))
})
