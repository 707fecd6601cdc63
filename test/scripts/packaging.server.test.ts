import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { packageRoot } from '../../control/config/paths.ts'
import { tempDir } from '../support/temp-dir.ts'

const packaging = (name: string, ...args: string[]) =>
  spawnSync(join(packageRoot(), 'scripts/packaging', name), args, {
    encoding: 'utf8',
    timeout: 300_000,
  })

let folder: Awaited<ReturnType<typeof tempDir>>
beforeAll(async () => {
  folder = await tempDir()
})
afterAll(() => folder.remove())

const hasPip = spawnSync('python3', ['-m', 'pip', '--version']).status === 0

test.runIf(hasPip)(
  'linters have nothing to say of Dockerfile, compose file and unit, and do of bad ones',
  () => {
    const { status, stdout, stderr } = packaging('lint')
    expect([status, stdout, stderr]).toEqual([
      0,
      expect.stringContaining('nothing to complain of'),
      '',
    ])
    const dockerfile = join(folder.path, 'Dockerfile')
    const compose = join(folder.path, 'compose.yaml')
    writeFileSync(dockerfile, 'FROM debian\nRUN apt-get install nginx | cat\n')
    writeFileSync(compose, 'services: { a: { image: x, profiles: [one, parts], portz: [1] } }\n')
    expect(packaging('lint', dockerfile, join(packageRoot(), 'compose.yaml')).stdout).toMatch(
      /DL3008/,
    )
    expect(packaging('lint', join(packageRoot(), 'Dockerfile'), compose).status).toBe(1)
  },
  300_000,
)

test('an installation is upgraded with its configuration and state kept, and taken away again', () => {
  const root = join(folder.path, 'root')
  const at = (path: string) => join(root, path)
  const install = () => packaging('install', '--root', root, '--no-runtime')
  expect([install().status, readdirSync(at('usr/bin'))]).toEqual([
    0,
    ['gatehouse', 'gatehouse-run'],
  ])
  const program = at('usr/lib/gatehouse')
  expect(readdirSync(join(program, 'node_modules'))).toContain('fastify')
  expect(existsSync(join(program, 'node_modules/vitest'))).toBe(false)
  // The programs run with the packages they were given.
  const cli = spawnSync('node', [join(program, 'dist/cli.js'), '--version'], { encoding: 'utf8' })
  expect(cli.stderr + cli.stdout).toMatch(/^\d+\.\d+\.\d+/)

  const config = at('etc/gatehouse/gatehouse.yaml')
  expect(statSync(config).mode & 0o777).toBe(0o660)
  writeFileSync(config, '# mine\n')
  mkdirSync(at('var/lib/gatehouse'), { recursive: true })
  writeFileSync(at('var/lib/gatehouse/kept'), '')
  writeFileSync(join(program, 'left-over'), '')
  expect(install().status).toBe(0)
  expect(readFileSync(config, 'utf8')).toBe('# mine\n')
  expect(existsSync(join(program, 'left-over'))).toBe(false)
  expect(readdirSync(at('usr/lib'))).toEqual(['gatehouse', 'systemd'])

  expect(packaging('uninstall', '--root', root).stdout).toContain('stay')
  expect([existsSync(program), readdirSync(at('usr/bin'))]).toEqual([false, []])
  expect([existsSync(config), existsSync(at('var/lib/gatehouse/kept'))]).toEqual([true, true])
  expect(packaging('uninstall', '--root', root, '--purge').status).toBe(0)
  expect([existsSync(at('etc/gatehouse')), existsSync(at('var/lib/gatehouse'))]).toEqual([
    false,
    false,
  ])
}, 300_000)
