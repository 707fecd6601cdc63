import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { nodeCrypto } from '../../../control/keys/node-crypto.ts'
import { mintPass } from '../../../njs/domain/credentials/pass.ts'
import { mintTicket } from '../../../njs/domain/credentials/ticket.ts'
import { pause } from '../../support/pause.ts'
import { until } from '../../support/programs/port.ts'
import { startService, type TestService } from '../../support/programs/service.ts'
import { controlPid, residentOf } from '../world/processes.ts'
import { viewer } from '../world/viewer.ts'
import { adminOf, worldConfig } from '../world/world.ts'

let service: TestService
let admin: ReturnType<typeof adminOf>

beforeAll(async () => {
  service = await startService({ config: worldConfig() })
  admin = adminOf(service)
}, 300_000)
afterAll(() => service?.stop())

/** How many; `GATEHOUSE_FLOOD=200000` for the whole of it. */
const COUNT = Number(process.env['GATEHOUSE_FLOOD'] ?? 40_000)
const CONNECTIONS = 4
const DEPTH = 64

/** Sends requests down one connection, many on their way at once, and counts the answers by status. */
function pour(port: number, paths: () => string | null, counts: Map<string, number>) {
  return new Promise<void>((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let waiting = 0
    let rest = ''
    let isDry = false
    const send = () => {
      let batch = ''
      while (waiting < DEPTH && !isDry) {
        const path = paths()
        if (path === null) isDry = true
        else {
          const n = Math.floor(Math.random() * 250)
          batch += `GET ${path} HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 203.0.${n}.${n + 1}\r\n\r\n`
          waiting += 1
        }
      }
      if (batch !== '') socket.write(batch)
      if (isDry && waiting === 0) socket.end()
    }
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      rest += chunk
      let end = 0
      for (const found of rest.matchAll(/HTTP\/1\.1 (\d{3}) /g)) {
        counts.set(found[1] ?? '', (counts.get(found[1] ?? '') ?? 0) + 1)
        waiting -= 1
        end = found.index + found[0].length
      }
      rest = end > 0 ? rest.slice(end) : rest.slice(-16)
      if (waiting < DEPTH / 2) send()
    })
    // nginx ends a connection after so many requests; the next one goes on.
    socket.on('close', () => {
      if (isDry && waiting <= 0) resolve()
      else pour(port, paths, counts).then(resolve, reject)
    })
    socket.on('error', reject)
    socket.on('connect', send)
  })
}

/** Tickets and passes of every kind of wrong. */
function forger(): () => string {
  const now = Math.floor(Date.now() / 1000)
  const claims = { kid: 1, group: 'everyone', account: 'net:203.0.113.1' as const }
  const kinds = [
    () => `/live/${randomBytes(75).toString('base64url')}/federal-1/index.m3u8`,
    () => `/s/${randomBytes(90).toString('base64url')}/federal-1/index.m3u8`,
    () => `/s/${randomBytes(90).toString('base64url')}/federal-1/1.ts`,
    () => {
      const ticket = {
        issued: now,
        expires: now + 999,
        download: randomBytes(12).toString('base64url'),
      }
      return `/live/${mintTicket(nodeCrypto, randomBytes(32), { ...claims, wonBy: 'default', ...ticket })}/federal-2/index.m3u8`
    },
    () => {
      const playback = {
        sid: randomBytes(16).toString('base64url'),
        download: null,
        expires: now + 99,
      }
      const pass = { ...claims, ...playback, fail: 'open', protocol: 'hls' } as const
      return `/s/${mintPass(nodeCrypto, randomBytes(32), pass, 'federal-1')}/federal-1/index.m3u8`
    },
  ]
  let turn = 0
  return () => kinds[turn++ % kinds.length]?.() ?? ''
}

const freeOf = async (): Promise<Record<string, number>> => {
  const text = await (await fetch(`${service.edge}/health`)).text()
  return (JSON.parse(text) as { freeBytes: Record<string, number> }).freeBytes
}

/** The free bytes of each zone once they have stayed the same for two seconds. */
async function settled(): Promise<Record<string, number>> {
  let last = await freeOf()
  let same = 0
  await until('memory that stays as it is', async () => {
    await pause(250)
    const now = await freeOf()
    same = JSON.stringify(now) === JSON.stringify(last) ? same + 1 : 0
    last = now
    return same >= 8
  })
  return last
}

test('forged tickets and passes leave no trace in memory', async () => {
  const who = viewer(service.edge, { address: '198.51.100.1' })
  const real = await who.play('federal-1')
  const ticket = await who.ticket()
  expect((await real.poll()).status).toBe(200)
  const port = Number(new URL(service.edge).port)
  const flood = async (total: number) => {
    const counts = new Map<string, number>()
    const next = forger()
    let left = total
    const take = () => (left-- > 0 ? next() : null)
    await Promise.all(Array.from({ length: CONNECTIONS }, () => pour(port, take, counts)))
    return Object.fromEntries(counts)
  }
  await flood(2000)
  const pid = await controlPid(service)
  const before = { free: await settled(), control: residentOf(pid) }
  const counts = await flood(COUNT)
  expect(Object.keys(counts)).toEqual(['403'])
  expect(counts['403']).toBe(COUNT)
  expect((await real.poll()).status).toBe(200)
  const after = { free: await settled(), control: residentOf(pid) }
  for (const [zone, free] of Object.entries(before.free)) {
    // A page or two: the one viewer's own second.
    expect((after.free[zone] ?? 0) - free, zone).toBeGreaterThanOrEqual(-16_384)
  }
  expect(after.control - before.control).toBeLessThan(32 * 1024 * 1024)
  expect((await who.open('federal-2', ticket)).status).toBe(302)
  expect(await admin.bans()).toEqual([])
}, 300_000)
