import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { isQueryLink, judgeLink } from '../../../../control/access/admission/judge-link.ts'
import type { Opening } from '../../../../control/access/admission/opening.ts'
import { type LinkClaims, mintLink } from '../../../../control/access/signed-links/mint-link.ts'
import { createLiveLinks } from '../../../../control/compose/access/secure-links.ts'
import { parseConfig } from '../../../../control/config/load.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-links-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const nowSec = 1_800_000_000
const opening: Opening = {
  requestId: 'r',
  credential: { kind: 'token', token: null },
  channel: 'news',
  rest: 'index.m3u8',
  args: '',
  address: '198.51.100.7',
  agent: 'VLC',
  referer: null,
  host: null,
  playback: null,
  country: null,
  edge: 'e',
  inferredKey: null,
  now: nowSec * 1000,
}
const order = {
  channel: 'news',
  uri: '/live/news/index.m3u8',
  address: '198.51.100.7',
  userId: null,
  nowSec,
  ttlSec: 600,
}
const yaml = `secure_links:
  - name: shop
    format: flussonic
    key_file: shop.key
    match: ^news$
  - name: portal
    format: nginx
    key: SECRET
    match: ^films$
`
const base = { checkIp: true, expression: '$secure_link_expires$uri$remote_addr $key', match: '' }

const file = join(folder, 'gatehouse.yaml')
const loadedFrom = (text: string) => ({ ...parseConfig(text, file), folder })
const minted = (format: 'flussonic' | 'nginx', odd: Partial<LinkClaims>) => {
  const answer = mintLink({ ...base, name: 'x', format, key: 'SECRET' }, { ...order, ...odd })
  if (!answer.ok) throw new Error(answer.why)
  return answer.link.query
}

const doors = () => {
  writeFileSync(join(folder, 'shop.key'), 'SECRET\n')
  const warnings: string[] = []
  const source = { now: loadedFrom(yaml) }
  const links = createLiveLinks(
    () => source.now,
    (message) => warnings.push(message),
  )
  const judge = (odd: Partial<Opening>) =>
    judgeLink({ ...opening, ...odd }, { links, decisionSec: 180 })
  return { judge, links, warnings, source }
}

const withToken = (query: string): Partial<Opening> => ({
  credential: { kind: 'token', token: new URLSearchParams(query).get('token') },
})

describe('a signed link at the door', () => {
  it('lets its holder in, by the key of a file', () => {
    const { judge } = doors()
    expect(judge(withToken(minted('flussonic', {})))).toMatchObject({
      verdict: 'allow',
      reason: 'ok',
      account: null,
      authDurationSec: 180,
    })
  })

  it('makes its user an account that no auth backend can name', () => {
    const { judge } = doors()
    expect(judge(withToken(minted('flussonic', { userId: 'ivan' })))).toMatchObject({
      account: 'backend:link.shop:ivan',
    })
  })

  it("takes nginx's arguments for the path the player asked for", () => {
    const { judge } = doors()
    const uri = '/live/films/index.m3u8'
    const args = minted('nginx', { channel: 'films', uri })
    expect(judge({ channel: 'films', args })).toMatchObject({ verdict: 'allow' })
    expect(judge({ channel: 'films', args, rest: 'other.m3u8' })).toBe('token.unknown')
  })

  it.each([
    ['from another address', { address: '192.0.2.1' }, 'token.unknown'],
    ['too late', { now: (nowSec + 900) * 1000 }, 'ticket.expired'],
  ])('case=%s', (_what, odd, reason) => {
    const { judge } = doors()
    expect(judge({ ...withToken(minted('flussonic', {})), ...odd })).toBe(reason)
  })

  it('says nothing of other channels, tickets and users', () => {
    const { judge } = doors()
    expect(judge({ channel: 'sport' })).toBeNull()
    expect(judge({ credential: { kind: 'ticket', ticket: 'x' } })).toBeNull()
    expect(judge({ credential: { kind: 'xtream', username: 'a', password: 'b' } })).toBeNull()
    expect(judgeLink(opening, { links: undefined, decisionSec: 1 })).toBeNull()
  })
})

describe('a refusal by arguments', () => {
  it.each([
    ['a link of nginx', { channel: 'films', args: 'md5=x&expires=1' }, true],
    ['none, where a link would do', { channel: 'films' }, true],
    ['a token', { ...withToken('token=x') }, false],
    ['a channel without links', { channel: 'sport' }, false],
  ])('case=is not remembered for the address: %s', (_what, odd, expected) => {
    expect(isQueryLink({ ...opening, ...odd }, doors().links)).toBe(expected)
  })
})

describe('keys of the configuration', () => {
  it('follow a reload', () => {
    const { judge, source } = doors()
    const good = withToken(minted('flussonic', {}))
    expect(judge(good)).toMatchObject({ verdict: 'allow' })
    writeFileSync(join(folder, 'shop.key'), 'OTHER')
    source.now = loadedFrom(yaml)
    expect(judge(good)).toBe('token.unknown')
  })

  it('that cannot be read are told, and their links refused', () => {
    const { judge, source, warnings } = doors()
    rmSync(join(folder, 'shop.key'))
    source.now = loadedFrom(yaml)
    expect(judge(withToken(minted('flussonic', {})))).toBeNull()
    expect(warnings).toEqual([
      `${file}: the key of secure link shop cannot be read; its links are refused`,
    ])
  })
})
