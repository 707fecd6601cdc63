import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { logLines } from '../../../../control/cli/configuration/log-lines.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-log-'))
afterAll(() => rmSync(folder, { recursive: true }))

const file = (name: string, content: string | Buffer): string => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}
const read = async (path: string): Promise<string[]> => {
  const found: string[] = []
  for await (const line of logLines(path)) found.push(line)
  return found
}
const lines = Array.from({ length: 5_000 }, (_, i) => `строка ${i} ${'x'.repeat(i % 90)}`)

describe('lines of a log', () => {
  it.each([
    ['plain', lines.join('\n')],
    ['packed', gzipSync(`${lines.join('\n')}\n`)],
    ['packed in parts', Buffer.concat(lines.map((line) => gzipSync(`${line}\n`, { level: 1 })))],
  ])('case=%s', async (name, content) => {
    expect(await read(file(name, content))).toEqual(lines)
  })

  it('are none in an empty file', async () => {
    expect(await read(file('empty', ''))).toEqual([])
  })

  it('that have no end are cut', async () => {
    const [line, ...rest] = await read(file('endless', `${'y'.repeat(9_000_000)}\nnext`))
    expect([line?.startsWith('yyy'), (line?.length ?? 0) < 2_000_000, rest]).toEqual([
      true,
      true,
      ['next'],
    ])
  })

  it.each([
    ['a packed file cut short', () => file('cut.gz', gzipSync(lines.join('\n')).subarray(0, 900))],
    ['what is not there', () => join(folder, 'gone')],
    ['a folder', () => folder],
  ])('case=%s is told in words', async (_what, made) => {
    await expect(read(made())).rejects.toThrow(
      /unexpected end of file|there is no access log|is a folder/,
    )
  })
})
