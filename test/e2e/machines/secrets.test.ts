import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { tempDir } from '../../support/cleanup.ts'
import { until } from '../../support/programs/port.ts'
import { descendants } from '../../support/programs/processes.ts'
import { startService, type TestService } from '../../support/programs/service.ts'
import { controlPid, kill9 } from '../world/processes.ts'
import { viewer } from '../world/viewer.ts'
import { adminOf, worldConfig } from '../world/world.ts'

let service: TestService
let folder: Awaited<ReturnType<typeof tempDir>>

beforeAll(async () => {
  folder = await tempDir()
  service = await startService({ config: worldConfig(), state: join(folder.path, 'state') })
}, 300_000)
afterAll(async () => {
  await service?.stop()
  await folder?.remove()
})

/** Every command Redis gets, as MONITOR tells it. */
async function monitor(socketPath: string) {
  const socket = connect(socketPath)
  let text = ''
  socket.setEncoding('latin1').on('data', (chunk: string) => (text += chunk))
  await new Promise((resolve) => socket.on('connect', resolve))
  socket.write('MONITOR\r\n')
  return { text: () => text, stop: () => socket.destroy() }
}

/** Every file of the state folder but those whose purpose is to hold a secret, with its bytes as text. */
function filesOf(state: string): [string, string][] {
  const names = readdirSync(state, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((name) => !name.endsWith('admin-token'))
  return names.map((name) => [name, readFileSync(name, 'latin1')])
}

/** Whether a play of an account has ended, as the history has it. */
async function hasEnded(admin: ReturnType<typeof adminOf>, account: string): Promise<boolean> {
  const path = `/history/plays?account=${account}`
  const { items } = await admin.get<{ items: { endedAt: number | null }[] }>(path)
  return items.some(({ endedAt }) => endedAt !== null)
}

test('no ticket, pass, token or password stands in clear in any log, in Redis or in the database', async () => {
  const admin = adminOf(service)
  const redis = await monitor(join(service.state, 'run/redis.sock'))
  const secrets = new Map<string, string>()
  const keep = (name: string, secret: string) => secrets.set(name, secret)

  const { id, token } = await admin.account(2)
  keep('token', token)
  for (const account of service.ready.accounts) keep(`demo token ${account.name}`, account.token)
  keep('admin token', service.adminToken)
  const password = 'hunter-zwei-8472'
  keep('password', password)
  await admin.send('PUT', `/accounts/${id}/password`, { username: 'bertha', password })

  const owner = viewer(service.edge, { token, address: '198.51.100.1' })
  const ticket = await owner.ticket()
  keep('ticket', ticket)
  const playing = await owner.play('federal-1', ticket)
  keep('pass', playing.pass)
  for (let round = 0; round < 3; round++) await playing.poll()
  const doors = [
    `/live/bertha/${password}/federal-2.m3u8`,
    `/live/federal-3/index.m3u8?token=${token}`,
    `/playlist.m3u?token=${token}`,
    `/get.php?username=bertha&password=${password}&type=m3u_plus`,
  ]
  for (const door of doors) {
    const { location } = await owner.get(door)
    if (location) keep(`pass of ${door.slice(0, 14)}`, location.split('/')[2] ?? '')
    await owner.get(door, { headers: { Referer: `${service.edge}${door}` } })
  }
  // Wrong ones are typed by people too: nearly right.
  const wrong = { token: 'nearly-right-token-5521', password: 'nearly-hunter-5522' }
  for (const [name, secret] of Object.entries(wrong)) keep(`wrong ${name}`, secret)
  for (const path of [
    `/playlist.m3u?token=${wrong.token}`,
    `/live/federal-1/index.m3u8?token=${wrong.token}`,
    `/get.php?username=bertha&password=${wrong.password}`,
    `/live/bertha/${wrong.password}/federal-1.m3u8`,
    `/live/${ticket}x/federal-1/index.m3u8`,
    `/s/${playing.pass}x/federal-1/index.m3u8`,
    `/s/${playing.pass}/federal-1/no-such-file.ts`,
    `/s/${playing.pass}/federal-1/%00`,
    `/live/${ticket}/federal-1/../../x`,
    `/%2flive/${ticket}/x`,
  ]) {
    await owner.get(path)
  }
  const third = viewer(service.edge, { address: '198.51.100.2' })
  await third.open('federal-4', ticket)
  // What nginx itself complains of: an origin that ends early, and a control plane that is away.
  await kill9(await controlPid(service))
  await third.open('federal-1', ticket)
  await owner.get(`/live/bertha/${password}/federal-4.m3u8`)
  await owner.get(`/playlist.m3u?token=${token}`)
  const isBack = () =>
    admin.sessions().then(
      () => true,
      () => false,
    )
  await until('the control plane again', isBack, 60_000)
  // What happened while it was away is told, and written.
  await until('the session', async () => (await admin.sessions(id)).length > 0)
  const isEnded = async () => {
    // What was opened while it was away may come in later.
    for (const session of await admin.sessions(id))
      await admin.send('DELETE', `/sessions/${session.id}`).catch(() => null)
    return await hasEnded(admin, `own:${id}`)
  }
  await until('the history', isEnded)

  const monitored = redis.text()
  redis.stop()
  expect(monitored.length).toBeGreaterThan(2000)
  const origin = service.originLog()
  expect(origin).toContain('federal-1')
  const output = service.output()
  const logs = service.logs()
  for (const name of ['access.log', 'control.log', 'nginx-error.log']) {
    expect(logs[name]?.length, name).toBeGreaterThan(0)
  }
  expect(logs['access.log']).toContain('federal-1')
  const running = descendants(service.pid)
  await service.kill9()
  await until('the end of all its parts', () =>
    running.every(({ pid }) => !existsSync(`/proc/${pid}`)),
  )
  const places: [string, string][] = [
    ['MONITOR', monitored],
    ['origin', origin],
    ...filesOf(service.state),
  ]
  // What may stand there is found, so what may not would be found too.
  const holding = (text: string) =>
    places.filter(([, held]) => held.includes(text)).map(([at]) => at)
  expect(holding('bertha').join()).toContain('gatehouse.duckdb')
  expect(holding('federal-1')).toEqual(expect.arrayContaining(['MONITOR', 'origin']))
  const found = places.flatMap(([place, text]) =>
    [...secrets]
      .filter(([, secret]) => text.includes(secret))
      .map(([name]) => `${name} in ${place}`),
  )
  // The one line the demo prints for a script holds its tokens: that is its purpose.
  const [, ...said] = output.split('\n').filter((line) => !line.startsWith('{"edge"'))
  for (const [name, secret] of secrets) expect(said.join('\n'), name).not.toContain(secret)
  expect(found).toEqual([])
}, 120_000)
