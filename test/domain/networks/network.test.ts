import fc from 'fast-check'
import IPCIDR from 'ip-cidr'
import { describe, expect, it } from 'vitest'
import {
  type Address,
  addressOfBytes,
  bitsOf,
  contains,
  formatAddress,
  formatNetwork,
  isLan,
  maskAddress,
  networkKey,
  networkNumber,
  networksOfRange,
  parseAddress,
  parseNetwork,
} from '#domain/networks/network'
import addressVectors from '../../vectors/networks/addresses.json' with { type: 'json' }
import networkVectors from '../../vectors/networks/networks.json' with { type: 'json' }

const words = (count: number) =>
  fc.array(fc.nat({ max: 0xffffffff }), { minLength: count, maxLength: count })
const sparse = fc.array(fc.constantFrom(0, 0, 1, 0xffff, 0x10000, 0xffffffff), {
  minLength: 4,
  maxLength: 4,
})
const v4 = words(1).map((w): Address => ({ family: 4, words: w }))
const v6 = fc
  .oneof(words(4), sparse)
  .filter(([a, b, c]) => a !== 0 || b !== 0 || c !== 0xffff)
  .map((w): Address => ({ family: 6, words: w }))
const address = fc.oneof(v4, v6)

const soupOf = (characters: string) =>
  fc.string({ unit: fc.constantFrom(...characters.split('')), maxLength: 50 })

const parsed = (text: string): Address => {
  const found = parseAddress(text)
  if (!found) throw new Error(`no address: ${text}`)
  return found
}

const cidrs = (text: string): string[] => {
  const result = parseNetwork(text)
  return result.ok ? result.networks.map(formatNetwork) : []
}

const numberOf = (a: Address): bigint => a.words.reduce((sum, w) => (sum << 32n) + BigInt(w), 0n)

describe('parseAddress', () => {
  it.each(addressVectors)('reads $text as $canonical', (vector) => {
    const found = parseAddress(vector.text)
    expect(found && formatAddress(found)).toBe(vector.canonical)
    expect(networkKey(vector.text)).toBe(vector.key ?? null)
    if (found) expect(isLan(found)).toBe(vector.isLan)
  })

  it('reads back what it writes', () => {
    fc.assert(
      fc.property(address, (a) => {
        expect(parseAddress(formatAddress(a))).toEqual(a)
      }),
    )
  })

  // njs has no URL to compare with.
  it.skipIf(typeof URL === 'undefined')(
    'reads an IPv6 address like the platform URL parser',
    () => {
      fc.assert(
        fc.property(v6, (a) => {
          expect(new URL(`http://[${formatAddress(a)}]/`).hostname).toBe(`[${formatAddress(a)}]`)
        }),
      )
    },
  )

  it('never throws, and what it takes has one canonical text', () => {
    const soup = soupOf('0123456789abf:.%/- x')
    fc.assert(
      fc.property(fc.oneof(soup, fc.string()), (text) => {
        const found = parseAddress(text)
        if (found) expect(parseAddress(formatAddress(found))).toEqual(found)
      }),
      { numRuns: 2000 },
    )
  })

  it('reads the bytes nginx has for the address', () => {
    expect(addressOfBytes([192, 168, 1, 9])).toEqual(parsed('192.168.1.9'))
    expect(addressOfBytes([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 10, 0, 0, 1])).toEqual(
      parsed('10.0.0.1'),
    )
    expect(addressOfBytes([0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1])).toEqual(
      parsed('2001:db8::1'),
    )
    expect(addressOfBytes([1, 2, 3])).toBeNull()
  })
})

describe('networkKey', () => {
  it('cuts IPv6 where it is told and never IPv4', () => {
    expect(networkKey('2001:db8:1:2ff::9', { v6Prefix: 56 })).toBe('2001:db8:1:200::/56')
    expect(networkKey('2001:db8:1:2::9', { v6Prefix: 48 })).toBe('2001:db8:1::/48')
    expect(networkKey('::ffff:192.0.2.1', { v6Prefix: 48 })).toBe('192.0.2.1')
  })

  it('gives two addresses of one /64 one number, and others another', () => {
    expect(networkNumber(parsed('2001:db8::1'))).toBe(networkNumber(parsed('2001:db8::2')))
    expect(networkNumber(parsed('2001:db8::1'))).not.toBe(networkNumber(parsed('2001:db8:0:1::1')))
    expect(networkNumber(parsed('2001:db8:0:1::'), 48)).toBe(
      networkNumber(parsed('2001:db8::'), 48),
    )
    expect(networkNumber(parsed('::ffff:255.0.0.1'))).toBe(0xff000001)
    const keys = new Set(
      Array.from({ length: 20_000 }, (_, i) =>
        networkNumber({ family: 6, words: [0x20010db8, i, 0, 0] }),
      ),
    )
    expect(keys.size).toBe(20_000)
  })
})

describe('parseNetwork', () => {
  it.each(networkVectors)('reads $text as $networks', (vector) => {
    const result = parseNetwork(vector.text)
    expect(result.ok ? result.networks.map(formatNetwork) : null).toEqual(vector.networks)
    if (result.ok) expect(result.warnings).toHaveLength(vector.warnings ?? 0)
    else expect(result.reason.length).toBeGreaterThan(10)
  })

  it('says what a short form with a long mask probably meant', () => {
    expect(parseNetwork('172.16/24')).toMatchObject({
      warnings: ['172.16/24 means 172.16.0.0/24; did you mean /16?'],
    })
  })

  it('never throws', () => {
    const soup = soupOf('0123456789af:./- ')
    fc.assert(
      fc.property(fc.oneof(soup, fc.string()), (text) => void parseNetwork(text)),
      { numRuns: 2000 },
    )
  })

  it('agrees with ip-cidr on every canonical CIDR: first, last and membership', () => {
    const cidr = address.chain((base) => {
      const bits = bitsOf(base.family)
      return fc
        .integer({ min: 0, max: bits })
        .map((prefix) => ({ base: maskAddress(base, prefix), prefix }))
    })
    fc.assert(
      fc.property(cidr, address, (network, probe) => {
        const theirs = new IPCIDR(formatNetwork(network))
        expect(cidrs(formatNetwork(network))).toEqual([formatNetwork(network)])
        const [first, last] = [parsed(String(theirs.start())), parsed(String(theirs.end()))]
        // The last address of ::/80 is ::ffff:255.255.255.255, which is read as one of IPv4.
        if (last.family === first.family)
          expect(networksOfRange(first, last).map(formatNetwork)).toEqual([formatNetwork(network)])
        if (probe.family === network.base.family)
          expect(contains(network, probe)).toBe(theirs.contains(formatAddress(probe)))
      }),
      { examples: [[{ base: parsed('::'), prefix: 80 }, parsed('::')]] },
    )
  })

  it.each(['::/80', '::8000:0:0/81', '::fffe:0:0/95'])(
    'takes %s, whose last address is one of IPv4, as it is',
    (text) => {
      expect(cidrs(text)).toEqual([text])
    },
  )

  it('covers a range exactly, with networks in order', () => {
    fc.assert(
      fc.property(address, fc.bigInt({ min: 0n, max: 1n << 40n }), (first, length) => {
        const start = numberOf(first)
        const limit = (1n << BigInt(bitsOf(first.family))) - 1n
        const end = start + length > limit ? limit : start + length
        const last: Address = {
          family: first.family,
          words: first.words.map((_, i) =>
            Number((end >> BigInt((first.words.length - 1 - i) * 32)) & 0xffffffffn),
          ),
        }
        let at = start
        for (const { base, prefix } of networksOfRange(first, last)) {
          expect(numberOf(base)).toBe(at)
          expect(maskAddress(base, prefix)).toEqual(base)
          at += 1n << BigInt(bitsOf(first.family) - prefix)
        }
        expect(at).toBe(end + 1n)
      }),
    )
  })
})
