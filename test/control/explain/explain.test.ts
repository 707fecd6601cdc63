import { createHash } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { compileRules, type RuleSource } from '#domain/rules/rules'
import { explain } from '../../../control/explain/explain.ts'
import { explainText } from '../../../control/explain/explain-text.ts'
import type { ExplainInput, ExplainPorts } from '../../../control/explain/explanation.ts'
import { answering, httpBackend } from '../access/authorize/backend-server.ts'
import { authorizer } from '../access/authorize/setting.ts'

const running: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of running.splice(0)) await one.close()
})

const digest = (text: string) => createHash('sha256').update(text).digest('base64url')
const viewer: ExplainInput = {
  channel: 'news',
  address: '198.51.100.7',
  token: 's3cret',
  userAgent: 'MAG',
  referer: null,
  country: null,
}

const ports = (
  source: RuleSource & { urls?: string[]; allowDefault?: boolean },
  more: Partial<ExplainPorts> = {},
): ExplainPorts => ({
  countryOf: () => 'DE',
  classify: () => ({ group: 'home', wonBy: 'network', rule: 'network 198.51.100.0/24' }),
  standing: () => 'in',
  backendFor: () => 'main',
  backend: () => ({
    rules: compileRules(source, digest).rules,
    backends: (source.urls ?? []).map((url) => ({ url, timeoutMs: 1000 })),
    allowDefault: source.allowDefault ?? false,
  }),
  capOf: (_channel, _group, decision) => ({
    maxStreams: decision?.maxSessions ?? 2,
    maxNetworks: 0,
    limitation: 'soft',
  }),
  ask: null,
  ...more,
})

describe('explain', () => {
  it('tries every rule, marks the deciding one and shows what comes after it', async () => {
    const told = await explain(
      viewer,
      ports({
        allow: { token: ['other'], country: ['DE'] },
        deny: { ip: ['198.51.100/24'], ua: ['VLC'] },
      }),
    )
    expect(told).toMatchObject({
      verdict: 'deny',
      reason: 'rule.deny_ip',
      decidedBy: 'deny ip 198.51.100/24',
      country: 'DE',
      group: 'home',
      cap: null,
    })
    expect(
      told.steps.map(({ subject, result, isDeciding }) => [subject, result, isDeciding]),
    ).toEqual([
      ['home', 'won by network 198.51.100.0/24', false],
      ['news', 'in group home', false],
      ['allow token', 'none of 1 match', false],
      ['deny ip 198.51.100/24', 'matches and decides', true],
      ['allow country DE', 'would match, but comes later', false],
      ['deny ua', 'none of 1 match', false],
    ])
  })

  it('asks no backend unless told to, and says what would follow', async () => {
    const server = await httpBackend(answering(403))
    running.push(server)
    const told = await explain(
      viewer,
      ports({ urls: [`${server.url}?key=hidden`], allowDefault: true }),
    )
    expect(server.seen.length).toBe(0)
    expect(told).toMatchObject({ verdict: 'depends', reason: null })
    expect(told.backends).toEqual([{ url: server.url, answer: null }])
    expect(told.cap).toMatchObject({ maxStreams: 2 })
    expect(explainText(told)).not.toMatch(/hidden|s3cret/)
  })

  it('asks them when told to, with their answers and the cap they set', async () => {
    const allow = await httpBackend(answering(200, { 'X-UserId': 'u', 'X-Max-Sessions': '5' }))
    const slow = await httpBackend((_query, response) => {
      setTimeout(() => response.writeHead(500).end(), 5_000)
    })
    const urls = [allow.url, slow.url]
    const made = authorizer({ urls })
    running.push(allow, slow, made.client)
    const told = await explain(viewer, ports({ urls }, { ask: made.authorize }))
    expect(told).toMatchObject({
      verdict: 'allow',
      reason: 'backend.allow',
      decidedBy: allow.url,
      account: 'backend:main:u',
      cap: { maxStreams: 5 },
      backends: [{ url: allow.url, answer: 'allow (status 200)' }],
    })
  })

  it.each([
    ['no group', { classify: () => null }, 'deny', 'group.none'],
    ['no such channel', { standing: () => 'unknown' as const }, 'deny', 'channel.unknown'],
    ['a channel of others', { standing: () => 'out' as const }, 'deny', 'channel.not_in_group'],
    ['a narrowed group', { standing: () => 'surge' as const }, 'deny', 'channel.surge'],
    ['no auth backend', { backendFor: () => null }, 'allow', 'ok'],
    ['no rule that matches', {}, 'deny', 'rule.no_match'],
  ])('case=%s', async (_what, more, verdict, reason) => {
    const told = await explain(viewer, ports({}, more))
    expect(told).toMatchObject({ verdict, reason })
    expect(told.steps.filter(({ isDeciding }) => isDeciding).length).toBe(1)
    expect(explainText(told)).toContain(reason)
  })

  it('takes a country that is given over the geo files', async () => {
    const source = { allow: { country: ['FR'] } }
    expect(await explain({ ...viewer, country: 'fr' }, ports(source))).toMatchObject({
      country: 'FR',
      reason: 'rule.allow_country',
    })
  })
})
