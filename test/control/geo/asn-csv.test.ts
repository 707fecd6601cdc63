import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { AsnCsv } from '../../../control/geo/asn-csv.ts'
import { defaultAsnFiles } from '../../../control/geo/default-files.ts'
import { createGeo } from '../../../control/geo/geo.ts'
import { withTempDir } from '../../support/temp-dir.ts'

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

test('the table that comes along is read within a second of processor time and takes at most 30 MB', async () => {
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
  expect(user / 1000).toBeLessThan(2000)
  if (globalThis.gc) expect((used() - before) / 1e6).toBeLessThan(30)
})

test.each([
  [
    'edges of ranges',
    '16777216,16777471,13335,"Cloud, ""flare"""\r\n16777472,16777473,7,B\n',
    null,
  ],
  ['words', 'one,two,three,four\n', 'not a CSV'],
  ['addresses in quads', '1.0.0.0,1.0.0.255,13335,A\n', 'not a CSV'],
  ['nothing', '', 'no ranges'],
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
