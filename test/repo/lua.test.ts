import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { packageRoot } from '../../control/config/paths.ts'
import { luaProblems } from '../support/nginx/lua-header.ts'

const folder = join(packageRoot(), 'control/sessions/lua')
const scripts = readdirSync(folder).filter((name) => name.endsWith('.lua'))
const everything = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.lua'),
)
const textOf = (name: string) => readFileSync(join(folder, name), 'utf8')

test('there are scripts to check', () => {
  expect(scripts.length).toBeGreaterThan(3)
})

test.each(scripts)('%s keeps the contract of its name and header', (name) => {
  expect(luaProblems(name, textOf(name))).toEqual([])
})

test.each(everything)('%s is at most 80 lines long', (name) => {
  expect(textOf(name).trimEnd().split('\n').length).toBeLessThanOrEqual(80)
})

test.each(everything)('%s names no key of its own and reads no clock but through ARGV', (name) => {
  expect(textOf(name)).not.toMatch(/'gh:/)
  expect(textOf(name)).not.toMatch(/os\.time/)
})

describe('the check itself sees a header that lies', () => {
  const good =
    '--[[\n  Does it.\n  KEYS[1]  one\n  ARGV[1]  two\n  Output: three\n]]\nreturn KEYS[1] .. ARGV[1]\n'
  test.each([
    ['right', 'do-1.lua', good, 0],
    ['wrong number in the name', 'do-2.lua', good, 1],
    ['unused argument told', 'do-1.lua', good.replace(' .. ARGV[1]', ''), 1],
    ['used argument not told', 'do-1.lua', good.replace('return', 'local a = ARGV[2] return'), 1],
    ['no output', 'do-1.lua', good.replace('Output', 'Gives'), 1],
    ['no header', 'do-1.lua', 'return 1\n', 1],
    ['use in a comment only', 'do-1.lua', good.replace('.. ARGV[1]', '-- ARGV[1]'), 1],
  ])('%s', (_, name, text, problems) => {
    expect(luaProblems(name, text)).toHaveLength(problems)
  })
})
