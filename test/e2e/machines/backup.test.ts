import { execFile } from 'node:child_process'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { packageRoot } from '../../../control/config/paths.ts'
import type { PlayRecord } from '../../../njs/domain/types.ts'
import { until } from '../../support/programs/port.ts'
import { startService, type TestService } from '../../support/programs/service.ts'
import { tempDir } from '../../support/temp-dir.ts'

const gatehouse = async (...args: string[]): Promise<string> =>
  (await promisify(execFile)(join(packageRoot(), 'scripts/gatehouse'), args)).stdout

let folder: Awaited<ReturnType<typeof tempDir>>
let original: TestService
let archive: string

/** Rows of the admin API that a restored instance must have just so. */
const KEPT = ['/accounts?sort=name', '/users', '/keys', '/rules', '/bans', '/feedback']

const keptBy = async (service: TestService): Promise<Record<string, readonly [number, string]>> =>
  Object.fromEntries(
    await Promise.all(
      KEPT.map(async (path) => {
        const answer = await service.api(`/api/v1${path}`)
        return [path, [answer.status, await answer.text()]] as const
      }),
    ),
  )

/** Findings so far: the demo's plays are judged on, before a backup is made and after it is restored. */
const findingsOf = async (service: TestService): Promise<unknown[]> => {
  const answer = await service.api('/api/v1/findings')
  expect(answer.status).toBe(200)
  return ((await answer.json()) as { items: unknown[] }).items
}

/** Plays through the edge; the demo's media server goes on meanwhile. */
const playsOf = async (service: TestService): Promise<unknown[]> => {
  const text = await (
    await service.api('/api/v1/history/plays.ndjson?from=0&to=9000000000000')
  ).text()
  const rows = text
    .split('\n')
    .flatMap((line) => (line.startsWith('[') ? JSON.parse(line) : [])) as PlayRecord[]
  return rows
    .filter(({ source }) => source.startsWith('edge:'))
    .map(({ id, account, channel, address, startedAt }) => [
      id,
      account,
      channel,
      address,
      startedAt,
    ])
}

const post = async (service: TestService, path: string, body: unknown): Promise<unknown> => {
  const answer = await service.api(`/api/v1${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  })
  expect([path, answer.status < 300]).toEqual([path, true])
  return await answer.json()
}

const signIn = async ({ admin }: TestService): Promise<number> => {
  const body = JSON.stringify({ name: 'olga', password: 'correct horse battery' })
  const headers = { 'content-type': 'application/json' }
  return (await fetch(`${admin}/api/v1/auth/sign-in`, { method: 'POST', body, headers })).status
}

/** The first channel of a playlist, by the ticket it names. */
const firstChannel = async (playlist: string): Promise<string> => {
  const text = await (await fetch(playlist)).text()
  return text.split('\n').find((line) => line.startsWith('http')) ?? ''
}

beforeAll(async () => {
  folder = await tempDir()
  archive = join(folder.path, 'backup.tar.gz')
  original = await startService()
  await post(original, '/users', {
    name: 'olga',
    role: 'operator',
    password: 'correct horse battery',
  })
  await post(original, '/bans', { kind: 'network', subject: '203.0.113.77' })
}, 300_000)
afterAll(async () => {
  await original?.stop()
  await folder?.remove()
})

describe('a backup of a running instance', () => {
  let opened: string
  let before: Awaited<ReturnType<typeof keptBy>>
  let plays: unknown[]
  let findings: unknown[]

  test('is one archive for its owner alone, made while viewers watch', async () => {
    opened = await firstChannel(original.ready.accounts[0]?.playlist ?? '')
    expect((await fetch(opened)).status).toBe(200)
    await until('the play is history', async () => (await playsOf(original)).length > 0)
    before = await keptBy(original)
    expect(JSON.stringify(before)).toContain('olga')
    plays = await playsOf(original)
    findings = await findingsOf(original)
    const said = JSON.parse(
      await gatehouse('backup', archive, '--state', original.state, '--json'),
    ) as {
      files: { name: string }[]
    }
    expect(said.files.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['state/admin-token', 'state/gatehouse.duckdb', 'state/demo.yaml']),
    )
    expect(said.files.map(({ name }) => name)).toContainEqual(
      expect.stringMatching(/^state\/playlists\/.*\.m3u$/),
    )
    expect(statSync(archive).mode & 0o777).toBe(0o600)
    expect((await fetch(opened)).status).toBe(200)
  })

  test('restored on an empty machine is the same instance: people sign in, tickets open, history and findings are equal', async () => {
    const state = join(folder.path, 'elsewhere')
    expect(await gatehouse('restore', archive, '--state', state)).toContain(state)
    const restored = await startService({ state })
    try {
      expect(await keptBy(restored)).toEqual(before)
      expect(await playsOf(restored)).toEqual(plays)
      expect(await findingsOf(restored)).toEqual(expect.arrayContaining(findings))
      expect(restored.adminToken).toBe(original.adminToken)
      expect(await signIn(restored)).toBe(200)
      const same = opened.replace(/^http:\/\/[^/]+/, restored.edge)
      expect((await fetch(same)).status).toBe(200)
      const banned = { headers: { 'x-forwarded-for': '203.0.113.77' } }
      expect((await fetch(`${restored.edge}/playlist.m3u`, banned)).status).toBe(403)
    } finally {
      await restored.stop()
    }
    await expect(gatehouse('restore', archive, '--state', state)).rejects.toThrow(
      /is there already/,
    )
  })

  test('damaged is refused before anything is written', async () => {
    const state = join(folder.path, 'never')
    const bytes = readFileSync(archive)
    const broken = join(folder.path, 'broken.tar.gz')
    writeFileSync(broken, bytes.subarray(0, bytes.length / 2))
    await expect(gatehouse('restore', broken, '--state', state)).rejects.toThrow(/unpacked|damaged/)
    expect(existsSync(join(state, 'gatehouse.duckdb'))).toBe(false)
    await expect(gatehouse('restore', '/etc/passwd', '--state', state)).rejects.toThrow(
      /is no backup/,
    )
  })
})
