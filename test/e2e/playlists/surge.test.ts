import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { packageRoot } from '../../../control/config/paths.ts'
import { run } from '../../../control/runtime/exec.ts'
import { pause } from '../../support/pause.ts'
import { until } from '../../support/programs/port.ts'
import { startService, type TestService } from '../../support/programs/service.ts'
import { type Playing, viewer } from '../world/viewer.ts'
import { adminOf, worldConfig } from '../world/world.ts'

let service: TestService
let admin: ReturnType<typeof adminOf>

const profiles = `surge:
  - { name: new-year, group: everyone, channels: { ids: [federal-1, federal-2] }, running: end }
  - { name: gentle, group: home, channels: { titles: [Federal] }, running: stay }
`

beforeAll(async () => {
  service = await startService({ config: worldConfig({ more: profiles }) })
  admin = adminOf(service)
}, 300_000)
afterAll(() => service?.stop())

const home = (n: number) => viewer(service.edge, { address: `192.168.60.${n}` })
const stranger = (n: number) => viewer(service.edge, { address: `203.0.113.${n}` })

/** Status of every poll a player makes while something else goes on. */
async function whilePolling(
  one: Pick<Playing, 'poll'>,
  work: (answers: readonly number[]) => Promise<void>,
) {
  const answers: number[] = []
  const over = new AbortController()
  const polling = (async () => {
    while (!over.signal.aborted) {
      answers.push((await one.poll()).status)
      await pause(300)
    }
  })()
  await work(answers).finally(() => over.abort())
  await polling
  return answers
}

async function command(...args: string[]) {
  const script = join(packageRoot(), 'scripts/gatehouse')
  const { code, stdout, stderr } = await run([script, ...args, '--state', service.state])
  expect(code, stderr).toBe(0)
  return stdout
}

describe('surge', () => {
  test('by API: strangers keep two channels at once, home keeps all; and back', async () => {
    const kept = await stranger(1).play('federal-1')
    const cut = await stranger(2).play('federal-3')
    const oldList = await stranger(3).ticket()
    for (const one of [kept, cut]) expect((await one.poll()).status).toBe(200)

    await admin.send('PUT', '/surge/new-year', { on: true })
    const channels = () => stranger(4).channels()
    const isShort = async () => {
      expect((await kept.poll()).status).toBe(200)
      return (await channels()).length === 2
    }
    await until('the short list', isShort)
    expect(await channels()).toEqual(['federal-1', 'federal-2'])
    expect(await home(1).channels()).toHaveLength(12)
    const refused = await stranger(3).open('federal-4', oldList)
    expect([refused.status, refused.reason]).toEqual([403, 'channel.surge'])
    const isCut = async () => {
      expect((await kept.poll()).status).toBe(200)
      return (await cut.poll()).status === 403
    }
    await until('the end of what runs', isCut)
    expect((await cut.poll()).reason).toBe('channel.surge')
    expect((await home(2).open('federal-4')).status).toBe(302)

    await admin.send('PUT', '/surge/new-year', { on: false })
    await until('the whole list', async () => (await channels()).length === 4, 20_000)
    expect((await stranger(5).open('federal-4')).status).toBe(302)
    const wasRefused = async () => (await stranger(3).open('federal-4', oldList)).status === 302
    await until('who was refused to be let in', wasRefused, 20_000)
    const log = await admin.get<{ items: { action: string; subject: string }[] }>('/audit')
    const switches = log.items.filter((it) => it.subject === 'new-year')
    expect(switches).toHaveLength(2)
  }, 60_000)

  test('by command: what runs stays where the profile says so', async () => {
    const film = await home(10).play('film-1')
    expect((await film.poll()).status).toBe(200)
    // A player polls on whatever takes its time beside it: silence would end the session.
    const answers = await whilePolling(film, async (polled) => {
      await command('surge', 'on', 'gentle')
      await until('the short list', async () => (await home(11).channels()).length === 4)
      expect((await home(12).open('film-1')).status).toBe(403)
      const before = polled.length
      await until('ten more polls', () => polled.length >= before + 10)
    })
    expect(new Set(answers)).toEqual(new Set([200]))
    expect(await command('surge', 'list')).toMatch(/gentle/)
    await command('surge', 'off', 'gentle')
    await until('the whole list', async () => (await home(13).channels()).length === 12, 20_000)
  }, 60_000)
})
