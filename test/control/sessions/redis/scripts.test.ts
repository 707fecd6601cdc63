import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CLOCKS, KEPT } from '#domain/limits/types'
import { loadScripts, scriptsFolder } from '../../../../control/sessions/redis/scripts.ts'

const stateText = readFileSync(join(scriptsFolder(), 'includes/state.lua'), 'utf8')

/** `name = number` pairs of a Lua table. */
const tableOf = (name: string): Record<string, number> => {
  const body = new RegExp(`local ${name} = \\{([^}]*)\\}`).exec(stateText)?.[1] ?? ''
  const pairs = [...body.matchAll(/(\w+) = (\d+)/g)].map(([, key, value]) => [key, Number(value)])
  return Object.fromEntries(pairs)
}

test('the scripts run on the clocks and bounds of the specification', () => {
  expect(tableOf('CLOCKS')).toEqual(CLOCKS)
  expect(tableOf('KEPT')).toEqual(KEPT)
})

test('every script is loaded with the number of keys its name tells and its includes', () => {
  const scripts = loadScripts()
  expect([...scripts.keys()].sort()).toEqual(
    ['check', 'end', 'index', 'open', 'pardon', 'renew', 'restore', 'sweep'].sort(),
  )
  for (const script of scripts.values()) {
    expect(script.keys).toBe(['index', 'sweep'].includes(script.name) ? 0 : 1)
    expect(script.text).not.toContain('@include')
    if (script.name !== 'index') expect(script.text).toContain('local function knownState')
  }
})

test('a script whose name tells no number of keys is refused by name', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lua-'))
  writeFileSync(join(folder, 'open.lua'), 'return 1')
  expect(() => loadScripts(folder)).toThrow('open.lua')
  rmSync(folder, { recursive: true })
})
