import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Address, formatAddress } from '#domain/networks/address'
import { bitsOf, contains, maskAddress, type Network, parseNetwork } from '#domain/networks/network'
import { buildSubnetTable, diffPages, type GroupNetworks } from '#domain/networks/subnet-pages'
import { lookup } from '#domain/networks/subnets'

const networksOf = (...texts: string[]): Network[] =>
  texts.flatMap((text) => {
    const parsed = parseNetwork(text)
    if (!parsed.ok) throw new Error(`${text}: ${parsed.reason}`)
    return [...parsed.networks]
  })

const group = (id: string, ...texts: string[]): GroupNetworks => ({
  id,
  networks: networksOf(...texts),
})

const finder = (pages: ReadonlyMap<string, string>) => (address: string) =>
  lookup((key) => pages.get(key), address)

const findIn = (...groups: GroupNetworks[]) => finder(buildSubnetTable(groups).pages)

/** The definition: the longest prefix wins, of equal ones the first in config order; IPv6 counts to /64. */
const reference = (groups: readonly GroupNetworks[], address: Address): string | null => {
  let best: { id: string; prefix: number } | null = null
  for (const { id, networks } of groups)
    for (const network of networks) {
      const prefix = network.base.family === 6 ? Math.min(64, network.prefix) : network.prefix
      const widened = { base: maskAddress(network.base, prefix), prefix }
      if (contains(widened, address) && (!best || prefix > best.prefix)) best = { id, prefix }
    }
  return best?.id ?? null
}

/** Whether the words are an IPv4 address written as IPv6: read from text, that is IPv4. */
const isMapped = ([a, b, c]: readonly number[]) => a === 0 && b === 0 && c === 0xffff

/** Words from few values, so that networks nest, touch and repeat. */
const word = fc.oneof(
  fc.constantFrom(0, 1, 0x0a000000, 0x0a00ff00, 0x0aff0000, 0x20010db8, 0xffffffff, 0xfffffffe),
  fc.nat({ max: 0xffffffff }),
)
const address: fc.Arbitrary<Address> = fc.oneof(
  word.map((value): Address => ({ family: 4, words: [value] })),
  fc
    .tuple(fc.constantFrom(0x20010db8, 0xfd000000, 0), word, word, word)
    .filter((words) => !isMapped(words))
    .map((words): Address => ({ family: 6, words })),
)
const network: fc.Arbitrary<Network> = address.chain((base) =>
  fc
    .integer({ min: 0, max: bitsOf(base.family) })
    .map((prefix) => ({ base: maskAddress(base, prefix), prefix })),
)
const groupList = fc
  .array(fc.array(network, { maxLength: 12 }), { minLength: 1, maxLength: 5 })
  .map((lists) => lists.map((networks, index) => ({ id: `g${index}`, networks })))

/** An address one step before, at, and one step behind each edge of a network. */
const edgesOf = ({ base, prefix }: Network): Address[] => {
  const bits = BigInt(bitsOf(base.family))
  const size = 1n << (bits - BigInt(prefix))
  const start = base.words.reduce((sum, w) => (sum << 32n) + BigInt(w), 0n)
  return [start - 1n, start, start + size - 1n, start + size]
    .filter((value) => value >= 0n && value < 1n << bits)
    .map((value) => ({
      family: base.family,
      words: base.words.map((_, i) =>
        Number((value >> BigInt((base.words.length - 1 - i) * 32)) & 0xffffffffn),
      ),
    }))
    .filter(({ words }) => !isMapped(words))
}

describe('lookup', () => {
  it('finds what the naive longest prefix finds, at every edge and anywhere', () => {
    fc.assert(
      fc.property(groupList, fc.array(address, { maxLength: 20 }), (groups, others) => {
        const find = findIn(...groups)
        const probes = groups.flatMap((g) => g.networks.flatMap(edgesOf)).concat(others)
        for (const probe of probes)
          expect([formatAddress(probe), find(formatAddress(probe))]).toEqual([
            formatAddress(probe),
            reference(groups, probe),
          ])
      }),
      { numRuns: 400 },
    )
  })

  it.each([
    ['192.168.1.5', 'home'],
    ['::ffff:192.168.1.5', 'home'],
    ['::ffff:c0a8:105', 'home'],
    ['192.168.2.5', 'all'],
    ['2001:db8:7::1', 'home'],
    ['2001:db8:8::1', 'six'],
    ['2001:db9::1', null],
    ['not an address', null],
    ['fe80::1%eth0', null],
  ])('puts %s into %s', (text, id) => {
    const find = findIn(
      group('home', '192.168.1/24', '2001:db8:7::/48'),
      group('all', '0.0.0.0/0'),
      group('six', '2001:db8::/32'),
    )
    expect(find(text)).toBe(id)
  })

  it('needs few values for short prefixes of either family', () => {
    expect(buildSubnetTable([group('all', '0.0.0.0/0', '::/0')]).pages.size).toBe(256 + 1 + 1)
    expect(buildSubnetTable([group('ula', 'fc00::/7', '2a00::/16')]).pages.size).toBeLessThan(25)
  })
})

describe('buildSubnetTable', () => {
  it('lets the first group win an equal prefix, and says so', () => {
    const table = buildSubnetTable([group('a', '10/8'), group('b', '10.0.0.0/8', '10.1.0.0/16')])
    expect(finder(table.pages)('10.2.0.1')).toBe('a')
    expect(finder(table.pages)('10.1.0.1')).toBe('b')
    expect(table.warnings).toEqual(['10.0.0.0/8 is in a and in b; a wins'])
  })

  it('takes the same network twice in one group without a word', () => {
    expect(buildSubnetTable([group('a', '10/8', '10.0.0.0/8')]).warnings).toEqual([])
  })

  it('widens IPv6 below /64 to the viewer’s /64, and says so', () => {
    const table = buildSubnetTable([group('a', '2001:db8::5')])
    expect(finder(table.pages)('2001:db8::ffff')).toBe('a')
    expect(finder(table.pages)('2001:db8:0:1::5')).toBeNull()
    expect(table.warnings[0]).toContain('2001:db8::5/128 in a')
  })

  it('spells out twenty warnings and counts the rest', () => {
    const many = Array.from({ length: 30 }, (_, i) => `10.0.${i}.0/24`)
    const { warnings } = buildSubnetTable([group('a', ...many), group('b', ...many)])
    expect(warnings).toHaveLength(21)
    expect(warnings.at(-1)).toBe('and 10 more')
  })

  it('keeps the pages of a group when another is added before it', () => {
    const a = group('a', '10.1.2.0/24')
    const before = buildSubnetTable([a]).pages
    const change = diffPages(before, buildSubnetTable([group('b', '11.0.0.0/24'), a]).pages)
    expect([...change.set.values()].filter((value) => value === 'a')).toEqual([])
    expect(change.set.has('40a01')).toBe(false)
    expect(change.delete).toEqual([])
  })
})

describe('diffPages', () => {
  it('turns any table into any other', () => {
    fc.assert(
      fc.property(groupList, groupList, (before, after) => {
        const from = buildSubnetTable(before).pages
        const to = buildSubnetTable(after).pages
        const change = diffPages(from, to)
        const live = new Map(from)
        for (const key of change.delete) live.delete(key)
        for (const [key, value] of change.set) live.set(key, value)
        expect(live).toEqual(to)
      }),
    )
  })
})
