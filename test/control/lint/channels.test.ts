import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../../control/config/load.ts'
import type { LintChannel } from '../../../control/lint/channels.ts'
import { createIsSet, lint } from '../../../control/lint/lint.ts'

const findings = (yaml: string, channels: readonly LintChannel[] = []) => {
  const { config, lineOf } = parseConfig(yaml, 'gatehouse.yaml')
  return lint(config, { lineOf, isSet: createIsSet(yaml), channels })
}

const told = (yaml: string, channels?: readonly LintChannel[]) =>
  findings(yaml, channels).map(({ line, severity, check }) => `${line} ${severity} ${check}`)

const rules = (...lines: string[]) => `auth: m
auth_backends: [{ name: m, allow_default: true }]
channels:
${lines.map((line) => `  - { ${line} }`).join('\n')}`

describe('channel rules', () => {
  it.each([
    ['one after a rule for all', ["match: '.*', auth: m", "match: '^a$', auth: m"], ['5']],
    ['one that stands twice', ["match: '^a$', max_sessions: 1", "match: '^a$'"], ['5']],
    ['auth after a rule for all that names none', ["match: '.*'", "match: '^a$', auth: m"], ['5']],
    ['the rule for all at the end', ["match: '^a$'", "match: 'b'", "match: '.*'"], []],
  ])('case=%s', (_what, lines, expected) => {
    expect(told(rules(...lines))).toEqual(expected.map((line) => `${line} warning shadowed`))
  })

  it('says what of a later rule counts all the same', () => {
    const [finding] = findings(rules("match: '.*'", "match: '^a$', auth: m"))
    expect(finding?.message).toContain('only `auth` counts')
  })
})

describe('patterns no channel has an id for', () => {
  const channels = [
    { id: 'pervyy', path: '/live/ort/index.m3u8' },
    { id: 'sport', path: '/sport.m3u8' },
  ]

  it.each([
    ['a rule', rules("match: '^ort$', auth: m"), ['4']],
    ['one of the names of a rule', rules("match: '^(?:sport|film|ort)$', auth: m"), ['4']],
    ['a link key', "secure_links: [{ name: l, format: nginx, key: k, match: '^ort$' }]", ['1']],
    ['rules that fit', rules("match: '^(?:sport|pervyy)$'", "match: 'er', auth: m"), []],
  ])('case=%s', (_what, yaml, lines) => {
    expect(told(yaml, channels)).toEqual(lines.map((line) => `${line} warning match-nothing`))
  })

  it('names the channel whose stream was meant', () => {
    const [finding] = findings(rules("match: '^ort$', auth: m"), channels)
    expect(finding?.suggestion).toMatch(/`pervyy` here.*`ids: address`/)
    const [other] = findings(rules("match: '^film$', auth: m"), channels)
    expect(other?.suggestion).toContain('tvg-id')
  })

  it('are not looked for where no source was read', () => {
    expect(told(rules("match: '^ort$'"))).toEqual([])
  })
})

describe('links of nginx', () => {
  const link = (rest: string) =>
    told(`secure_links:\n  - { name: l, format: nginx, key: k, ${rest} }`).length

  it.each([
    ['the usual expression', 'check_ip: true', 0],
    ['braces, and the argument', "expression: '${uri}${arg_expires}${key}', check_ip: false", 0],
    ['no key', "expression: '$secure_link_expires$uri$remote_addr secret'", 1],
    ['no time', "expression: '$uri$remote_addr $key'", 1],
    ['no address, though it is checked', "expression: '$secure_link_expires$uri $key'", 1],
    ['a variable nobody knows', "expression: '$arg_expires$uri$remote_addr$http_x $key'", 1],
    ['only the path', "expression: '$uri'", 3],
  ])('case=%s', (_what, rest, count) => {
    expect(link(rest)).toBe(count)
  })

  it('are no matter of Flussonic’s', () => {
    expect(told('secure_links: [{ name: l, format: flussonic, key: k }]')).toEqual([])
  })
})

describe('an auth backend that admits nobody', () => {
  const yaml = (rule: string, link: string) => `auth_backends: [{ name: none }]
channels: [{ match: '${rule}', auth: none }]
secure_links: [{ name: l, format: flussonic, key: k, match: '${link}' }]`

  it.each([
    ['^a$', '^a$', []],
    ['^(?:a|b\\.c)$', '^a$|^b\\.c$', []],
    ['^(?:a|b)$', '^a$', ['1 warning backend-refuses-all']],
    ['^a$', '^b$', ['1 warning backend-refuses-all']],
  ])('case=is meant so behind signed links: %s and %s', (rule, link, expected) => {
    expect(told(yaml(rule, link))).toEqual(expected)
  })
})

describe('countries', () => {
  it('that nobody is from are named, with what is meant', () => {
    const yaml = `auth: m
auth_backends:
  - name: m
    allow_default: true
    deny:
      country: [GB, uk, XK, XX]
groups:
  - { name: a, countries: [DE, EN] }`
    const found = findings(yaml).filter(({ check }) => check === 'country-unknown')
    expect(found.map(({ line }) => line)).toEqual([6, 6, 8])
    expect(found[0]?.suggestion).toContain('GB')
  })
})

describe('what the file itself says', () => {
  it('may stand at an anchor', () => {
    const yaml = `auth: m
channels: [{ match: '^a$', auth: n }]
auth_backends:
  - { name: m, backends: &b [{ url: 'http://a.example.net/', timeout_ms: 1000 }] }
  - { name: n, backends: *b }`
    expect(told(yaml)).toEqual([])
  })
})
