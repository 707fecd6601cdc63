import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { mintPass } from '#domain/credentials/pass'
import { mintTicket } from '#domain/credentials/ticket'
import { nodeCrypto } from '../rig/crypto.ts'
import { type Rig, startRig } from '../rig/rig.ts'
import { stubPass } from '../rig/stub-control.ts'
import { channelRows, group } from '../rig/tables.ts'

let rig: Rig
beforeAll(async () => {
  rig = await startRig((stub, origin) => {
    stub.policy = { ...stub.policy, groups: [group('all', { isDefault: true })] }
    stub.tables.channels.rows = channelRows({
      ch1: { origin: origin.url, base: '/hls/ch1/' },
      ch2: { origin: origin.url, base: '/hls/ch2/' },
    })
  })
})
afterAll(() => rig?.stop())

const now = (): number => Math.floor(Date.now() / 1000)
const flip = (text: string, at: number): string =>
  text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1)

test('every changed character of a pass is refused, and control is not asked', async () => {
  const pass = stubPass(rig.stub, 'ch1')
  const asked = rig.stub.seen.filter((it) => it.path === '/check').length
  for (let at = 0; at < pass.length; at++) {
    const answer = await rig.get(`/s/${flip(pass, at)}/ch1/seg1.ts`)
    expect(answer.status, `character ${at}`).toBe(403)
    expect(answer.reason).toMatch(/^pass\./)
  }
  const others = [`/s/${pass}/ch2/seg1.ts`, `/s/${pass}=/ch1/a`, `/s/${pass.slice(0, -1)}/ch1/a`]
  for (const path of [...others, `/s/${pass}AAAA/ch1/a`, '/s/x/ch1/a.m3u8', '/s/'])
    expect((await rig.get(path)).reason, path).toMatch(/^pass\./)
  expect(rig.stub.seen.filter((it) => it.path === '/check').length).toBe(asked)
})

test('every changed character of a ticket is refused, and control is not asked', async () => {
  const ticket = rig.ticket()
  for (let at = 0; at < ticket.length; at++) {
    const answer = await rig.get(`/live/${flip(ticket, at)}/ch1/index.m3u8`)
    expect(answer.status, `character ${at}`).toBe(403)
    expect(answer.reason).toMatch(/^ticket\./)
  }
  expect(rig.stub.count('/open')).toBe(0)
})

test('expired, future and foreign ones name their reason', async () => {
  const foreign = { ...rig.stub, secret: randomBytes(32) }
  const reasons: [string, string][] = [
    [`/s/${stubPass(foreign, 'ch1')}/ch1/a.ts`, 'pass.signature'],
    [`/s/${stubPass(rig.stub, 'ch1', { expires: now() - 100 })}/ch1/a.ts`, 'pass.expired'],
    [`/live/${rig.ticket({ expires: now() - 100 })}/ch1/a.m3u8`, 'ticket.expired'],
    [`/live/${rig.ticket({ issued: now() + 100 })}/ch1/a.m3u8`, 'ticket.not_yet'],
    ['/live/ch1/index.m3u8', 'token.missing'],
  ]
  for (const [path, reason] of reasons) {
    const answer = await rig.get(path)
    const status = reason.endsWith('.expired') ? 410 : 403
    expect([answer.status, answer.reason]).toEqual([status, reason])
    expect(answer.headers.get('access-control-allow-origin')).toBe('*')
  }
})

test('keys rotate without cutting anyone, and a retired key opens nothing', async () => {
  const { stub } = rig
  const oldPass = stubPass(stub, 'ch1')
  const oldTicket = rig.ticket()
  const old = Buffer.from(stub.secret).toString('hex')
  stub.oldSecrets = { '1': old }
  stub.secret = randomBytes(32)
  stub.kid = 2
  stub.keysVersion = 'k2'
  const newTicket = rig.ticket()
  await expect
    .poll(async () => (await rig.get(`/live/${newTicket}/ch1/index.m3u8`)).status, {
      timeout: 15_000,
    })
    .toBe(302)
  expect((await rig.get(`/live/${oldTicket}/ch1/index.m3u8`)).status).toBe(302)
  expect((await rig.get(`/s/${oldPass}/ch1/a.ts`)).reason).toBe('session.unknown')
  stub.oldSecrets = {}
  stub.keysVersion = 'k3'
  await expect
    .poll(async () => (await rig.get(`/live/${oldTicket}/ch1/index.m3u8`)).reason, {
      timeout: 15_000,
    })
    .toBe('ticket.signature')
})

test('random tickets and passes leave every dictionary as it was', async () => {
  await rig.get('/playlist.m3u')
  const free = async () =>
    JSON.parse((await rig.get('/health')).text).freeBytes as Record<string, number>
  const pass = (): string =>
    mintPass(
      nodeCrypto,
      randomBytes(32),
      {
        kid: 2,
        fail: 'open',
        protocol: 'hls',
        expires: now() + 900,
        sid: randomBytes(16).toString('base64url'),
        download: null,
        group: 'all',
        account: 'own:1',
      },
      'ch1',
    )
  const ticket = (): string =>
    mintTicket(nodeCrypto, randomBytes(32), {
      kid: 2,
      wonBy: 'default',
      issued: now(),
      expires: now() + 900,
      download: randomBytes(12).toString('base64url'),
      group: 'all',
      account: 'own:1',
    })
  const before = await free()
  const asked = rig.stub.count('/open') + rig.stub.count('/check')
  for (let round = 0; round < 60; round++) {
    const answers = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        const text =
          index % 3 === 0
            ? randomBytes(70).toString('base64url')
            : index % 3 === 1
              ? pass()
              : ticket()
        return (
          await rig.get(index % 2 === 0 ? `/s/${text}/ch1/a.ts` : `/live/${text}/ch1/index.m3u8`)
        ).status
      }),
    )
    expect(new Set(answers)).toEqual(new Set([403]))
  }
  const after = await free()
  for (const zone of Object.keys(before)) expect(after[zone], zone).toBe(before[zone])
  expect(rig.stub.count('/open') + rig.stub.count('/check')).toBe(asked)
})
