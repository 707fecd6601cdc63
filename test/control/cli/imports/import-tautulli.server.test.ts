import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openStore } from '../../../../control/store/store.ts'
import { run } from '../../../e2e/world/auth-world.ts'
import { MADE_KEY, madeData, NOW_S, play } from '../../../support/media-servers/tautulli-made.ts'
import {
  startTautulli,
  type TautulliServer,
} from '../../../support/media-servers/tautulli-server.ts'
import { tempDir } from '../../../support/temp-dir.ts'

const HOUR = 3600

let tautulli: TautulliServer
let folder: { path: string; remove: () => Promise<void> }
let state: string
let options: string[]
beforeAll(async () => {
  folder = await tempDir()
  state = join(folder.path, 'state')
  const one = (at: number, over: object) =>
    play({ row_id: at, started: NOW_S - at * HOUR, ...over })
  const data = madeData({
    1: Array.from({ length: 2500 }, (_, i) => one(i + 1, { user_id: 1 })),
    77: [one(9001, { user_id: 77, friendly_name: 'owner' })],
    // Removed at the server since.
    99: [one(9002, { user_id: 99, friendly_name: 'gone', ip_address: '198.51.100.9' })],
  })
  const users = data.users.filter((user) => user['user_id'] !== 99)
  tautulli = await startTautulli({ ...data, users })
  const key = join(folder.path, 'key')
  writeFileSync(key, `${MADE_KEY}\n`)
  options = ['--host', tautulli.url, '--api-key-file', key, '--state', state]
})
afterAll(async () => {
  await tautulli.close()
  await folder.remove()
})

const stored = async () => {
  const store = await openStore({ url: join(state, 'gatehouse.duckdb') })
  try {
    const rows = []
    for await (const batch of store.history.playsBetween(0, Date.now())) rows.push(...batch)
    return rows
  } finally {
    await store.close()
  }
}

test('the whole history comes over, as plays of the server that is watched', async () => {
  const args = ['import', 'tautulli', ...options, '--server', 'house', '--owner', '77', '--json']
  const first = await run(args)
  expect(first).toMatchObject({ code: 0 })
  expect(JSON.parse(first.out)).toMatchObject({ rows: 2502, inserted: 2502, bad: 0 })
  expect(tautulli.asked.every(({ params }) => params.get('grouping') !== '1')).toBe(true)
  const plays = await stored()
  const accounts = new Set(plays.map(({ account }) => account))
  expect([...accounts].sort()).toEqual(['server:house:1', 'server:house:99'])
  expect(plays.find(({ account }) => account === 'server:house:99')).toMatchObject({
    accountName: 'gone',
    source: 'tautulli:house',
    address: '198.51.100.9',
    device: 'phone',
    playedMs: 1_800_000,
  })
  expect(first.out + first.err).not.toContain(MADE_KEY)
  const again = await run(args)
  expect(JSON.parse(again.out)).toMatchObject({ rows: 2502, inserted: 0, unchanged: 2502 })
})

test('a wrong key and a missing Tautulli are said in words', async () => {
  const wrong = join(folder.path, 'wrong')
  writeFileSync(wrong, 'wrong-wrong-wrong')
  const args = ['import', 'tautulli', '--state', state, '--host', tautulli.url]
  const { code, err } = await run([...args, '--api-key-file', wrong])
  expect({ code, err }).toMatchObject({
    code: 2,
    err: expect.stringContaining('refused the API key'),
  })
  expect((await run([...args, '--api-key-file', '/nowhere'])).err).toContain(
    'there is no such file',
  )
})
