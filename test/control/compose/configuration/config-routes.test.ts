import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Fastify, { type FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createLiveConfig } from '../../../../control/compose/base/live-config.ts'
import { configRoutes } from '../../../../control/compose/configuration/config-routes.ts'
import { loadConfig } from '../../../../control/config/load.ts'
import { ConfigError } from '../../../../control/config/problems/problems.ts'
import problem from '../../../../control/plugins/problem.ts'
import { createAuditTrail } from '../../../../control/routes/admin/common/audit-trail.ts'
import { openStore, type Store } from '../../../../control/store/store.ts'
import { tempDir } from '../../../support/cleanup.ts'

const TEXT = `# Ours
groups:
  - name: home
    default: true
    max_sessions: 2
secure_links:
  - name: own
    format: nginx
    key: a link key nobody may see
`
const SECRET = 'a link key nobody may see'

let app: FastifyInstance
let store: Store
let file: string
let live: ReturnType<typeof createLiveConfig>
let isRefused = false
const nginxReloads: string[] = []

beforeAll(async () => {
  const folder = await tempDir()
  file = join(folder.path, 'gatehouse.yaml')
  writeFileSync(file, TEXT, { mode: 0o640 })
  store = await openStore({ url: join(folder.path, 'api.duckdb') })
  live = createLiveConfig(loadConfig(file, process.env), () => undefined)
  live.onReload(async () => {
    await Promise.resolve()
    if (isRefused) throw new Error('a part refuses it')
  })
  app = Fastify()
  await app.register(problem)
  app.decorateRequest('actor')
  app.addHook('onRequest', async (request) => {
    request.actor = { name: 'olga', permissions: ['*'] }
    await Promise.resolve()
  })
  const routes = configRoutes({
    live,
    log: pino({ level: 'silent' }),
    now: () => Date.now(),
    paths: { secretsKey: join(folder.path, 'secrets.key') },
    store,
    serverKey: Buffer.from('server key'),
    toEdge: async ({ text }) => {
      nginxReloads.push('asked')
      await Promise.resolve()
      if (!text.includes('max_sessions: 66')) return
      throw new ConfigError(file, [{ path: 'the edge', line: 1, message: 'nginx refuses it' }])
    },
  })
  routes(createAuditTrail(store.audit, () => Date.now()))(app)
})
afterAll(async () => {
  await app?.close()
  await store?.close()
})

const call = async (method: 'GET' | 'POST' | 'PUT', url: string, body?: object, match?: string) => {
  const answer = await app.inject({
    method,
    url,
    ...(body === undefined ? {} : { payload: body }),
    ...(match === undefined ? {} : { headers: { 'if-match': match } }),
  })
  const { statusCode: status, headers } = answer
  return { status, etag: headers['etag'] ?? '', body: answer.json() }
}
const put = async (text: string, match?: string) =>
  await call('PUT', '/config', { text, note: 'a test' }, match)

describe('a text of the configuration', () => {
  test('is checked, compared, applied with its author, and undone', async () => {
    const { etag, body } = await call('GET', '/config')
    expect(body).toMatchObject({ file, isInUse: true, isWritable: true })
    const changed = body.text.replace('max_sessions: 2', 'max_sessions: 77')
    const checked = await call('POST', '/config/validate', { text: changed })
    expect(checked.body).toEqual({ valid: true, problems: [] })
    const { changes, patch } = (await call('POST', '/config/diff', { text: changed })).body
    expect(changes).toEqual([
      { path: 'groups[home].max_sessions', before: 2, after: 77, needsRestart: false },
    ])
    expect(patch).toContain('-    max_sessions: 2\n+    max_sessions: 77')
    const applied = await put(changed, etag)
    expect([applied.status, applied.body.changedBy, nginxReloads]).toEqual([200, 'olga', ['asked']])
    expect(live.config().groups[0]?.max_sessions).toBe(77)
    const stale = await put(body.text, etag)
    expect([stale.status, stale.etag]).toEqual([412, applied.etag])
    expect(stale.body.type).toBe('urn:gatehouse:problem:precondition.failed')

    const { items } = (await call('GET', '/config/versions')).body
    expect(items).toMatchObject([
      { by: 'olga', note: 'a test', isCurrent: true },
      { by: 'file', note: null, isCurrent: false },
    ])
    const [newest] = (await call('GET', '/config/versions?limit=1')).body.items
    expect(newest).toEqual(items[0])
    const old = await call('GET', `/config/versions/${items[1].id}`)
    expect(old.body.text).toBe(body.text)
    const restore = `/config/versions/${items[1].id}/restore`
    expect((await call('POST', restore, undefined, etag)).status).toBe(412)
    expect((await call('POST', restore, undefined, applied.etag)).status).toBe(200)
    expect(readFileSync(file, 'utf8')).toBe(TEXT)
    expect((await call('POST', '/config/versions/none/restore')).status).toBe(404)
    const { rows } = await store.audit.list({ sort: 'at' })
    expect(rows.map(({ actor, action }) => [actor, action])).toEqual([
      ['olga', 'config.apply'],
      ['olga', 'config.restore'],
    ])
  })

  test('that nginx refuses is not kept: what was in use is again, and the answer says why', async () => {
    const { etag, body } = await call('GET', '/config')
    const refused = await put(body.text.replace('max_sessions: 2', 'max_sessions: 66'), etag)
    expect([refused.status, refused.body.errors]).toEqual([
      422,
      [{ path: 'the edge', line: 1, message: 'nginx refuses it' }],
    ])
    expect(readFileSync(file, 'utf8')).toBe(TEXT)
    expect(live.config().groups[0]?.max_sessions).toBe(2)
    expect((await call('GET', '/config')).etag).toBe(etag)
    const { items } = (await call('GET', '/config/versions')).body
    const [newest] = items.filter(({ isCurrent }: { isCurrent: boolean }) => isCurrent)
    expect((await call('GET', `/config/versions/${newest.id}`)).body.text).toBe(body.text)
  })

  test('with mistakes is refused with their lines; one a part refuses, too; nothing changes', async () => {
    const refused = await put(`${TEXT}log:\n  level: loud\n`)
    expect(refused.status).toBe(422)
    expect(refused.body).toMatchObject({
      type: 'urn:gatehouse:problem:config.invalid',
      errors: [{ line: 11, path: 'log.level' }],
    })
    const { body } = await call('POST', '/config/validate', { text: `${TEXT}new: 1\n` })
    expect(body).toMatchObject({ valid: false, problems: [{ path: 'new', line: 10 }] })
    const missing = await put(
      `${TEXT}admin: { token_file: a }\nredis: { ca_file: /nowhere/ca.pem }\n`,
    )
    expect([missing.status, missing.body.detail]).toEqual([
      422,
      expect.stringContaining('/nowhere'),
    ])
    isRefused = true
    const late = await put(TEXT.replace('# Ours', '# Theirs'))
    isRefused = false
    expect([late.status, late.body.detail]).toEqual([
      422,
      expect.stringContaining('a part refuses'),
    ])
    for (const text of ['', '  \n', '[1]', '\u0000', 'a: &a [*a]'])
      expect((await put(text)).status).toBeGreaterThanOrEqual(400)
    expect(readFileSync(file, 'utf8')).toBe(TEXT)
    expect(live.loaded().text).toBe(TEXT)
  })

  test('shows no secret, and takes its mark for it', async () => {
    const { text: hidden } = (await call('GET', '/config')).body
    expect(hidden).toMatch(/key: hidden_/)
    expect((await put(hidden.replace('format: nginx', 'format: flussonic'))).status).toBe(200)
    expect(readFileSync(file, 'utf8')).toBe(TEXT.replace('format: nginx', 'format: flussonic'))
    const { items } = (await call('GET', '/config/versions')).body
    const seen = await Promise.all([
      ...[
        '/config',
        '/config/versions',
        ...items.map(({ id }: { id: string }) => `/config/versions/${id}`),
      ].map(async (path) => await call('GET', path)),
      call('POST', '/config/diff', { text: hidden.replace(/hidden_\S+/, 'another key') }),
    ])
    expect(
      JSON.stringify([seen, await store.audit.list(), await store.configVersions.list()]),
    ).not.toContain(SECRET)
    const foreign = await put(hidden.replace(/hidden_\S+/, 'hidden_AAAAAAAAAAAA'))
    expect(foreign.status).toBe(422)
    expect(foreign.body.errors).toMatchObject([{ line: 9, path: 'a hidden secret' }])
  })

  test('written into the file by hand is shown, and no version of who did not write it', async () => {
    const text = TEXT.replace('# Ours', '# By hand')
    const { etag } = await call('GET', '/config')
    writeFileSync(file, text)
    expect((await call('GET', '/config')).body).toMatchObject({ isInUse: false })
    expect((await put(TEXT, etag)).status).toBe(412)
    await live.reload()
    expect((await put(TEXT)).status).toBe(200)
    const { items } = (await call('GET', '/config/versions?limit=2')).body
    expect(items.map(({ by }: { by: string }) => by)).toEqual(['olga', 'file'])
  })

  test.skipIf(process.getuid?.() === 0)('in a file nobody may write is refused', async () => {
    chmodSync(file, 0o440)
    const refused = await put(TEXT.replace('# Ours', '# Mine'))
    expect([refused.status, refused.body.detail]).toEqual([
      409,
      expect.stringContaining('not writable'),
    ])
    chmodSync(file, 0o640)
  })
})

test('the log level changes at run time', async () => {
  expect((await call('PUT', '/log-level', { level: 'debug' })).body).toEqual({
    level: 'debug',
    configured: 'info',
  })
  expect((await call('GET', '/log-level')).body.level).toBe('debug')
  expect((await call('PUT', '/log-level', { level: 'loud' })).status).toBe(400)
})
