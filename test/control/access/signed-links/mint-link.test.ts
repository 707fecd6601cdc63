import { describe, expect, it } from 'vitest'
import { type LinkClaims, mintLink } from '../../../../control/access/signed-links/mint-link.ts'
import {
  createSecureLinks,
  type SecureLink,
} from '../../../../control/access/signed-links/secure-link.ts'

const now = 1_800_000_000
const order: LinkClaims = {
  channel: 'news',
  uri: '/live/news/index.m3u8',
  address: '2001:DB8::1',
  userId: null,
  nowSec: now,
  ttlSec: 3600,
}
const key = (format: SecureLink['format'], checkIp: boolean): SecureLink => ({
  name: 'k',
  format,
  key: 'SECRET',
  checkIp,
  expression: '$secure_link_expires$uri$remote_addr $key',
  match: '.*',
})

const judged = (link: SecureLink, made: LinkClaims, atSec: number, address = '2001:db8::1') => {
  const answer = mintLink(link, made)
  if (!answer.ok) return answer.why
  const args = new URLSearchParams(answer.link.query)
  const presented = {
    channel: made.channel,
    uri: made.uri,
    address,
    token: args.get('token'),
    args: answer.link.query,
  }
  const verdict = createSecureLinks([link])(presented, atSec)
  return verdict?.ok ? `ok ${verdict.grant.userId}` : (verdict?.reason ?? 'no key')
}

describe('a minted link', () => {
  it.each([
    ['flussonic', true],
    ['flussonic', false],
    ['nginx', true],
    ['nginx', false],
  ] as const)('case=%s, bound to the address: %s', (format, checkIp) => {
    const link = key(format, checkIp)
    expect(judged(link, order, now)).toBe('ok null')
    expect(judged(link, order, now + 3600)).toBe('ok null')
    expect(judged(link, order, now + 3700)).toBe('ticket.expired')
    expect(judged(link, order, now, '192.0.2.1')).toBe(checkIp ? 'token.unknown' : 'ok null')
    expect(judged(link, { ...order, address: null }, now)).toBe(
      checkIp ? 'links of k hold for one address: name it' : 'ok null',
    )
  })

  it.each<[string, Partial<SecureLink>, Partial<LinkClaims>]>([
    ["'home' is not an address", {}, { address: 'home' }],
    ['hold for channels like ^film$, not for news', { match: '^film$' }, {}],
    ['the time is too long', {}, { ttlSec: 86_400 * 99_999_999 }],
    ['at most 256 bytes', {}, { userId: 'u'.repeat(257) }],
    ['no control characters', {}, { userId: 'a\nb' }],
  ])('case=is not made where it would open nothing: %s', (why, link, made) => {
    for (const format of ['flussonic', 'nginx'] as const) {
      if (made.userId !== undefined && format === 'nginx') continue
      expect(judged({ ...key(format, true), ...link }, { ...order, ...made }, now)).toContain(why)
    }
  })

  it('names a user where its format can', () => {
    const named = { ...order, userId: 'ivan & co' }
    expect(judged(key('flussonic', true), named, now)).toBe('ok ivan & co')
    expect(judged(key('nginx', true), named, now)).toBe('links of nginx name no user')
  })

  it('is another each time', () => {
    const link = key('flussonic', true)
    expect(mintLink(link, order)).not.toEqual(mintLink(link, order))
  })
})
