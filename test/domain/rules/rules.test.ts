import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { contains, parseAddress, parseNetwork } from '#domain/networks/network'
import { REASONS } from '#domain/reasons'
import { compileNetworks, findNetwork } from '#domain/rules/rule-networks'
import {
  compileRules,
  evaluateRules,
  RULE_ORDER,
  type RuleRequest,
  type RuleSource,
  traceRules,
} from '#domain/rules/rules'

const digest = (text: string) => createHash('sha256').update(text).digest('base64url')

const nobody: RuleRequest = { token: null, address: '198.51.100.7', country: null, userAgent: null }

const evaluate = (source: RuleSource, request: Partial<RuleRequest>) =>
  evaluateRules(compileRules(source, digest).rules, { ...nobody, ...request })

const everything = {
  token: ['T'],
  ip: ['198.51.100.0/24'],
  country: ['DE'],
  ua: ['MAG'],
}
const matching: RuleRequest = {
  token: 'T',
  address: '198.51.100.7',
  country: 'DE',
  userAgent: 'x MAG200 y',
}

describe('order by kind', () => {
  it.each(RULE_ORDER.map((place, at) => ({ ...place, at })))(
    'case=$action $kind wins over all that come later',
    ({ kind, action, at }) => {
      const source: Record<'allow' | 'deny', Record<string, string[]>> = { allow: {}, deny: {} }
      for (const later of RULE_ORDER.slice(at))
        source[later.action][later.kind] = everything[later.kind]
      const result = evaluate(source, matching)
      expect(result).toMatchObject({ verdict: action, reason: `rule.${action}_${kind}` })
      expect(REASONS).toHaveProperty([result.reason])
    },
  )

  it('says none when nothing matches, so that backends decide', () => {
    const source = { allow: everything, deny: everything }
    const stranger = { token: 'U', address: '192.0.2.1', country: 'FR', userAgent: 'VLC' }
    expect(evaluate(source, stranger)).toEqual({
      verdict: 'none',
      reason: 'rule.no_match',
      rule: null,
    })
  })

  it('refuses an allowed address that comes with a denied token', () => {
    const source = { allow: { ip: ['198.51.100.7'] }, deny: { token: ['T'] } }
    expect(evaluate(source, { token: 'T' })).toMatchObject({ reason: 'rule.deny_token' })
  })
})

describe('what matches', () => {
  it.each([
    ['172.16/24', '172.16.0.9', true],
    ['172.16/24', '172.16.1.9', false],
    ['10.10/16', '10.10.200.1', true],
    ['192.168.0/24', '192.168.0.255', true],
    ['192.168.0/24', '192.168.1.0', false],
    ['10.0.0.5-10.0.0.9', '10.0.0.9', true],
    ['10.0.0.5-10.0.0.9', '10.0.0.10', false],
    ['2001:db8::/32', '2001:db8:1::1', true],
    ['2001:db8::/32', '2001:db9::1', false],
    ['8.8.8.8', '::ffff:8.8.8.8', true],
    ['0.0.0.0/0', '::1', false],
    ['8.8.8.8', 'not an address', false],
  ])('case=ip %s against %s: %s', (rule, address, isMatch) => {
    const { verdict } = evaluate({ allow: { ip: [rule] } }, { address })
    expect(verdict).toBe(isMatch ? 'allow' : 'none')
  })

  it.each([
    ['de', 'DE', 'allow'],
    ['DE', 'de', 'allow'],
    ['DE', 'FR', 'none'],
    ['DE', null, 'none'],
  ])('case=country %s against %s: %s', (rule, country, verdict) => {
    expect(evaluate({ allow: { country: [rule] } }, { country })).toMatchObject({ verdict })
  })

  it.each([
    ['MAG', 'Mozilla/5.0 (QtEmbedded; U) MAG200 stbapp ver: 2', 'allow'],
    ['AppleWebKit/533.3 (KHTML, like Gecko)', 'a AppleWebKit/533.3 (KHTML, like Gecko) b', 'allow'],
    ['MAG', 'mag200', 'none'],
    ['M.G', 'MAG200', 'none'],
    ['MAG', null, 'none'],
  ])('case=ua %s against %s: %s', (rule, userAgent, verdict) => {
    expect(evaluate({ allow: { ua: [rule] } }, { userAgent })).toMatchObject({ verdict })
  })

  it.each([
    ['abc', 'abc', 'allow'],
    ['abc', 'abcd', 'none'],
    ['abcd', 'abc', 'none'],
    ['abc', 'ABC', 'none'],
    ['abc', '', 'none'],
    ['abc', null, 'none'],
    ['abc', 'abc\0', 'none'],
  ])('case=token %s against %j: %s', (rule, token, verdict) => {
    expect(evaluate({ allow: { token: [rule] } }, { token })).toMatchObject({ verdict })
  })

  it('names the first matching rule of the list and never shows a token', () => {
    const lists = { ip: ['10.0.0.0/8', '10.1.0.0/16', '10.1.1.1'] }
    expect(evaluate({ deny: lists }, { address: '10.1.1.1' }).rule).toEqual({
      kind: 'ip',
      action: 'deny',
      index: 0,
      text: 'deny ip 10.0.0.0/8',
    })
    const { rule } = evaluate({ allow: { token: ['hunter2'] } }, { token: 'hunter2' })
    expect(rule?.text).toMatch(/^allow token #[\w-]{8}$/)
  })
})

describe('compileRules', () => {
  it('names every rule it cannot understand and lets it match nothing', () => {
    const { rules, problems } = compileRules(
      {
        allow: { token: ['', 'ok'], ip: ['10.0.0.300', '', '10/8'], country: ['DEU'], ua: [''] },
        deny: { ip: ['1.2.3.4/33'] },
      },
      digest,
    )
    expect(problems.map(({ action, kind, index }) => `${action} ${kind} ${index}`)).toEqual([
      'allow token 0',
      'allow ip 0',
      'allow ip 1',
      'deny ip 0',
      'allow country 0',
      'allow ua 0',
    ])
    const odd = { token: '', address: '', country: 'DEU', userAgent: 'anything' }
    expect(evaluateRules(rules, odd).verdict).toBe('none')
  })

  it('traces what later lists would say, too', () => {
    const { rules } = compileRules({ allow: { token: ['T'] }, deny: { ip: ['0/0'] } }, digest)
    const steps = traceRules(rules, { ...nobody, token: 'T' })
    expect(steps.map((step) => step.hit?.text.split(' ').slice(0, 2).join(' '))).toEqual([
      'allow token',
      'deny ip',
    ])
  })
})

describe('large lists', () => {
  const octet = fc.integer({ min: 0, max: 3 })
  const address = fc.tuple(octet, octet, octet, octet).map((parts) => parts.join('.'))
  const network = fc.oneof(
    fc.tuple(address, fc.integer({ min: 0, max: 32 })).map(([a, bits]) => `${a}/${bits}`),
    fc.tuple(address, address).map(([a, b]) => (a < b ? `${a}-${b}` : `${b}-${a}`)),
    address,
  )

  it('finds the first text that holds an address, as trying each in turn does', () => {
    fc.assert(
      fc.property(fc.array(network, { maxLength: 40 }), address, (texts, at) => {
        const parsed = parseAddress(at)
        if (parsed === null) throw new Error(at)
        const expected = texts.findIndex((text) => {
          const read = parseNetwork(text)
          return read.ok && read.networks.some((one) => contains(one, parsed))
        })
        expect(findNetwork(compileNetworks(texts).index, parsed)).toBe(expected)
      }),
      { numRuns: 2000 },
    )
  })

  it('takes 10,000 tokens and 10,000 networks and finds the last of each', () => {
    const tokens = Array.from({ length: 10_000 }, (_, i) => `token-${i}`)
    const ip = Array.from({ length: 10_000 }, (_, i) => `10.${i >> 8}.${i & 255}.0/24`)
    const { rules, problems } = compileRules({ deny: { token: tokens, ip } }, digest)
    expect(problems).toEqual([])
    const byToken = { ...nobody, token: 'token-9999' }
    expect(evaluateRules(rules, byToken).rule?.index).toBe(9999)
    expect(evaluateRules(rules, { ...nobody, address: '10.39.15.1' }).rule?.index).toBe(9999)
    expect(evaluateRules(rules, { ...nobody, token: 'token-10000' }).verdict).toBe('none')
  })
})
