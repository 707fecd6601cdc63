import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { packageRoot } from '../../../../control/config/paths.ts'
import { openStore } from '../../../../control/store/store.ts'
import { run } from '../../../e2e/world/auth-world.ts'
import {
  DATABASE_TOKEN,
  type DatabaseRow,
  writeTautulliDatabase,
} from '../../../support/media-servers/tautulli-database.ts'
import { tempDir } from '../../../support/temp-dir.ts'

const ROWS = 12_000
const BAD = 17

/** Two lives on one account: a television in Lyon, from the second month on another in Berlin at the same time. */
const rowOf = (id: number): DatabaseRow => {
  if (id === BAD) return { id, user: null }
  const started = 1_700_000_000 + Math.floor(id / 2) * 3600
  const home = { ip: '90.63.200.7', device: 'lyon' }
  const away = { ip: '84.190.10.9', device: 'berlin' }
  return {
    id,
    started,
    stopped: started + 3000,
    user: 1 + (Math.floor(id / 2) % 6),
    ...(id % 2 ? home : away),
  }
}

let folder: { path: string; remove: () => Promise<void> }
let database: string
beforeAll(async () => {
  folder = await tempDir()
  database = join(folder.path, 'tautulli.db')
  writeTautulliDatabase(
    database,
    Array.from({ length: ROWS }, (_, i) => rowOf(i + 1)),
    [1, 2],
  )
})
afterAll(async () => await folder.remove())

/** Runs the import and kills it without a chance to clean up once it has said how far it is. */
const killedOnTheWay = async (args: readonly string[]): Promise<string> => {
  const child = spawn(join(packageRoot(), 'scripts/gatehouse'), args, { detached: true })
  let said = ''
  child.stderr.on('data', (data: Buffer) => {
    said += data.toString()
    if (/rows a second/.test(said) && child.pid !== undefined && child.exitCode === null)
      process.kill(-child.pid, 'SIGKILL')
  })
  await once(child, 'close')
  return said
}

const look = async <T>(
  state: string,
  at: (store: Awaited<ReturnType<typeof openStore>>) => Promise<T>,
) => {
  const store = await openStore({ url: join(state, 'gatehouse.duckdb') })
  try {
    return await at(store)
  } finally {
    await store.close()
  }
}

const allFindings = async (store: Awaited<ReturnType<typeof openStore>>) => {
  const rows = []
  let after: string | null = null
  do {
    const more = after === null ? {} : { after }
    const page: Awaited<ReturnType<typeof store.findings.list>> = await store.findings.list({
      limit: 1000,
      ...more,
    })
    rows.push(...page.rows)
    after = page.next
  } while (after !== null)
  return rows
}

describe('a history imported from a file', () => {
  test('goes on after it was killed, ends as one, and shows the findings of the past as past', async () => {
    const state = join(folder.path, 'state')
    const rejected = join(folder.path, 'tautulli.db.rejected.ndjson')
    const args = ['import', 'tautulli', '--file', database, '--server', 'house', '--state', state]
    const said = await killedOnTheWay(args)
    expect(said).toMatch(/\d+ rows: .* 1 bad; \d+ %, \d+ rows a second, .*left/)
    const { code, out, err } = await run([...args, '--json'])
    expect({ code, err }).toMatchObject({ code: 1, err: expect.stringContaining('going on after') })
    const tally = JSON.parse(out)
    expect(tally).toMatchObject({ rows: ROWS, bad: 1, rejected })
    expect(tally.inserted + tally.unchanged).toBe(ROWS - 1)
    const lines = readFileSync(rejected, 'utf8').trim().split('\n')
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { where: `row ${BAD}`, problem: 'user_id is missing', row: { id: BAD } },
    ])
    expect(out + err + said + lines.join()).not.toContain(DATABASE_TOKEN)
    const { findings, plays, trust } = await look(state, async (store) => ({
      findings: await allFindings(store),
      plays: (await store.history.playsOf('server:house:3', 0, Date.now())).length,
      trust: (await store.trust.list({ limit: 10 })).rows,
    }))
    expect(plays).toBeGreaterThan(ROWS / 8)
    expect(new Set(findings.map(({ kind }) => kind))).toContain('second_household')
    expect(findings.every(({ acted, at }) => acted === 'past' && at < Date.now())).toBe(true)
    expect(tally.findings).toBe(findings.length)
    expect(trust).toEqual([])
  }, 120_000)

  test('of Jellystat is no overlap, and names what is no backup', async () => {
    const state = join(folder.path, 'jellystat')
    const file = join(folder.path, 'backup.json')
    const rows = Array.from({ length: 300 }, (_, i) => ({
      Id: `a${i}`,
      UserId: 'u1',
      UserName: 'one',
      DeviceId: i % 2 ? 'lyon' : 'berlin',
      Client: 'Jellyfin Android TV',
      NowPlayingItemName: 'A Film',
      PlaybackDuration: '5400',
      ActivityDateInserted: new Date(
        1_760_000_000_000 + Math.floor(i / 2) * 86_400_000,
      ).toISOString(),
      RemoteEndPoint: i % 2 ? '90.63.200.7' : '84.190.10.9',
    }))
    writeFileSync(file, JSON.stringify([{ jf_playback_activity: rows }]))
    const args = ['import', 'jellystat', file, '--server', 'attic', '--state', state]
    const { code, out } = await run([...args, '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ rows: 300, inserted: 300, bad: 0, rejected: null })
    expect(existsSync(`${file}.rejected.ndjson`)).toBe(false)
    writeFileSync(file, JSON.stringify([{ jf_playback_activity: [{ ...rows[0], UserId: 'u2' }] }]))
    const again = await run(args)
    expect(again).toMatchObject({
      code: 0,
      err: expect.stringContaining("1 play was another account's before"),
    })
    const findings = await look(state, async (store) => (await store.findings.list()).rows)
    const kinds = findings.map(({ kind }) => kind)
    expect(kinds).not.toContain('simultaneous_places')
    expect(kinds).not.toContain('impossible_travel')
    writeFileSync(file, '[{"jf_users":[]}]')
    const wrong = await run(args)
    expect(wrong).toMatchObject({
      code: 2,
      err: expect.stringContaining('has no jf_playback_activity'),
    })
    expect((await run(['import', 'jellystat', '/nowhere', '--state', state])).err).toContain(
      'there is no such file',
    )
  }, 120_000)
})
