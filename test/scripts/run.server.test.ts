import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { packageRoot } from '../../control/config/paths.ts'
import { run } from '../../control/runtime/exec.ts'
import { tempDir, useCleanup } from '../support/cleanup.ts'
import { freePort, until } from '../support/programs/port.ts'
import { startService } from '../support/programs/service.ts'

const onCleanup = useCleanup()
const script = (name: string) => join(packageRoot(), 'scripts', name)

/** Processes whose command line names a folder. */
async function processesOf(folder: string): Promise<string[]> {
  const { stdout } = await run(['ps', '-eo', 'pid,args'])
  return stdout.split('\n').filter((line) => line.includes(folder) && !line.includes(' ps '))
}

describe('what goes wrong is told in one sentence, exit 2', () => {
  test.each([
    [
      'an unknown option',
      'run',
      ['--frobnicate'],
      /--frobnicate.*see \.\/scripts\/run --help\.\n$/,
    ],
    ['no such configuration', 'run', ['--config', '/nonexistent.yaml'], /there is no such file\n$/],
    ['an unknown program', 'runtime', ['emacs'], /^Usage/],
    ['an unknown test option', 'test', ['--slow'], /--slow.*see \.\/scripts\/test --help\.\n$/],
  ])('%s', async (_, name, args, expected) => {
    const { code, stdout, stderr } = await run([script(name), ...args])
    expect(stderr).toMatch(expected)
    expect(stderr).not.toMatch(/\n\s+at /)
    expect(stdout).toBe('')
    expect(code).toBe(2)
  })

  test('Node.js missing, or too old', async () => {
    const folder = await tempDir()
    onCleanup(folder.remove)
    await run(['ln', '-s', '/usr/bin/dirname', '/usr/bin/readlink', '/usr/bin/env', folder.path])
    const missing = await run(['/bin/bash', script('run')], { env: { PATH: folder.path } })
    expect(missing).toMatchObject({
      code: 2,
      stderr: 'Node.js is missing; install version 20.19 or newer.\n',
    })
    await run([
      'bash',
      '-c',
      `printf '#!/bin/bash\\necho 18.19.0\\n' > ${folder.path}/node; chmod +x ${folder.path}/node`,
    ])
    const old = await run(['/bin/bash', script('run')], { env: { PATH: folder.path } })
    expect(old).toMatchObject({
      code: 2,
      stderr: 'Node.js 18.19.0 is too old; install version 20.19 or newer.\n',
    })
  })

  test.each(['run', 'test', 'build', 'runtime', 'gatehouse'])(
    '%s --help, by a link from elsewhere',
    async (name) => {
      const folder = await tempDir()
      onCleanup(folder.remove)
      const link = join(folder.path, 'link')
      await run(['ln', '-s', script(name), link])
      const { code, stdout } = await run([link, '--help'])
      expect(stdout).toMatch(/^Usage/)
      expect(code).toBe(0)
    },
  )
})

test('who reads no more ends the program, without a word of its own', async () => {
  const folder = await tempDir()
  onCleanup(folder.remove)
  const unread = (command: string) =>
    run(['bash', '-c', `set -o pipefail; ${command} | true`], { env: { ...process.env, ...env } })
  const names = ['EDGE_LISTEN', 'ADMIN_LISTEN', 'DEMO_ORIGIN'].map((name) => `GATEHOUSE_${name}`)
  const ports = await Promise.all(names.map(async () => await freePort()))
  const env = Object.fromEntries(names.map((name, at) => [name, `127.0.0.1:${ports[at]}`]))
  const state = join(folder.path, 's')
  const [command, service] = await Promise.all([
    unread(`${script('gatehouse')} --help`),
    unread(`${script('run')} --state ${state} 2>&1`),
  ])
  expect(command).toMatchObject({ code: 0, stderr: '' })
  expect(service.code).toBe(0)
  expect(await processesOf(state)).toEqual([])
})

test('a port in use is named with its setting', async () => {
  const folder = await tempDir()
  onCleanup(folder.remove)
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onCleanup(() => server.close())
  const address = server.address()
  const taken = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  const env = { ...process.env, GATEHOUSE_EDGE_LISTEN: taken }
  const { code, stderr } = await run([script('run'), '--state', join(folder.path, 's')], { env })
  expect(stderr).toContain(
    `(edge.listen: ${taken}) is in use; stop the program that uses it, or set edge.listen`,
  )
  expect(code).toBe(2)
})

test('a whole instance: one line of JSON, a second run refused, every part comes back, all of it ends', async () => {
  const folder = await tempDir()
  onCleanup(folder.remove)
  const service = await startService({ state: join(folder.path, 'a state folder') })
  onCleanup(() => service.stop())
  expect(Object.keys(service.ready).sort()).toEqual([
    'accounts',
    'admin',
    'adminToken',
    'dashboard',
    'edge',
    'groups',
    'signIn',
  ])
  expect(service.ready.accounts.map((it) => [it.name, it.maxSessions])).toEqual([
    ['one-screen', 1],
    ['two-screens', 2],
  ])
  expect(service.ready.groups.map((it) => it.channels)).toEqual([12, 8, 4])
  expect((await fetch(`${service.edge}/playlist.m3u`)).status).toBe(200)

  const again = await run([script('run'), '--state', service.state])
  expect(again.stderr).toMatch(/^Gatehouse already runs with the state folder/)
  expect(again.code).toBe(2)

  const nginxPid = readFileSync(join(service.state, 'run/nginx.pid'), 'utf8').trim()
  process.kill(Number(nginxPid), 'SIGKILL')
  await until('the report', () => service.output().includes('nginx ended (signal SIGKILL)'))
  await until(
    'nginx again',
    async () => (await fetch(`${service.edge}/health`).catch(() => null))?.status === 200,
  )

  await service.stop()
  expect(await processesOf(service.state)).toEqual([])
})

test('the demo has a guide at the edge, and a surge profile that narrows a list', async () => {
  const service = await startService()
  onCleanup(() => service.stop())
  const list = async () => await (await fetch(`${service.edge}/playlist.m3u`)).text()
  const guide = /url-tvg="([^"]+)"/.exec(await list())?.[1] ?? ''
  expect(guide.startsWith(service.edge)).toBe(true)
  await until('programmes', async () => {
    const bytes = Buffer.from(await (await fetch(guide)).arrayBuffer())
    return gunzipSync(bytes).includes('<programme ')
  })
  const surge = async (on: boolean) => {
    const headers = { 'content-type': 'application/json' }
    const init = { method: 'PUT', body: JSON.stringify({ on }), headers }
    expect((await service.api('/api/v1/surge/rush', init)).status).toBe(200)
  }
  const channels = async () => ((await list()).match(/^http/gm) ?? []).length
  await surge(true)
  await until('the short list', async () => (await channels()) === 2)
  await surge(false)
  await until('the whole list', async () => (await channels()) === 4)
})

test('a supervisor that is killed takes everything with it, and the next one starts on what it left', async () => {
  const first = await startService()
  await first.kill9()
  await until(
    'the end of all it started',
    async () => (await processesOf(first.state)).length === 0,
  )
  const second = await startService({ state: first.state })
  onCleanup(() => second.stop())
  expect(second.ready.groups).toHaveLength(3)
  interface Play {
    readonly id: string
    readonly source: string
    readonly user_name: string
  }
  const plays = async (): Promise<Play[]> => {
    const { items } = (await (await second.api('/api/v1/sessions')).json()) as { items: Play[] }
    return items.filter(({ source }) => source === 'plex:demo')
  }
  await until('the demo’s media server plays', async () => (await plays()).length === 4)
  const [one] = await plays()
  const ended = await second.api(`/api/v1/sessions/${one?.id ?? ''}`, { method: 'DELETE' })
  expect(await ended.json()).toMatchObject({ state: 'confirmed' })
  await until('it is gone', async () => (await plays()).length === 3)
  await first.stop()
})

test('SIGHUP: a good file reaches nginx without a restart, a bad one changes nothing', async () => {
  const text = `edge: { listen: __EDGE__, workers: 1 }
admin: { listen: __ADMIN__ }
groups: [{ name: everyone, default: true }]
`
  const service = await startService({ config: text })
  onCleanup(() => service.stop())
  const file = /--config (\S+)/.exec((await processesOf(service.state)).join('\n'))?.[1] ?? ''
  const good = readFileSync(file, 'utf8')
  const pidOf = () => readFileSync(join(service.state, 'run/nginx.pid'), 'utf8').trim()
  const before = pidOf()
  writeFileSync(file, good.replace('workers: 1', 'workers: 2'))
  process.kill(service.pid, 'SIGHUP')
  await until('the new configuration', () => service.output().includes('is read again'))
  const conf = () => readFileSync(join(service.state, 'nginx/nginx.conf'), 'utf8')
  expect(conf()).toContain('worker_processes 2')
  writeFileSync(file, 'edge: { listen: 5 }\n')
  process.kill(service.pid, 'SIGHUP')
  await until('the refusal', () => service.output().includes('stays as it was'))
  // Nobody but nginx itself can tell that there is no such variable.
  writeFileSync(file, good.replace('workers: 1', 'country_variable: $nowhere'))
  process.kill(service.pid, 'SIGHUP')
  await until("nginx's refusal", () => /stays as it was: nginx .*"nowhere"/.test(service.output()))
  expect(conf()).toContain('worker_processes 2')
  for (let turn = 0; turn < 2; turn += 1) {
    const refused = await service.api('/api/v1/config/reload', { method: 'POST' })
    expect(refused.status).toBe(422)
    expect(await refused.text()).toMatch(/the edge.*nowhere/)
  }
  writeFileSync(file, good.replace('workers: 1', 'workers: 3'))
  expect((await service.api('/api/v1/config/reload', { method: 'POST' })).status).toBe(204)
  await until('the same by the API', () => conf().includes('worker_processes 3'))
  expect(pidOf()).toBe(before)
  expect((await fetch(`${service.edge}/health`)).status).toBe(200)
})
