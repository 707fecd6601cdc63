import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { packageRoot } from '../../../control/config/paths.ts'
import {
  chosenFiles,
  isPlayersTest,
  kindOf,
  LONGEST,
  TEST_GLOBS,
} from '../../../scripts/testing/files.ts'

const root = packageRoot()

test.each([
  ['test/domain/geo.test.ts', 'unit'],
  ['test/e2e/sessions/caps.test.ts', 'server'],
  ['test/players/edge.test.ts', 'server'],
  ['test/e2e/machines/planes.test.ts', 'alone'],
  ['test/control/routes/admin/admin-api.server.test.ts', 'server'],
  ['test/support/programs/port.ts', null],
  ['control/test/a.test.ts', null],
])('%s is of kind %s', (file, kind) => {
  expect(kindOf(file)).toBe(kind)
})

test('only what stands in test/players may fail once', () => {
  expect(isPlayersTest('test/players/edge.test.ts')).toBe(true)
  expect(isPlayersTest('test/e2e/players.test.ts')).toBe(false)
})

const PARTS: Readonly<Record<string, string>> = {
  '**/': '(?:.+/)?',
  '*': '[^/]*',
  '{': '(?:',
  ',': '|',
  '}': ')',
  '.': '\\.',
}

/** A glob of `**`, `*` and `{a,b}`. */
const toPattern = (glob: string) =>
  new RegExp(`^${glob.replaceAll(/\*\*\/|[*{},.]/g, (part) => PARTS[part] ?? part)}$`)

test('the globs say the same, and no test file is in neither project', () => {
  const all = readdirSync(`${root}/test`, { recursive: true, encoding: 'utf8' })
    .map((it) => `test/${it}`)
    .filter((it) => toPattern(TEST_GLOBS.all).test(it))
  const isServer = (file: string) => TEST_GLOBS.server.some((it) => toPattern(it).test(file))
  for (const file of [...TEST_GLOBS.alone, ...LONGEST]) expect(all).toContain(file)
  expect(all.length).toBeGreaterThan(150)
  expect(TEST_GLOBS.alone.filter((it) => !isServer(it))).toEqual([])
  expect(all.filter((it) => ['server', 'alone'].includes(kindOf(it) ?? ''))).toEqual(
    all.filter(isServer),
  )
  expect(all.filter((it) => kindOf(it) === null)).toEqual([])
})

describe('what is asked for by name', () => {
  test('files, from the root or from the working folder', () => {
    const names = ['test/domain/geo.test.ts', 'test/e2e/sessions/caps.test.ts']
    const wanted = {
      unit: ['test/domain/geo.test.ts'],
      server: ['test/e2e/sessions/caps.test.ts'],
      alone: [],
    }
    expect(chosenFiles(root, names)).toEqual(wanted)
    expect(chosenFiles(root, ['geo.test.ts'], `${root}/test/domain`).unit).toEqual([
      'test/domain/geo.test.ts',
    ])
    expect(chosenFiles(root, names, '/')).toEqual(wanted)
  })

  test('a folder is all its tests, each once', () => {
    const { unit, server } = chosenFiles(root, [
      'test/scripts',
      'test/scripts/testing/files.test.ts',
    ])
    expect(unit).toContain('test/scripts/testing/files.test.ts')
    expect(server).toContain('test/scripts/run.server.test.ts')
    expect(new Set(unit).size).toBe(unit.length)
  })

  test.each([
    ['test/no-such.test.ts', 'There is no file test/no-such.test.ts.'],
    ['README.md', 'README.md is no test file: those stand below test/ and end in .test.ts.'],
    ['/etc/hostname', '/etc/hostname is no test file'],
    ['control', 'control is no test file'],
  ])('%s is refused in words', (name, words) => {
    expect(() => chosenFiles(root, [name], root)).toThrow(words)
  })
})
