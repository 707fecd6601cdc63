import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packageRoot } from '../../../control/config/paths.ts'
import { startTautulli, type TautulliServer } from '../../support/media-servers/tautulli-server.ts'
import { shownData } from '../../support/media-servers/tautulli-shown.ts'

const data = shownData()
let server: TautulliServer
let dir: string

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'report-'))
  server = await startTautulli(data)
})
afterAll(async () => {
  rmSync(dir, { recursive: true })
  await server.close()
})

const gatehouse = (args: string[], env: Record<string, string> = {}) =>
  new Promise<{ code: number; out: string; err: string }>((resolve) => {
    const clock = {
      TZ: 'UTC',
      GATEHOUSE_NOW: '2026-11-20T18:30:00Z',
      PATH: process.env['PATH'] ?? '',
    }
    const program = join(packageRoot(), 'scripts/gatehouse')
    execFile(program, ['report', ...args], { env: { ...clock, ...env } }, (error, out, err) =>
      resolve({ code: Number(error?.code ?? 0), out, err }),
    )
  })

describe('the command', () => {
  it('takes host and key from the environment, TAUTULLI_HOST before TAUTULLI_URL', async () => {
    const { out, code } = await gatehouse(['--method', 'compat', '--user', 'single'], {
      TAUTULLI_HOST: server.url.replace('http://', ''),
      TAUTULLI_URL: 'http://127.0.0.1:1',
      TAUTULLI_API_KEY: data.apiKey,
    })
    expect(out).toContain('[1/1] Single Device... skip (0-1 devices)')
    expect(out).toContain('No users flagged for potential account sharing.')
    expect(code).toBe(0)
  })

  it('reads the key from a file and prints it nowhere', async () => {
    const file = join(dir, 'key')
    writeFileSync(file, `${data.apiKey}\n`)
    const args = ['--tautulli', `${server.url}/`, '--api-key-file', file, '--json']
    const { out, err, code } = await gatehouse(args)
    expect(JSON.parse(out)).toHaveProperty('users')
    expect(out + err).not.toContain(data.apiKey)
    expect(code).toBe(1)
  })

  it('ends with 1 in compat for an unknown user, with 2 for an unknown option', async () => {
    const access = ['--host', server.url, '--api-key', data.apiKey]
    const unknown = await gatehouse([...access, '--method', 'compat', '--user', 'Zoe'])
    expect({ code: unknown.code, err: unknown.err }).toEqual({
      code: 1,
      err: "User 'Zoe' not found.\n",
    })
    expect((await gatehouse(['--what'])).code).toBe(2)
    const wrong = await gatehouse(['--days', 'x'])
    expect(wrong.code).toBe(2)
    expect(wrong.err).toBe(
      "Error: --days needs a whole number, not 'x'\nSee 'gatehouse report --help'.\n",
    )
  })

  it('shows local times in the zone of the process', async () => {
    const args = ['--host', server.url, '--api-key', data.apiKey, '--method', 'compat', '--geo']
    const one = [...args, '--user', 'two cities']
    expect((await gatehouse(one)).out).toContain('2026-10-24 18:23 Paris')
    expect((await gatehouse(one, { TZ: 'Asia/Tokyo' })).out).toContain('2026-10-25 03:23 Paris')
  })
})
