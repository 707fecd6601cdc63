import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { nodeCrypto } from '../../../control/keys/node-crypto.ts'
import { mintPass } from '../../../njs/domain/credentials/pass.ts'
import { mintTicket } from '../../../njs/domain/credentials/ticket.ts'
import { startService, type TestService } from '../../support/programs/service.ts'
import { ask } from '../world/ask.ts'
import { signingKey } from '../world/signing-key.ts'
import { viewer } from '../world/viewer.ts'
import { worldConfig } from '../world/world.ts'

let service: TestService

beforeAll(async () => {
  service = await startService({ config: worldConfig() })
}, 300_000)
afterAll(() => service?.stop())

/** Every other byte of a text in turn, one character changed to another of the alphabet. */
function tampered(text: string): string[] {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return Array.from(text, (character, at) => {
    const other = alphabet[(alphabet.indexOf(character) + 1 + (at % 61)) % 64] ?? 'A'
    return text.slice(0, at) + (other === character ? 'A' : other) + text.slice(at + 1)
  })
}

/** The same bytes written otherwise: bits beyond the end, padding, the other alphabet, white space. */
function otherForms(text: string): string[] {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const last = alphabet[alphabet.indexOf(text.at(-1) ?? '') ^ 1] ?? ''
  const forms = [`${text}=`, `${text}==`, `${text}%3D`, `${text}A`, text.slice(0, -1), ` ${text}`]
  if (text.length % 4 !== 0) forms.push(text.slice(0, -1) + last)
  return [...forms, text.toLowerCase(), encodeURIComponent(` ${text}`)]
}

describe('who is believed', () => {
  test('X-Forwarded-For counts from the trusted proxy only', async () => {
    const home = { address: '192.168.1.20' }
    expect(await viewer(service.edge, home).channels()).toHaveLength(12)
    const forged = viewer(service.edge, { ...home, from: '127.0.0.2' })
    expect(await forged.channels()).toHaveLength(4)
    const opened = await forged.open('film-1', await viewer(service.edge, home).ticket())
    expect([opened.status, opened.reason]).toEqual([410, 'group.moved'])
    for (const name of ['X-Real-IP', 'Forwarded', 'X-Gh-Address', 'X-Client-IP', 'Client-IP']) {
      const value = name === 'Forwarded' ? 'for=192.168.1.20' : '192.168.1.20'
      const text = await ask(service.edge, '/playlist.m3u', {
        from: '127.0.0.2',
        headers: { [name]: value },
      })
      expect(text.text.match(/\/live\//g), name).toHaveLength(4)
    }
  })

  test('the last address before the proxy counts, not one the viewer put in front', async () => {
    const chained = viewer(service.edge, { address: '192.168.1.20, 203.0.113.5' })
    expect(await chained.channels()).toHaveLength(4)
  })

  test('a home list opened abroad is refused, for every channel', async () => {
    const ticket = await viewer(service.edge, { address: '192.168.7.1' }).ticket()
    const abroad = viewer(service.edge, { address: '203.0.113.9' })
    for (const channel of ['film-1', 'federal-1']) {
      const { status, reason } = await abroad.open(channel, ticket)
      expect([status, reason]).toEqual([410, 'group.moved'])
    }
    const back = await viewer(service.edge, { address: '192.168.200.1' }).open('film-1', ticket)
    expect(back.status).toBe(302)
  })

  test('a ticket opens its group’s channels and no others', async () => {
    const stranger = viewer(service.edge, { address: '203.0.113.10' })
    const { status, reason } = await stranger.open('film-1')
    expect([status, reason]).toEqual([403, 'channel.not_in_group'])
    const none = await stranger.open('no-such-channel')
    expect([none.status, none.reason]).toEqual([404, 'channel.unknown'])
  })
})

describe('what is not genuine is refused with a reason', () => {
  test('a ticket with any one character changed', async () => {
    const who = viewer(service.edge, { address: '203.0.113.20' })
    const ticket = await who.ticket()
    for (const forged of tampered(ticket)) {
      const { status, reason } = await who.open('federal-1', forged)
      expect(status, forged).toBe(403)
      expect(reason, forged).toMatch(/^ticket\.(signature|malformed)$/)
    }
    expect((await who.open('federal-1', ticket)).status).toBe(302)
  })

  test('a pass with any one character changed, for list, segment and stream', async () => {
    const who = viewer(service.edge, { address: '192.168.3.3' })
    for (const channel of ['federal-1', 'sport-4']) {
      const { pass, entry } = await who.play(channel)
      const rest = entry.split('/').at(-1) ?? ''
      for (const forged of tampered(pass)) {
        for (const file of rest === 'mpegts' ? [rest] : [rest, '1.ts']) {
          const { status, reason } = await who.get(`/s/${forged}/${channel}/${file}`)
          expect(status, forged).toBe(403)
          expect(reason, forged).toMatch(/^pass\.(signature|malformed)$/)
        }
      }
    }
  })

  test('the same bytes in another form', async () => {
    const who = viewer(service.edge, { address: '203.0.113.21' })
    const ticket = await who.ticket()
    const { pass } = await who.play('federal-1', ticket)
    for (const form of otherForms(ticket)) {
      const { status } = await who.get(`/live/${form.replace(' ', '%20')}/federal-1/index.m3u8`)
      expect([403, 404], form).toContain(status)
    }
    for (const form of otherForms(pass)) {
      const { status } = await who.get(`/s/${form.replace(' ', '%20')}/federal-1/index.m3u8`)
      expect([403, 404], form).toContain(status)
    }
    const other = await who.get(`/s/${pass}/federal-2/index.m3u8`)
    expect([other.status, other.reason]).toEqual([403, 'pass.signature'])
  })

  test('expired, not yet valid, and signed with a foreign key', async () => {
    const who = viewer(service.edge, { address: '203.0.113.22' })
    const now = Math.floor(Date.now() / 1000)
    const { kid, secret } = await signingKey(service)
    const ticketOf = (key: Uint8Array, issued: number, expires: number) =>
      mintTicket(nodeCrypto, key, {
        kid,
        group: 'everyone',
        account: 'net:203.0.113.22',
        wonBy: 'default',
        issued,
        expires,
        download: 'AAAAAAAAAAAAAAAA',
      })
    const passOf = (key: Uint8Array, expires: number) => {
      const claims = { kid, group: 'everyone', account: 'net:203.0.113.22' as const, expires }
      const playback = { sid: 'A'.repeat(22), download: null, protocol: 'hls' as const }
      return mintPass(nodeCrypto, key, { ...claims, ...playback, fail: 'open' }, 'federal-1')
    }
    const foreign = new Uint8Array(32).fill(7)
    const tickets: [string, string | null][] = [
      [ticketOf(foreign, now, now + 3600), 'ticket.signature'],
      [ticketOf(secret, now - 3600, now - 61), 'ticket.expired'],
      [ticketOf(secret, now + 90, now + 3600), 'ticket.not_yet'],
      [ticketOf(secret, now, now + 3600), null],
    ]
    for (const [ticket, expected] of tickets) {
      const { status, reason } = await who.open('federal-1', ticket)
      const answer = expected === 'ticket.expired' ? 410 : 403
      expect([status, reason]).toEqual([expected === null ? 302 : answer, expected])
    }
    const passes: [string, string][] = [
      [passOf(foreign, now + 3600), 'pass.signature'],
      [passOf(secret, now - 61), 'pass.expired'],
    ]
    for (const [pass, expected] of passes) {
      const { status, reason } = await who.get(`/s/${pass}/federal-1/index.m3u8`)
      expect([status, reason]).toEqual([expected.endsWith('.expired') ? 410 : 403, expected])
    }
  })
})
