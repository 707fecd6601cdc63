import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseAddress } from '#domain/networks/network'
import { lookup } from '#domain/networks/subnets'
import { buildGroupNetworks } from '../../../control/groups/group-networks.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gh-networks-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const find = (tables: Awaited<ReturnType<typeof buildGroupNetworks>>, text: string) => {
  const address = parseAddress(text)
  return address && tables.index.find(address)
}

describe('group networks', () => {
  it('come from the configuration and from files beside it, with comments, and are quoted in rules', async () => {
    await writeFile(
      join(folder, 'office.txt'),
      '\u{feff}# office\r\n10.1/16 ; main\r\n\r\n2001:db8::/48\r\n',
    )
    const tables = await buildGroupNetworks(
      [
        { id: 'a', networks: ['file:office.txt', '192.0.2.1-192.0.2.2'] },
        { id: 'b', networks: [`file:${join(folder, 'office.txt')}`, '10.1.5/24'] },
      ],
      folder,
    )
    expect(tables.problems).toEqual([])
    expect(find(tables, '10.1.9.9')).toEqual({ group: 'a', text: 'office.txt line 2: 10.1/16' })
    expect(find(tables, '10.1.5.9')).toEqual({ group: 'b', text: '10.1.5/24' })
    expect(find(tables, '2001:db8::5')).toEqual({
      group: 'a',
      text: 'office.txt line 4: 2001:db8::/48',
    })
    expect(find(tables, '192.0.2.2')).toEqual({ group: 'a', text: '192.0.2.1-192.0.2.2' })
    expect(find(tables, '192.0.2.3')).toBeNull()
    expect(tables.warnings).toEqual([
      '10.1.0.0/16 is in a and in b; a wins',
      '2001:db8::/48 is in a and in b; a wins',
    ])
    expect(tables.files).toHaveLength(2)
  })

  it('are refused as a whole, every problem named with its line', async () => {
    await writeFile(join(folder, 'bad.txt'), '10.0.0.0/8\n10.0.0.300\n')
    const { problems, pages } = await buildGroupNetworks(
      [{ id: 'a', networks: ['file:bad.txt', 'file:none.txt', '010.0.0.0/8', '192.168.0.0/16'] }],
      folder,
    )
    expect(problems).toEqual([
      'bad.txt line 2: 10.0.0.300: not an address, a CIDR such as 10.0.0.0/8, or a range',
      `${join(folder, 'none.txt')}: there is no such file`,
      '010.0.0.0/8: not an address before the slash (no leading zeros, no trailing dot)',
    ])
    expect(pages.size).toBe(0)
  })

  it('pass on what was odd', async () => {
    const { warnings } = await buildGroupNetworks(
      [{ id: 'a', networks: ['172.16/24', '::1'] }],
      folder,
    )
    expect(warnings).toEqual([
      '172.16/24: 172.16/24 means 172.16.0.0/24; did you mean /16?',
      '::1/128 in a is narrower than /64; its whole /64 is taken',
    ])
  })

  it('load by the hundred thousand from a file', async () => {
    const v4 = Array.from(
      { length: 60_000 },
      (_, i) => `${1 + (i % 200)}.${i >> 8}.${i & 255}.0/24`,
    )
    const v6 = Array.from({ length: 40_000 }, (_, i) => `2a00:${i.toString(16)}::/${32 + (i % 17)}`)
    await writeFile(join(folder, 'many.txt'), [...v4, ...v6].join('\n'))
    const networks = ['file:many.txt']
    const tables = await buildGroupNetworks(
      [
        { id: 'a', networks },
        { id: 'b', networks: ['0/0', '::/0'] },
      ],
      folder,
    )
    expect(tables.problems).toEqual([])
    expect(tables.pages.size).toBeLessThan(90_000)
    for (let i = 0; i < 40_000; i += 997)
      for (const probe of [
        `${1 + (i % 200)}.${i >> 8}.${i & 255}.77`,
        `${(i % 250) + 1}.250.3.4`,
        `2a00:${i.toString(16)}::1`,
      ])
        expect([probe, lookup((key) => tables.pages.get(key), probe)]).toEqual([
          probe,
          find(tables, probe)?.group,
        ])
  })

  it('answer alike at control and at the edge, whatever the networks', async () => {
    const octet = fc.constantFrom(0, 1, 10, 127, 128, 255)
    const v4 = fc.tuple(octet, octet, octet, octet).map((parts) => parts.join('.'))
    const group16 = fc.constantFrom('0', '1', '2001', 'ffff', 'db8')
    const v6 = fc
      .tuple(group16, group16, group16, group16, group16)
      .map((parts) => `${parts.join(':')}::`)
    const network = fc.oneof(
      fc.tuple(v4, fc.nat({ max: 32 })).map(([base, prefix]) => `${base}/${prefix}`),
      fc.tuple(v6, fc.nat({ max: 128 })).map(([base, prefix]) => `${base}/${prefix}`),
    )
    const lists = fc.array(fc.array(network, { maxLength: 8 }), { minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(
        lists,
        fc.array(fc.oneof(v4, v6), { maxLength: 20 }),
        async (all, probes) => {
          const groups = all.map((networks, index) => ({ id: `g${index}`, networks }))
          const tables = await buildGroupNetworks(groups, folder)
          for (const probe of probes)
            expect(lookup((key) => tables.pages.get(key), probe)).toBe(
              find(tables, probe)?.group ?? null,
            )
        },
      ),
      { numRuns: 300 },
    )
  })
})
