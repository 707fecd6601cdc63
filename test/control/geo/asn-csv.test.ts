import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { addressOfV4 } from '#domain/networks/network'
import { AsnCsv } from '../../../control/geo/asn-csv.ts'
import { defaultAsnFiles } from '../../../control/geo/default-files.ts'
import { createGeo } from '../../../control/geo/geo.ts'
import { withTempDir } from '../../support/temp-dir.ts'
import { textOf } from './text-of-number.ts'

const nothing = () => undefined

test('hosting, homes and mobile carriers are known out of the box, in both families', async () => {
  const geo = await createGeo({ files: [], asnFiles: defaultAsnFiles(), onProblem: nothing })
  try {
    expect(geo.network('1.1.1.1')).toEqual({ asn: 13_335, org: 'Cloudflare, Inc.' })
    expect(geo.network('8.8.8.8')?.asn).toBe(15_169)
    expect(geo.network('2001:4860:4860::8888')?.asn).toBe(15_169)
    expect(geo.network('::ffff:8.8.8.8')?.asn).toBe(15_169)
    expect(geo.network('2606:4700:4700::1111')?.asn).toBe(13_335)
    for (const nobodys of ['10.0.0.1', '192.168.1.1', '127.0.0.1', '::1', 'fd00::1', 'x', ''])
      expect(geo.network(nobodys), nobodys).toBeNull()
  } finally {
    geo.stop()
  }
})

test('the table that comes along is read in a moment and takes half of 30 MB, in both families', async () => {
  const files = defaultAsnFiles().map((path, at) => new AsnCsv(path, at === 0 ? 4 : 6, nothing))
  expect(defaultAsnFiles().every((path) => statSync(path).size > 1_000_000)).toBe(true)
  const start = process.cpuUsage()
  for (const file of files) await file.refresh()
  const { user, system } = process.cpuUsage(start)
  expect(files[0]?.get('1.1.1.1')).not.toBeNull()
  expect(files[1]?.get('2606:4700:4700::1111')).not.toBeNull()
  // Some 0.5 s of an idle processor; one that others use, too, counts several times as much.
  expect((user + system) / 1e6).toBeLessThan(5)
  for (const { byteLength } of files) expect(byteLength).toBeGreaterThan(1e6)
  expect(files.reduce((sum, { byteLength }) => sum + byteLength, 0)).toBeLessThan(15e6)
})

test('every range is found by its ends and its middle', async () => {
  for (const [at, path] of defaultAsnFiles().entries()) {
    const file = new AsnCsv(path, at === 0 ? 4 : 6, nothing)
    const lines = readFileSync(path, 'utf8').split('\n')
    for (let row = 0; row < lines.length - 1; row += 997) {
      const [first = '', last = '', asn] = lines[row]?.split(',') ?? []
      const [from, to] = [BigInt(first), BigInt(last)]
      for (const value of [from, (from + to) / 2n, to])
        expect(file.get(textOf(value, file.family)), `${value}`).toMatchObject({ asn: Number(asn) })
    }
  }
})

test('a file is read at its first look-up', async () => {
  await withTempDir((folder) => {
    const path = join(folder, 'asn-ipv4.csv')
    const problems: string[] = []
    const file = new AsnCsv(path, 4, ({ reason }) => problems.push(reason))
    writeFileSync(path, '16777216,16777471,13335,Cloud\r\n')
    expect(file.isUsed()).toBe(false)
    expect(file.get('::1')).toBeNull()
    expect(file.isUsed()).toBe(false)
    expect(file.get('1.0.0.9')).toEqual({ asn: 13_335, as_organization: 'Cloud' })
    const missing = new AsnCsv(join(folder, 'none.csv'), 4, ({ reason }) => problems.push(reason))
    expect(missing.get('1.0.0.9')).toBeNull()
    expect(missing.get('1.0.0.9')).toBeNull()
    expect(problems).toHaveLength(1)
    return Promise.resolve()
  })
})

/** Lines of ranges of one address each, as many as asked for. */
const many = (count: number, from: number): string =>
  Array.from(
    { length: count },
    (_, at) => `${16_777_216 + from + at},${16_777_216 + from + at},1,A`,
  ).join('\n')

test('where ranges overlap, the later one has what both have', async () => {
  await withTempDir(async (folder) => {
    const path = join(folder, 'asn-ipv4.csv')
    writeFileSync(path, '100,300,1,A\n200,250,2,B\n251,4294967295,2,B\n4294967295,4294967295,3,C')
    const file = new AsnCsv(path, 4, ({ reason }) => expect.fail(reason))
    await file.refresh()
    const asnOf = (value: number) => file.get('', addressOfV4(value))?.asn ?? null
    expect([99, 100, 199, 200, 250, 251, 2 ** 32 - 2, 2 ** 32 - 1].map(asnOf)).toEqual([
      null,
      1,
      1,
      2,
      2,
      2,
      2,
      3,
    ])
  })
})

test('one number may have several names', async () => {
  await withTempDir(async (folder) => {
    const path = join(folder, 'asn-ipv6.csv')
    const [a, b] = [
      42540488161975842760550356425300246528n,
      42540488241204005274814694018844196864n,
    ]
    writeFileSync(path, `${a},${b - 1n},4200000001,Nord\n${b},${b + 9n},4200000001,Süd\n`)
    const file = new AsnCsv(path, 6, ({ reason }) => expect.fail(reason))
    await file.refresh()
    const [first, last] = [file.get(textOf(b - 1n, 6)), file.get(textOf(b + 9n, 6))]
    expect(first).toEqual({ asn: 4_200_000_001, as_organization: 'Nord' })
    expect(last).toEqual({ asn: 4_200_000_001, as_organization: 'Süd' })
    expect(file.get(textOf(b + 10n, 6))).toBeNull()
  })
})

test.each([
  [
    'edges of ranges',
    '16777216,16777471,13335,"Cloud, ""flare"""\r\n16777472,16777473,7,B\n',
    null,
  ],
  ['words', 'one,two,three,four\n', 'not a CSV'],
  ['addresses in quads', '1.0.0.0,1.0.0.255,13335,A\n', 'not a CSV'],
  [
    'numbers of other sizes',
    '900,1000,1,A\n16777216,16777471,2,B\n90,100,3,C\n',
    'not in ascending order',
  ],
  ['its order turned once', `${many(99, 1)}\n16777215,16777215,1,A\n${many(9, 999)}`, 'ascending'],
  ['a last address before the first', '16777471,16777216,1,A\n', 'not in ascending order'],
  [
    'an address of the other family',
    '16777216,42540488161975842760550356425300246528,1,A\n',
    'CSV',
  ],
  ['a line without an end', `16777216,16777471,1,${'A'.repeat(300_000)}`, 'not a CSV'],
  ['a word further on', `${'16777216,16777471,1,A\n'.repeat(9)}name\n`, 'not a CSV'],
  ['nothing', '', 'no ranges'],
  ['blank lines alone', '\r\n\n', 'no ranges'],
])('a file with %s', async (_, text, problem) => {
  await withTempDir(async (folder) => {
    const path = join(folder, 'asn-ipv4.csv')
    writeFileSync(path, text)
    const problems: string[] = []
    const file = new AsnCsv(path, 4, ({ reason }) => problems.push(reason))
    await file.refresh()
    if (problem !== null) return expect(problems.join()).toContain(problem)
    expect(problems).toEqual([])
    expect(file.get('1.0.0.0')).toEqual({ asn: 13_335, as_organization: 'Cloud, "flare"' })
    expect(file.get('1.0.0.255')).toMatchObject({ asn: 13_335 })
    expect(file.get('1.0.1.1')).toMatchObject({ asn: 7 })
    for (const outside of ['1.0.1.2', '0.255.255.255', '255.255.255.255'])
      expect(file.get(outside)).toBeNull()
  })
})
