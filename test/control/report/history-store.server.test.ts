import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { packageRoot } from '../../../control/config/paths.ts'
import { playFromTautulli, type TautulliRow } from '../../../control/sources/tautulli/rows.ts'
import { openStore } from '../../../control/store/store.ts'
import { shownData } from '../../support/media-servers/tautulli-shown.ts'

const data = shownData()
let state: string

beforeAll(async () => {
  state = mkdtempSync(join(tmpdir(), 'report-history-'))
  const store = await openStore({ url: `duckdb:${join(state, 'gatehouse.duckdb')}` })
  const rows = Object.values(data.history).flat() as readonly TautulliRow[]
  await store.history.upsertPlays(
    rows.map((row) => playFromTautulli(row, data.geo[String(row.ip_address)])),
  )
  await store.close()
})
afterAll(() => rmSync(state, { recursive: true }))

const report = (args: string[]) =>
  new Promise<{ code: number; out: string; err: string }>((resolve) => {
    const env = { ...process.env, TZ: 'UTC', GATEHOUSE_NOW: '2026-11-20T18:30:00Z' }
    const program = join(packageRoot(), 'scripts/gatehouse')
    execFile(program, ['report', ...args], { env }, (error, out, err) =>
      resolve({ code: Number(error?.code ?? 0), out, err }),
    )
  })

it('the report runs over the history an instance keeps in its state folder', async () => {
  const { out, code } = await report(['--source', 'history', '--state', state])
  expect(out).toContain('Two Cities  (user_id: backend:tautulli:22579007)')
  expect(out).toContain('IP Geolocation by DB-IP')
  expect(code).toBe(1)
})

it('a folder without history is said to be one, and no database is made there', async () => {
  const empty = join(state, 'empty')
  const { err, code } = await report(['--source', 'history', '--state', empty])
  expect(err).toContain(`there is no history at ${join(empty, 'gatehouse.duckdb')}`)
  expect(err).not.toContain('    at ')
  expect(code).toBe(2)
})
