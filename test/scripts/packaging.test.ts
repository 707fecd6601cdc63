import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { packageRoot } from '../../control/config/paths.ts'

const root = packageRoot()
const unit = join(root, 'scripts/packaging/gatehouse.service')
const ANALYZE = '/usr/bin/systemd-analyze'

test.runIf(existsSync(ANALYZE))('the systemd unit is exposed by at most 2.5 of 10', () => {
  const args = ['security', '--offline=true', '--threshold=25', '--no-pager', unit]
  const { status, stdout } = spawnSync(ANALYZE, args, { encoding: 'utf8' })
  expect([status, /exposure level for gatehouse.service: ([\d.]+)/.exec(stdout)?.[1]]).toEqual([
    0,
    expect.stringMatching(/^[012]\.\d$/),
  ])
})

test('the unit starts what the installer puts there', () => {
  const text = readFileSync(unit, 'utf8')
  const install = readFileSync(join(root, 'scripts/packaging/install'), 'utf8')
  expect(text).toContain('ExecStart=/usr/bin/gatehouse-run --config /etc/gatehouse/gatehouse.yaml')
  for (const name of ['/usr/bin', '/etc/gatehouse', '/usr/lib/gatehouse', 'gatehouse-run'])
    expect(install).toContain(name)
  // The configuration can be changed by the service that reads it.
  expect(text).toContain('ReadWritePaths=-/etc/gatehouse')
  expect(install).toMatch(/install -m 660 .*default\.yaml/)
  execFileSync('bash', ['-n', join(root, 'scripts/packaging/install')])
})

interface Compose {
  readonly services: Readonly<
    Record<
      string,
      {
        readonly profiles: readonly string[]
        readonly volumes?: readonly string[]
        readonly depends_on?: readonly string[]
      }
    >
  >
  readonly volumes: Readonly<Record<string, unknown>>
}

test('the compose file has everything in one, and parts of their own; what it names is there', () => {
  const { services, volumes } = parse(readFileSync(join(root, 'compose.yaml'), 'utf8')) as Compose
  const inProfile = (name: string) =>
    Object.keys(services).filter((it) => services[it]?.profiles.includes(name))
  expect(inProfile('one')).toEqual(['gatehouse'])
  expect(inProfile('parts')).toEqual(['redis', 'control', 'edge'])
  for (const service of Object.values(services)) {
    for (const other of service.depends_on ?? []) expect(Object.keys(services)).toContain(other)
    const named = (service.volumes ?? []).filter((it) => !it.startsWith('.'))
    for (const volume of named) expect(Object.keys(volumes)).toContain(volume.split(':')[0])
  }
})

test('the image runs what the build makes, not as root, and every copied path exists', () => {
  const text = readFileSync(join(root, 'Dockerfile'), 'utf8')
  // By number: an engine that only takes users who are not root reads no /etc/passwd.
  const [, user = '0'] = /^USER (\d+):\d+$/m.exec(text) ?? []
  expect(Number(user)).toBeGreaterThan(0)
  expect(text).toContain(`useradd --system --uid ${user}`)
  expect(text.lastIndexOf('USER ')).toBeLessThan(text.indexOf('ENTRYPOINT'))
  for (const [, entry = ''] of text.matchAll(/dist\/(\w+)\.js/g))
    expect(existsSync(join(root, `scripts/${entry}.ts`)) || entry === 'cli').toBe(true)
  for (const name of ['package.json', 'package-lock.json']) expect(text).toContain(name)
})
