import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { FormData, Response } from 'undici'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { receiveUpload, UploadTooLarge } from '../../../../control/migrate/jobs/receive-upload.ts'
import { createImportCursors } from '../../../../control/migrate/plays/import-cursors.ts'
import { newImport } from '../../../../control/migrate/plays/import-state.ts'
import { permissionsOf, type Role } from '../../../../control/operators/roles.ts'
import { tempDir } from '../../../support/cleanup.ts'
import {
  DATABASE_TOKEN,
  writeTautulliDatabase,
} from '../../../support/media-servers/tautulli-database.ts'
import { type DetectionApi, startDetectionApi } from './detection-api.ts'

const now = (): number => Date.now()
const headers = { authorization: 'Bearer x' }

let api: DetectionApi
let folder: { path: string; remove: () => Promise<void> }
beforeEach(async () => {
  folder = await tempDir()
  api = await startDetectionApi(now)
})
afterEach(async () => {
  await api.stop()
  await folder.remove()
})

type Body = string | Buffer | FormData

const post = async (query: string, payload: Body, type = 'application/octet-stream') => {
  const isForm = payload instanceof FormData
  const form = isForm ? new Response(payload) : null
  const answer = await api.app.inject({
    method: 'POST',
    url: `/api/v1/imports${query}`,
    headers: { ...headers, 'content-type': form?.headers.get('content-type') ?? type },
    payload: isForm ? Buffer.from((await form?.arrayBuffer()) ?? new ArrayBuffer(0)) : payload,
  })
  return { status: answer.statusCode, body: answer.json() }
}

const call = async (method: 'GET' | 'POST' | 'DELETE', path: string) => {
  const answer = await api.app.inject({ method, url: `/api/v1/imports${path}`, headers })
  return { status: answer.statusCode, text: answer.body, headers: answer.headers }
}

const ended = async (id: string) =>
  await vi.waitFor(
    async () => {
      const state = JSON.parse((await call('GET', `/${id}`)).text)
      expect(['waiting', 'reading', 'judging']).not.toContain(state.state)
      return state
    },
    { timeout: 50_000, interval: 25 },
  )

const playOf = (i: number) => ({
  id: `p${i}`,
  source: 'plex:house',
  account: `server:house:${i % 5}`,
  address: '203.0.113.9',
  startedAt: 1_700_000_000_000 + i * 5_400_000,
  endedAt: 1_700_000_000_000 + i * 5_400_000 + 3_600_000,
})

const ndjson = (rows: number): string =>
  Array.from({ length: rows }, (_, i) => `${JSON.stringify(playOf(i))}\n`).join('')

describe('an uploaded history', () => {
  test('as a body is read in the background; its bad rows are a file; once more adds nothing', async () => {
    const text = `${ndjson(600)}{"id":"x"}\nnonsense\n`
    const taken = await post('?kind=history&name=../../plays.ndjson', text)
    expect(taken).toMatchObject({
      status: 202,
      body: { kind: 'history', name: 'plays.ndjson', state: 'waiting' },
    })
    const done = await ended(taken.body.id)
    expect(done).toMatchObject({
      state: 'done',
      fraction: 1,
      hasRejected: true,
      canResume: false,
      tally: { rows: 602, inserted: 600, bad: 2 },
    })
    const rejected = await call('GET', `/${done.id}/rejected`)
    expect(rejected.headers['content-disposition']).toContain('attachment')
    expect(
      rejected.text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toMatchObject([
      { where: 'line 601', row: { id: 'x' } },
      { where: 'line 602', problem: 'no JSON' },
    ])
    const again = await post('?kind=history', gzipSync(text))
    expect((await ended(again.body.id)).tally).toMatchObject({ inserted: 0, unchanged: 600 })
    const same = await post('?kind=history', text)
    expect(same.body.id).toBe(done.id)
    expect((await ended(done.id)).tally).toMatchObject({ rows: 602, unchanged: 600 })
    expect((await api.store.history.playsOf('server:house:1', 0, now())).length).toBe(120)
    expect((await call('DELETE', `/${done.id}`)).status).toBe(204)
    expect((await call('GET', `/${done.id}`)).status).toBe(404)
  })

  test('of a form is a database of Tautulli, whose tokens nobody sees', async () => {
    const path = join(folder.path, 'tautulli.db')
    const row = { user: 4, started: 1_700_000_000, stopped: 1_700_003_000, ip: '90.63.200.7' }
    writeTautulliDatabase(
      path,
      [
        { id: 1, ...row },
        { id: 2, user: null },
      ],
      [4],
    )
    const form = new FormData()
    form.set('kind', 'tautulli')
    form.set('server', 'house')
    form.set('file', new Blob([readFileSync(path)]), 'tautulli.db')
    const taken = await post('', form)
    expect(taken).toMatchObject({ status: 202, body: { name: 'tautulli.db', server: 'house' } })
    const done = await ended(taken.body.id)
    expect(done).toMatchObject({ state: 'done', tally: { rows: 2, inserted: 1, bad: 1 } })
    expect((await api.store.history.playsOf('server:house:4', 0, now()))[0]?.source).toBe(
      'tautulli:house',
    )
    const { text } = await call('GET', `/${done.id}/rejected`)
    expect(text + JSON.stringify(done)).not.toContain(DATABASE_TOKEN)
  })

  test.each([
    ['without a boundary', 'multipart/form-data', '--x\r\n\r\n\r\n--x--\r\n'],
    ['with an empty boundary', 'multipart/form-data; boundary=', '--x\r\n\r\n\r\n--x--\r\n'],
    [
      'that ends early',
      'multipart/form-data; boundary=x',
      '--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nab',
    ],
    ['of another text', 'multipart/form-data; boundary=x', 'call=play'],
    ['in a part whose head is cut', 'multipart/form-data; boundary=x', '--x\r\nContent-Dispo'],
    ['of nothing', 'multipart/form-data; boundary=x', ''],
  ])('in a form %s is refused', async (_, type, payload) => {
    expect((await post('?kind=history', payload, type)).status).toBe(400)
  })

  test('of Jellystat is JSON, as browsers name it; what is none fails in words', async () => {
    const activity = {
      Id: 'a1',
      UserId: 'u1',
      PlaybackDuration: '5400',
      ActivityDateInserted: '2025-03-01T20:00:00.000Z',
      RemoteEndPoint: '90.63.200.7',
    }
    const backup = JSON.stringify([{ jf_playback_activity: [activity] }])
    const taken = await post('?kind=jellystat&server=attic', backup, 'application/json')
    expect((await ended(taken.body.id)).tally).toMatchObject({ rows: 1, inserted: 1 })
    const wrong = await post('?kind=tautulli', backup, 'application/json')
    expect(await ended(wrong.body.id)).toMatchObject({
      state: 'failed',
      problem: 'the file is not an SQLite database',
      canResume: true,
    })
    expect((await call('GET', `/${taken.body.id}/rejected`)).status).toBe(404)
  })

  test('without a kind, without a file and of another kind is refused', async () => {
    expect((await post('', ndjson(1))).status).toBe(400)
    expect((await post('?kind=else', ndjson(1))).status).toBe(400)
    expect(readdirSync(api.uploads)).toEqual([])
    const form = new FormData()
    form.set('kind', 'history')
    expect(await post('', form)).toMatchObject({
      status: 400,
      body: { detail: 'The form holds no file.' },
    })
    expect((await call('POST', `/${'0'.repeat(24)}/cancel`)).status).toBe(404)
  })

  test('is cancelled after the rows it writes, goes on where it was, and waits for the one before', async () => {
    const first = await post('?kind=history', ndjson(12_000))
    const second = await post('?kind=history', ndjson(10))
    expect(second.body.state).toBe('waiting')
    const cancelled = await call('POST', `/${first.body.id}/cancel`)
    expect(cancelled.status).toBe(202)
    expect(await ended(second.body.id)).toMatchObject({ state: 'done' })
    const state = await ended(first.body.id)
    expect(state).toMatchObject({ state: 'cancelled', canResume: true })
    expect(state.tally.rows).toBeLessThan(12_000)
    expect((await call('POST', `/${first.body.id}/cancel`)).status).toBe(409)
    expect((await call('POST', `/${first.body.id}/resume`)).status).toBe(202)
    expect(await ended(first.body.id)).toMatchObject({ state: 'done', tally: { rows: 12_000 } })
    expect((await call('POST', `/${first.body.id}/resume`)).status).toBe(409)
    expect((await api.store.history.playsOf('server:house:1', 0, now())).length).toBe(2400)
  })

  test('ends when another control plane has cancelled it', async () => {
    const { id } = (await post('?kind=history', ndjson(12_000))).body
    const cursors = createImportCursors(api.store.cursors)
    const known = await cursors.get(id)
    if (known === null) throw new Error('the import is not kept')
    await cursors.put({ ...known, state: 'cancelled' })
    const state = await ended(id)
    expect(state).toMatchObject({ state: 'cancelled' })
    expect(state.tally.rows).toBeLessThan(12_000)
  })

  test('goes on after a stop of the control plane', async () => {
    const taken = await post('?kind=history', ndjson(8_000))
    await api.imports.stop()
    const state = JSON.parse((await call('GET', `/${taken.body.id}`)).text)
    expect(state).toMatchObject({ state: 'reading' })
    await api.resumeImports()
    expect(await ended(taken.body.id)).toMatchObject({
      state: 'done',
      tally: { rows: 8_000, bad: 0 },
    })
  })
})

test('an import of the command line is cancelled when it next says how far it is, once', async () => {
  const id = 'a'.repeat(24)
  const state = newImport(id, { kind: 'history', name: 'plays.ndjson' }, now())
  const put = async () => {
    const url = `/api/v1/imports/${id}`
    return (await api.app.inject({ method: 'PUT', url, headers, payload: state })).statusCode
  }
  expect(await put()).toBe(200)
  expect((await call('POST', `/${id}/cancel`)).status).toBe(202)
  expect(JSON.parse((await call('GET', `/${id}`)).text)).toMatchObject({
    state: 'cancelled',
    canResume: false,
  })
  expect(await put()).toBe(409)
  const resumed = await call('POST', `/${id}/resume`)
  expect(resumed).toMatchObject({
    status: 409,
    text: expect.stringContaining('import the file again'),
  })
  expect(await put()).toBe(200)
})

test.each<[Role, number]>([
  ['viewer', 403],
  ['operator', 202],
])('%s is answered %i', async (role, status) => {
  const other = await startDetectionApi(now, permissionsOf(role))
  try {
    const url = '/api/v1/imports?kind=history'
    const raw = { ...headers, 'content-type': 'application/octet-stream' }
    const answer = await other.app.inject({ method: 'POST', url, headers: raw, payload: ndjson(1) })
    expect(answer.statusCode).toBe(status)
  } finally {
    await other.stop()
  }
})

test('an upload beyond the bound leaves nothing; one within it is nobody else’s to read', async () => {
  const body = () => Readable.from([Buffer.alloc(600), Buffer.alloc(600)])
  const uploads = join(folder.path, 'uploads')
  await expect(receiveUpload(body(), uploads, 1000)).rejects.toThrow(UploadTooLarge)
  expect(existsSync(uploads) ? readdirSync(uploads) : []).toEqual([])
  const { path, bytes } = await receiveUpload(body(), uploads, 2000)
  expect({ bytes, mode: statSync(path).mode & 0o777 }).toEqual({ bytes: 1200, mode: 0o600 })
})
