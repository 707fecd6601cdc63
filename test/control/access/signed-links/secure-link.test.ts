import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  createSecureLinks,
  mintFlussonicToken,
  nginxLinkHash,
  type PresentedLink,
  type SecureLink,
  verifySecureLink,
} from '../../../../control/access/signed-links/secure-link.ts'

const now = 1_800_000_000
const flussonic: SecureLink = {
  name: 'shop',
  format: 'flussonic',
  key: 'SECRET',
  checkIp: true,
  expression: '',
  match: '.*',
}
const parts = {
  channel: 'news',
  address: '198.51.100.7',
  start: now - 300,
  end: now + 3600,
  salt: 'a5cd6c00',
  userId: null,
}
const presented: PresentedLink = {
  channel: 'news',
  uri: '/live/news/index.m3u8',
  address: '198.51.100.7',
  token: mintFlussonicToken('SECRET', parts),
  args: null,
}

const told = (link: SecureLink, odd: Partial<PresentedLink>, at = now): string => {
  const verdict = verifySecureLink(link, { ...presented, ...odd }, at)
  return verdict.ok ? `ok ${verdict.grant.userId} ${verdict.grant.expires}` : verdict.reason
}

describe("Flussonic's securetoken", () => {
  it('is made as its documentation says', () => {
    const text = `news198.51.100.7${now - 300}${now + 3600}SECRETa5cd6c00`
    const hash = createHash('sha1').update(text).digest('hex')
    expect(presented.token).toBe(`${hash}-a5cd6c00-${now + 3600}-${now - 300}`)
  })

  it.each([
    ['as it was made', {}, now, `ok null ${now + 3600}`],
    ['another channel', { channel: 'sport' }, now, 'token.unknown'],
    ['another address', { address: '198.51.100.8' }, now, 'token.unknown'],
    ['at its last second', {}, now + 3600, `ok null ${now + 3600}`],
    ['after it', {}, now + 3600 + 61, 'ticket.expired'],
    ['before it', {}, now - 300 - 61, 'ticket.not_yet'],
    ['none', { token: null }, now, 'token.missing'],
    ['something else', { token: 'abc' }, now, 'token.unknown'],
    ['2 KB of it', { token: 'a'.repeat(2048) }, now, 'token.unknown'],
    ['NUL at its end', { token: `${presented.token}\0` }, now, 'token.unknown'],
  ])('case=%s', (_what, odd, at, expected) => {
    expect(told(flussonic, odd, at)).toBe(expected)
  })

  it('may be bound to no address', () => {
    const free = { ...flussonic, checkIp: false }
    const token = mintFlussonicToken('SECRET', { ...parts, address: null })
    expect(told(free, { token, address: '203.0.113.9' })).toBe(`ok null ${now + 3600}`)
    expect(told(flussonic, { token })).toBe('token.unknown')
    expect(told(free, {})).toBe('token.unknown')
  })

  it('may name a user, whom the hash covers', () => {
    const salt = 'a5cd6c00'.repeat(4)
    const token = mintFlussonicToken('SECRET', { ...parts, salt, userId: 'ivan-7' })
    expect(told(flussonic, { token })).toBe(`ok ivan-7 ${now + 3600}`)
    expect(told(flussonic, { token: token.replace('ivan-7', 'ivan-8') })).toBe('token.unknown')
    const evil = mintFlussonicToken('SECRET', { ...parts, salt, userId: 'a\u0001b' })
    expect(told(flussonic, { token: evil })).toBe('request.malformed')
  })

  it('lets no boundary be moved between its unseparated parts', () => {
    const salt = '0123456789abcdef'.repeat(2)
    const named = mintFlussonicToken('SECRET', { ...parts, salt, userId: 'cd' })
    const [hash, , end, start] = named.split('-')
    expect(told(flussonic, { token: [hash, `${salt}cd`, end, start].join('-') })).toBe(
      'token.unknown',
    )
    expect(
      told(flussonic, { token: [hash, salt.slice(0, 30), end, start, 'efcd'].join('-') }),
    ).toBe('token.unknown')
    const shifted = [presented.token?.split('-')[0], parts.salt, parts.end, parts.start % 1e9]
    const neighbour = { token: shifted.join('-'), address: `${parts.address}1` }
    expect(told(flussonic, neighbour)).toBe('token.unknown')
  })

  it('fails when any character is changed', () => {
    const token = presented.token ?? ''
    fc.assert(
      fc.property(
        fc.nat({ max: token.length - 1 }),
        fc.constantFrom('0', '9', 'f', 'Z', '-'),
        (at, c) => {
          const changed = token.slice(0, at) + c + token.slice(at + 1)
          if (changed !== token) expect(told(flussonic, { token: changed })).not.toMatch(/^ok/)
        },
      ),
    )
  })
})

describe("nginx's secure_link", () => {
  const link: SecureLink = {
    ...flussonic,
    format: 'nginx',
    expression: '$secure_link_expires$uri$remote_addr $key',
  }
  const md5 = (text: string) => createHash('md5').update(text).digest('base64url')
  const expires = String(now + 60)
  const good = md5(`${expires}/live/news/index.m3u8198.51.100.7 SECRET`)

  it.each([
    ['as nginx checks it', { args: `md5=${good}&expires=${expires}` }, now, `ok null ${expires}`],
    ['with padding', { args: `md5=${good}%3D%3D&expires=${expires}` }, now, `ok null ${expires}`],
    ['too late', { args: `md5=${good}&expires=${expires}` }, now + 61, 'ticket.expired'],
    ['a longer time', { args: `md5=${good}&expires=${now + 999}` }, now, 'token.unknown'],
    ['no time', { args: `md5=${good}` }, now, 'token.unknown'],
    ['a time that is none', { args: `md5=${good}&expires=soon` }, now, 'request.malformed'],
    ['no hash', { args: 'expires=1' }, now, 'token.missing'],
    ['no query', { args: null }, now, 'token.missing'],
    ['another path', { args: `md5=${good}&expires=${expires}`, uri: '/x' }, now, 'token.unknown'],
    [
      'another address',
      { args: `md5=${good}&expires=${expires}`, address: '192.0.2.1' },
      now,
      'token.unknown',
    ],
  ])('case=%s', (_what, odd, at, expected) => {
    expect(told(link, odd, at)).toBe(expected)
  })

  it('may hold for ever, and without an address', () => {
    const free = { ...link, checkIp: false }
    const hash = md5('/live/news/index.m3u8 SECRET')
    expect(told(free, { args: `md5=${hash}`, address: '192.0.2.1' })).toBe('ok null null')
  })

  it('fills every word of the expression, in both spellings, and no secret into its own words', () => {
    const values = { expires: '1', uri: '/$key', address: 'a', channel: 'c', key: 'k' }
    const expression = '${secure_link_expires}$uri$remote_addr$channel$unknown $key'
    expect(nginxLinkHash(expression, values)).toBe(md5('1/$keyac k'))
  })
})

describe('keys of a channel', () => {
  const judge = createSecureLinks([
    { ...flussonic, name: 'old', key: 'OLD', match: '^(news|sport)$' },
    { ...flussonic, name: 'new', match: '^news$' },
  ])

  it('are tried all, and the one that fits is named', () => {
    expect(judge(presented, now)).toMatchObject({ ok: true, grant: { link: 'new' } })
    const old = { ...presented, token: mintFlussonicToken('OLD', parts) }
    expect(judge(old, now)).toMatchObject({ ok: true, grant: { link: 'old' } })
  })

  it('tell the nearest miss', () => {
    expect(judge(presented, now + 86_400)).toEqual({ ok: false, reason: 'ticket.expired' })
    expect(judge({ ...presented, channel: 'sport' }, now)).toMatchObject({
      reason: 'token.unknown',
    })
  })

  it('are none for other channels', () => {
    expect(judge({ ...presented, channel: 'films' }, now)).toBeNull()
  })
})
