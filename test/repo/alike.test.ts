import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { packageRoot } from '../../control/config/paths.ts'
import { alikeRuns, filesBelow } from '../support/tree/alike.ts'

const LEAST = 6
const FOLDERS = ['control', 'njs', 'scripts', 'nginx']
const ENDINGS = ['.ts', '.tsx', '.lua', '.sql', '.conf', '.sh']

/** Files that say the same on purpose, and the test that keeps them equal or as they are. */
const TWINS = [
  // One table for each database.
  {
    files:
      /^control\/store\/migrations\/(\d+-\w+)\.(?:duckdb|postgres)\.sql ~ control\/store\/migrations\/\1\.(?:duckdb|postgres)\.sql$/,
    guard: 'test/control/store/databases/twin-migrations.test.ts',
  },
  // The caps in TypeScript and in Lua.
  {
    files: /^control\/sessions\/lua\/.* ~ njs\/domain\/limits\/.*$/,
    guard: 'test/redis/sessions/sessions-property.test.ts',
  },
]

const runs = alikeRuns(filesBelow(packageRoot(), FOLDERS, ENDINGS), LEAST)

test(`no ${LEAST} lines stand in two places, but in twins that a test keeps equal`, () => {
  const told = runs
    .filter(({ first, second }) =>
      TWINS.every(({ files }) => !files.test(`${first.file} ~ ${second.file}`)),
    )
    .map(({ first, second, length }) => {
      const places = `${first.file}:${first.line} and ${second.file}:${second.line}`
      return `${places} share ${length} lines: say it once`
    })
  expect(told).toEqual([])
})

test.each(TWINS)('$guard, which guards twins, is there', ({ guard }) => {
  expect(existsSync(join(packageRoot(), guard))).toBe(true)
})

const lines = (...texts: readonly string[]) => texts.join('\n')
const SIX = ['one()', 'two()', 'three()', 'four()', 'five()', 'six()']

test('the check itself sees a run whatever its indentation, comments and brackets, and tells it once, whole', () => {
  const files = [
    { file: 'a.ts', content: lines('zero()', ...SIX, 'seven()', 'eight()') },
    {
      file: 'b.ts',
      content: lines(
        '{',
        '  one()',
        '',
        '  // Says it.',
        '  two()',
        '}',
        ...SIX.slice(2),
        'seven()',
      ),
    },
  ]
  expect(alikeRuns(files, 6)).toEqual([
    { first: { file: 'a.ts', line: 2 }, second: { file: 'b.ts', line: 2 }, length: 7 },
  ])
})

test('it sees a run that stands twice in one file, and in three files each pair', () => {
  expect(alikeRuns([{ file: 'a.ts', content: lines(...SIX, 'x()', ...SIX) }], 6)).toEqual([
    { first: { file: 'a.ts', line: 1 }, second: { file: 'a.ts', line: 8 }, length: 6 },
  ])
  const three = ['a.ts', 'b.ts', 'c.ts'].map((file) => ({ file, content: lines(...SIX) }))
  expect(alikeRuns(three, 6)).toHaveLength(3)
})

test('it lets pass what is shorter, in another order, or imported', () => {
  const imports = lines('import {', '  a,', '  b,', '  c,', '  d,', '  e,', '  f,', "} from 'x'")
  const files = [
    { file: 'a.ts', content: lines(imports, ...SIX.slice(1)) },
    { file: 'b.ts', content: lines(imports, ...SIX.slice(1), 'one()') },
    { file: 'c.ts', content: lines(...SIX.toReversed()) },
  ]
  expect(alikeRuns(files, 6)).toEqual([])
  expect(alikeRuns(files, 5)).toHaveLength(1)
})
