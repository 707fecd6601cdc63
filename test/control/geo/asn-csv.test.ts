import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { AsnCsv } from '../../../control/geo/asn-csv.ts'
import { defaultAsnFiles } from '../../../control/geo/default-files.ts'
import { createGeo } from '../../../control/geo/geo.ts'
import { withTempDir } from '../../support/temp-dir.ts'

const nothing = () => undefined

const textOf = (value: bigint, family: 4 | 6): string => {
  const [size, bits] = family === 4 ? [4, 8n] : [8, 16n]
  const groups = Array.from(
    { length: size },
    (_, i) => (value >> (bits * BigInt(size - 1 - i))) & ((1n << bits) - 1n),
  )
  return family === 4 ? groups.join('.') : groups.map((group) => group.toString(16)).join(':')
}

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

test('the table that comes along is read in a tenth of a second of processor time and takes what its files do', async () => {
  const files = defaultAsnFiles().map((path, at) => new AsnCsv(path, at === 0 ? 4 : 6, nothing))
  expect(defaultAsnFiles().every((path) => statSync(path).size > 1_000_000)).toBe(true)
  const used = () => {
    globalThis.gc?.()
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    return heapUsed + arrayBuffers
  }
  const [before, start] = [used(), process.cpuUsage()]
  for (const file of files) await file.refresh()
  const { user } = process.cpuUsage(start)
  expect(files[0]?.get('1.1.1.1')).not.toBeNull()
  expect(user / 1000).toBeLessThan(300)
  const size = defaultAsnFiles().reduce((sum, path) => sum + statSync(path).size, 0)
  if (globalThis.gc) expect(used() - before).toBeLessThan(size + 2e6)
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
