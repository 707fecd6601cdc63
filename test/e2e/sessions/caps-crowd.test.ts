import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../../support/programs/port.ts'
import { nginxOf } from '../../support/programs/processes.ts'
import { startService, type TestService } from '../../support/programs/service.ts'
import { ask } from '../world/ask.ts'
import { playing, viewer } from '../world/viewer.ts'
import { adminOf, worldConfig } from '../world/world.ts'

let service: TestService

const ACCOUNTS = 80
const SCREENS = 3

/** Changes a file of the running nginx. */
const change = (name: string, from: RegExp, to: string) => {
  const file = join(service.state, 'nginx', name)
  const text = readFileSync(file, 'utf8')
  expect(text).toMatch(from)
  writeFileSync(file, text.replace(from, to))
}

const ANSWERS = ['302', 'cap.streams', 'cap.edge']

const countOf = (list: readonly (string | number)[]): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const one of list) counts[one] = (counts[one] ?? 0) + 1
  return counts
}

const isRead = async () =>
  (await ask(service.edge, '/health')).text.includes('gh_guesses requests 8m')

beforeAll(async () => {
  service = await startService({
    config: worldConfig({ clocks: { idle_sec: 60, reserve_sec: 60 } }),
  })
  change('gatehouse-http.conf', /zone=gh_guesses:4m/, 'zone=gh_guesses:8m')
  change('gatehouse-http.conf', /gh_guesses requests 4m/, 'gh_guesses requests 8m')
  change('gatehouse-http.conf', /max_conns=\d+/, 'max_conns=2')
  process.kill(nginxOf(service), 'SIGHUP')
  await until('the reload', isRead)
}, 300_000)
afterAll(async () => await service?.stop())

test('where more open at once than may wait for control, the edge decides: all are answered, with reasons, and no account keeps more than its cap', async () => {
  const admin = adminOf(service)
  const crowd = await Promise.all(
    Array.from({ length: ACCOUNTS }, async () => await admin.account(1)),
  )
  const screens = await Promise.all(
    crowd.flatMap(({ token }, household) =>
      Array.from({ length: SCREENS }, async (_, screen) => {
        const who = {
          token,
          address: `198.51.${household}.${screen + 1}`,
          agent: `Box${screen}/1.${household}`,
        }
        const one = viewer(service.edge, who)
        return { household, who, one, ticket: await one.ticket() }
      }),
    ),
  )
  const opened = await Promise.all(
    screens.map(async ({ household, who, one, ticket }, n) => {
      const reply = await one.open(`federal-${(n % 3) + 1}`, ticket)
      const what = reply.reason ?? String(reply.status)
      return {
        household,
        what,
        playing: reply.status === 302 ? playing(service.edge, who, reply) : null,
      }
    }),
  )
  const counts = countOf(opened.map(({ what }) => what))
  expect(Object.keys(counts).filter((it) => !ANSWERS.includes(it))).toEqual([])
  // Only an edge that decides by itself says so.
  expect(counts['cap.edge']).toBeGreaterThan(0)
  const playingNow = async () => {
    const live = await Promise.all(
      opened.map(async ({ household, playing: one }) => {
        const reply = one === null ? null : await one.poll()
        return { household, status: reply?.status ?? 0, reason: reply?.reason ?? '' }
      }),
    )
    for (const { status, reason } of live)
      expect(['200 ', '0 ', '403 cap.streams']).toContain(`${status} ${reason}`)
    return live.filter(({ status }) => status === 200).map(({ household }) => household)
  }
  await until(
    'no account above its cap',
    async () => Object.values(countOf(await playingNow())).every((count) => count === 1),
    30_000,
  )
  const live = await playingNow()
  // None lost: of each account one plays.
  expect(new Set(live).size).toBe(ACCOUNTS)
  expect(live).toHaveLength(ACCOUNTS)
}, 180_000)
