import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { searchAsnFiles } from '../../../control/geo/asn-search.ts'
import { defaultAsnFiles } from '../../../control/geo/default-files.ts'
import { createGeo } from '../../../control/geo/geo.ts'
import { withTempDir } from '../../support/temp-dir.ts'
import { textOf } from './text-of-number.ts'

test('it finds what the table in memory finds, at the ends and in the middle of ranges and between them', async () => {
  const geo = await createGeo({
    files: [],
    asnFiles: defaultAsnFiles(),
    onProblem: () => undefined,
  })
  const { find: search, close } = searchAsnFiles(defaultAsnFiles())
  try {
    for (const [at, path] of defaultAsnFiles().entries()) {
      const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
      const rows = [0, 1, lines.length - 1]
      for (let row = 2; row < lines.length; row += 499) rows.push(row)
      for (const row of rows) {
        const [first = '', last = ''] = lines[row]?.split(',') ?? []
        const [from, to] = [BigInt(first), BigInt(last)]
        for (const value of [from - 1n, from, (from + to) / 2n, to, to + 1n]) {
          const text = textOf(value, at === 0 ? 4 : 6)
          expect(search(text), text).toEqual(geo.network(text))
        }
      }
    }
    for (const text of ['', 'x', '10.0.0.1', '::1', '0.0.0.0', '255.255.255.255', 'ff::'])
      expect(search(text), text).toEqual(geo.network(text))
  } finally {
    close()
    geo.stop()
  }
})

test.each([
  ['1,2,3,A\n5,9,7,"B, ""b"""\r\n', null],
  ['one,2,3,A\n', 'not a CSV'],
  ['', null],
  [`${'9,9,1,A\n'.repeat(2000)}${'1,1,1,A\n'.repeat(2000)}`, 'ascending'],
])('a file of %j', async (text, problem) => {
  await withTempDir((folder) => {
    const path = join(folder, 'asn.csv')
    writeFileSync(path, text)
    const { find: search, close } = searchAsnFiles([path, join(folder, 'none.csv')])
    if (problem === null)
      expect(search('0.0.0.9')).toEqual(text === '' ? null : { asn: 7, org: 'B, "b"' })
    else expect(() => search('0.0.0.9')).toThrow(problem)
    expect(() => search('::1')).toThrow('ENOENT')
    close()
    return Promise.resolve()
  })
})
