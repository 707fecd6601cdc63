import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildPages } from '../../../control/runtime/build/build-pages.ts'
import { tempDir } from '../../support/temp-dir.ts'

let folder: Awaited<ReturnType<typeof tempDir>>

beforeAll(async () => {
  folder = await tempDir()
  await buildPages(folder.path)
})
afterAll(async () => await folder.remove())

/** Files that scripts load at once with them, themselves included. */
const loadedWith = (scripts: readonly string[]): Set<string> => {
  const found = new Set<string>()
  const add = (name: string): void => {
    if (found.has(name)) return
    found.add(name)
    const text = readFileSync(join(folder.path, 'assets', name), 'utf8')
    for (const [, next] of text.matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)) add(next ?? '')
  }
  scripts.forEach(add)
  return found
}

const bytesOf = (names: Iterable<string>): number =>
  [...names].reduce(
    (sum, name) => sum + gzipSync(readFileSync(join(folder.path, 'assets', name))).length,
    0,
  )

test('the first page loads at most 180 kB of script, packed, and the map at most 250 kB more', () => {
  const page = readFileSync(join(folder.path, 'index.html'), 'utf8')
  const [, main = ''] = /src="assets\/([^"]+\.js)"/.exec(page) ?? []
  const first = loadedWith([main])
  expect(bytesOf(first)).toBeGreaterThan(10_000)
  expect(bytesOf(first)).toBeLessThanOrEqual(180_000)

  const text = readFileSync(join(folder.path, 'assets', main), 'utf8')
  const [, map = ''] = /import\("\.\/(map-[^"]+\.js)"\)/.exec(text) ?? []
  const more = [...loadedWith([map])].filter((name) => !first.has(name))
  expect(more.length).toBeGreaterThan(0)
  expect(bytesOf(more)).toBeLessThanOrEqual(250_000)
})
