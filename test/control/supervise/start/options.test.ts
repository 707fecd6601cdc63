import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { statePaths } from '../../../../control/config/paths.ts'
import { setUp } from '../../../../control/supervise/start/options.ts'
import { withTempDir } from '../../../support/cleanup.ts'

const start = (state: string, config: string | null, isHome = false) =>
  setUp({ config, state, json: false, isHome }, {})

test('a service does not start on what the demo left, until that is given up or away', () =>
  withTempDir(async (folder) => {
    const config = join(folder, 'gatehouse.yaml')
    writeFileSync(config, 'groups: [{ name: everyone, default: true }]\n')
    const state = join(folder, '.state')
    start(state, null)
    writeFileSync(statePaths(state).database, '')
    const demo = join(state, 'demo.yaml')
    // The demo itself goes on there, also by its own file.
    start(state, null)
    start(state, demo)
    expect(() => start(state, config)).toThrow(/\.state has what the demo invented.*--state/)
    expect(() => setUp({ config, state: null, json: false }, {})).toThrow(/the demo invented/)
    expect(() => start(state, null, true)).toThrow(/the demo invented/)
    rmSync(demo)
    expect(start(state, config).paths.state).toBe(state)
  }))

test('the demo does not start in the folder of a service', () =>
  withTempDir(async (folder) => {
    const state = join(folder, '.state')
    mkdirSync(state)
    writeFileSync(statePaths(state).database, '')
    expect(() => start(state, null)).toThrow(/a service's of your own.*--state DIR/)
    expect(existsSync(join(state, 'demo.yaml'))).toBe(false)
  }))
