import { execFile, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { packageRoot } from '../../../control/config/paths.ts'
import { openDatabase, openStore } from '../../../control/store/store.ts'
import { samplePlay } from '../../contract/sample-plays.ts'
import { startPostgres, type TestPostgres } from '../../support/programs/postgres.ts'
import { startService, type TestService } from '../../support/programs/service.ts'
import { tempDir } from '../../support/temp-dir.ts'

const gatehouse = async (...args: string[]): Promise<string> =>
  (await promisify(execFile)(join(packageRoot(), 'scripts/gatehouse'), args)).stdout

const hasClient = spawnSync('pg_dump', ['--version']).status === 0

let folder: Awaited<ReturnType<typeof tempDir>>
let postgres: TestPostgres
let original: TestService | undefined

const configFor = (url: string) => `edge: { listen: __EDGE__, trusted_proxies: [127.0.0.1] }
admin: { listen: __ADMIN__ }
store: { url: '${url}' }
sources: [ { name: one, url: 'http://__ORIGIN__/playlist.m3u' } ]
groups: [ { name: everyone, default: true } ]
demo: { enabled: true, origin: __ORIGIN__, accounts: [ { name: flat-12, max_sessions: 2 } ] }
`

/** The server's address of another database. */
const databaseNamed = (name: string) => postgres.url.replace(/postgres$/, name)

beforeAll(async () => {
  if (!hasClient) return
  folder = await tempDir()
  postgres = await startPostgres()
  const server = await openDatabase(postgres.url)
  for (const name of ['original', 'empty', 'taken']) await server.query(`create database ${name}`)
  await server.close()
  original = await startService({ config: configFor(databaseNamed('original')) })
}, 300_000)
afterAll(async () => {
  await original?.stop()
  await postgres?.stop()
  await folder?.remove()
})

const KEPT = ['/accounts?sort=name', '/users', '/keys', '/bans', '/findings', '/audit']

const keptBy = async (service: TestService) =>
  await Promise.all(
    [...KEPT, '/history/plays.ndjson?from=0&to=9000000000000'].map(async (path) => {
      const answer = await service.api(`/api/v1${path}`)
      return [path, answer.status, await answer.text()]
    }),
  )

const listOf = async ({ edge }: TestService, token: string) =>
  (await (await fetch(`${edge}/playlist.m3u?token=${token}`)).text())
    .split('\n')
    .filter((line) => line.startsWith('http')).length

test.runIf(hasClient)(
  'a backup of a running instance holds its PostgreSQL database, which fills an empty one and no other',
  async () => {
    const service = original as TestService
    const token = service.ready.accounts[0]?.token ?? ''
    expect(await listOf(service, token)).toBe(12)
    const bystander = await openStore({ url: databaseNamed('original') })
    await bystander.history.upsertPlays([samplePlay()])
    await bystander.close()
    const before = await keptBy(service)
    expect(JSON.stringify(before)).toContain('play-1')

    const archive = join(folder.path, 'backup.tar.gz')
    // Nothing but the state folder is named: the running instance knows its configuration.
    const said = await gatehouse('backup', archive, '--state', service.state, '--json')
    const { engine, files } = JSON.parse(said) as { engine: string; files: { name: string }[] }
    expect([engine, files.map(({ name }) => name)]).toEqual([
      'postgres',
      expect.arrayContaining(['config/gatehouse.yaml', 'state/gatehouse.pgdump']),
    ])

    const state = join(folder.path, 'elsewhere')
    const config = join(folder.path, 'elsewhere.yaml')
    const restore = async (...more: string[]) =>
      await gatehouse('restore', archive, '--state', state, '--config', config, ...more)
    await expect(restore()).rejects.toThrow('the database has tables already')
    await restore('--database', databaseNamed('empty'))
    const restored = await startService({ state, config: configFor(databaseNamed('empty')) })
    try {
      expect(await keptBy(restored)).toEqual(before)
      expect(await listOf(restored, token)).toBe(12)
    } finally {
      await restored.stop()
    }
    expect(readFileSync(config, 'utf8')).toContain(databaseNamed('original'))

    const small = join(folder.path, 'small.tar.gz')
    await gatehouse('backup', small, '--state', service.state, '--no-database')
    const other = join(folder.path, 'other')
    expect(await gatehouse('restore', small, '--state', other, '--config', config)).toContain(other)
  },
  300_000,
)
