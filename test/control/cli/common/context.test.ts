import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { configFileOf, configOfClone, pathsOf } from '../../../../control/cli/common/context.ts'
import { packageRoot } from '../../../../control/config/paths.ts'
import { withTempDir } from '../../../support/cleanup.ts'

afterEach(() => void vi.unstubAllEnvs())

const INSTALLED = { config: '/etc/gatehouse/gatehouse.yaml', state: '/var/lib/gatehouse' }

const install = (): void => {
  vi.stubEnv('GATEHOUSE_CLI_CONFIG', INSTALLED.config)
  vi.stubEnv('GATEHOUSE_CLI_STATE', INSTALLED.state)
}

test('the installed command works with the installed instance where no option names another', () => {
  install()
  expect(configFileOf({})).toBe(INSTALLED.config)
  expect(pathsOf({}).state).toBe(INSTALLED.state)
  expect(configFileOf({ state: INSTALLED.state })).toBe(INSTALLED.config)
})

test('an option leads away from the installed instance', () => {
  install()
  expect(pathsOf({ state: '/srv/other' }).state).toBe('/srv/other')
  expect(configFileOf({ config: '/srv/other.yaml' })).toBe('/srv/other.yaml')
  expect(() => configFileOf({ state: '/srv/other' })).toThrow('no demo has run in /srv/other')
})

test('a command of a clone works with the demo', () => {
  expect(pathsOf({}).state).toBe(join(packageRoot(), '.state'))
})

test('or with the gatehouse.yaml that lies in it, where no demo has run', async () => {
  await withTempDir(async (clone) => {
    expect(configOfClone(clone)).toBeNull()
    await writeFile(join(clone, 'gatehouse.yaml'), '')
    expect(configOfClone(clone)).toBe(join(clone, 'gatehouse.yaml'))
    await mkdir(join(clone, '.state'))
    await writeFile(join(clone, '.state', 'demo.yaml'), '')
    expect(configOfClone(clone)).toBeNull()
  })
})
