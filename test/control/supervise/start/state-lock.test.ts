import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { statePaths } from '../../../../control/config/paths.ts'
import { claimState } from '../../../../control/supervise/start/state-lock.ts'
import { withTempDir } from '../../../support/cleanup.ts'

test('one state folder, one run; it can be claimed again afterwards', () =>
  withTempDir(async (folder) => {
    const paths = statePaths(folder)
    const release = claimState(paths)
    expect(() => claimState(paths)).toThrow(/already runs with the state folder .* \(process \d+\)/)
    release()
    claimState(paths)()
  }))

test('what a killed run left does not stand in the way', () =>
  withTempDir(async (folder) => {
    const paths = statePaths(folder)
    mkdirSync(paths.run, { recursive: true })
    const file = join(paths.run, 'supervisor.pid')
    // Nobody has this number; then: somebody has it by now, but started at another time.
    for (const left of ['4194305 1\n', `${process.pid} 1\n`, '', 'nonsense']) {
      writeFileSync(file, left)
      const release = claimState(paths)
      release()
      expect(existsSync(file)).toBe(false)
    }
  }))

test('a path too long for sockets, or not writable, is told in a sentence', () =>
  withTempDir(async (folder) => {
    for (const name of ['x'.repeat(100), 'ж'.repeat(50)]) {
      expect(() => claimState(statePaths(join(folder, name)))).toThrow(/too long.*--state/)
      expect(existsSync(join(folder, name))).toBe(false)
    }
    for (const name of ['a:b', 'a$b', '{a}', 'a"b', 'a\\b', 'a?b', 'a;b']) {
      expect(() => claimState(statePaths(join(folder, name)))).toThrow(/misread .*--state/)
      expect(existsSync(join(folder, name))).toBe(false)
    }
    writeFileSync(join(folder, 'file'), '')
    expect(() => claimState(statePaths(join(folder, 'file/state')))).toThrow(
      /cannot be written.*--state/,
    )
    expect(() => claimState(statePaths('/proc/gatehouse'))).toThrow(/cannot be written.*--state/)
    // The folder of another user: root may write everywhere, so something stands in the way.
    const paths = statePaths(join(folder, 'state'))
    mkdirSync(join(paths.run, `supervisor.pid.${process.pid}`), { recursive: true })
    expect(() => claimState(paths)).toThrow(/cannot be written.*--state/)
  }))
