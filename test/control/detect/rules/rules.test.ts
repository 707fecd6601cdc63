import { describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { lintRules } from '../../../../control/detect/rules/rule-lint.ts'
import type { DetectionRule } from '../../../../control/detect/rules/rule-types.ts'
import {
  defaultRules,
  isInScope,
  parseRules,
  stepFor,
} from '../../../../control/detect/rules/rules.ts'
import { FINDING_KINDS } from '../../../../control/detect/types.ts'

const rulesOf = (raw: unknown): readonly DetectionRule[] => {
  const parsed = parseRules(raw)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return parsed.rules
}

const problemsOf = (raw: unknown): string[] => {
  const parsed = parseRules(raw)
  return parsed.ok ? [] : parsed.problems.map((p) => `${p.path}: ${p.message}`)
}

describe('rules', () => {
  it.each(FINDING_KINDS)('need nothing but an id and a kind: %s', (kind) => {
    const [rule] = rulesOf([{ id: 'r', kind }])
    expect(rule).toMatchObject({
      kind,
      enabled: true,
      dry_run: true,
      scope: { type: 'all' },
      actions: [{ do: 'observe' }],
    })
  })

  it('have the peers defaults', () => {
    const of = (kind: string) => rulesOf([{ id: 'r', kind }])[0]?.params
    expect(of('impossible_travel')).toMatchObject({ max_speed_kmh: 900 })
    expect(of('simultaneous_places')).toMatchObject({ min_distance_km: 100 })
    expect(of('device_velocity')).toMatchObject({ max: 5, window_hours: 24 })
    expect(of('concurrent_streams')).toMatchObject({ max_streams: 3 })
  })

  it('survive being written and read as YAML and JSON', () => {
    const rules = defaultRules()
    expect(rules).toHaveLength(FINDING_KINDS.length - 1)
    expect(rulesOf(parse(stringify({ rules })))).toEqual(rules)
    expect(rulesOf(JSON.parse(JSON.stringify(rules)))).toEqual(rules)
  })

  it('do not change what they are read from', () => {
    const raw = [{ id: 'r', kind: 'device_velocity', params: { max: 9 } }]
    rulesOf(raw)
    expect(raw).toEqual([{ id: 'r', kind: 'device_velocity', params: { max: 9 } }])
  })

  it('stop at no number of problems', () => {
    const step = { do: 'explode', from_finding: 0, colour: 'red' }
    const rule = { id: 'A', kind: 'restreaming', severity: 'dire', cool_down_minutes: -1 }
    const params = { min_hours_per_day: 25, min_days: 0, window_hours: 0 }
    const problems = problemsOf([{ ...rule, params, scope: { type: 'x' }, actions: [step, step] }])
    for (const path of [
      'id',
      'severity',
      'cool_down_minutes',
      'scope',
      'params.min_hours_per_day',
      'params.min_days',
      'params.window_hours',
      ...[0, 1].flatMap((n) =>
        ['do', 'from_finding', 'colour'].map((name) => `actions[${n}].${name}`),
      ),
    ])
      expect(problems.map((p) => p.split(':')[0])).toContain(`rules[0].${path}`)
  })

  it('list every problem, each with its place', () => {
    const problems = problemsOf([
      { id: 'Bad Id', kind: 'device_velocity', params: { max: 'many', colour: 'red' } },
      { id: 'b', kind: 'teleport' },
      7,
      { id: 'c', kind: 'geo_restriction', params: { countries: ['France'] }, severity: 'dire' },
      { id: 'd', kind: 'leaked_copy' },
      { id: 'd', kind: 'leaked_copy' },
    ])
    expect(problems.some((p) => p.startsWith('rules[0].id: has the wrong form'))).toBe(true)
    expect(problems).toContain('rules[0].params.max: must be integer')
    expect(problems).toContain('rules[0].params.colour: is not a setting of this kind of rule')
    expect(problems).toContain(`rules[1].kind: must be one of ${FINDING_KINDS.join(', ')}`)
    expect(problems).toContain('rules[2]: must be a rule')
    expect(problems.some((p) => p.startsWith('rules[3].params.countries[0]'))).toBe(true)
    expect(problems).toContain('rules[3].severity: must be one of low, warning, high')
    expect(problems).toContain('rules[5].id: d is taken by an earlier rule')
  })

  it.each([null, 'text', { rules: 1 }, {}])('are a list: %o', (raw) => {
    expect(problemsOf(raw)).toEqual(['rules: must be a list of rules'])
  })
})

describe('the scope of a rule', () => {
  const play = { account: 'own:1', group: 'home' }
  it.each([
    [{ type: 'all' }, true],
    [{ type: 'group', group: 'home' }, true],
    [{ type: 'group', group: 'abroad' }, false],
    [{ type: 'account', account: 'own:1' }, true],
    [{ type: 'account', account: 'own:2' }, false],
  ])('case=%o', (scope, isIn) => {
    const [rule] = rulesOf([{ id: 'r', kind: 'leaked_copy', scope }])
    expect(rule && isInScope(rule, play)).toBe(isIn)
    expect(rule && isInScope({ ...rule, enabled: false }, play)).toBe(false)
  })
})

describe('the steps of a rule', () => {
  it('grow with the findings', () => {
    const actions = [
      { do: 'observe', from_finding: 1 },
      { do: 'notify', from_finding: 2 },
      { do: 'end', from_finding: 5, message: 'One household, please.' },
    ]
    const [rule] = rulesOf([{ id: 'r', kind: 'second_household', actions }])
    const done = [0, 1, 2, 3, 5, 9].map((n) => rule && stepFor(rule, n)?.do)
    expect(done).toEqual([undefined, 'observe', 'notify', 'notify', 'end', 'end'])
  })
})

describe('lint', () => {
  const warningsOf = (raw: object): string =>
    lintRules(rulesOf([{ id: 'r', ...raw }]), {
      groups: new Set(['home']),
      accounts: new Set(['own:1']),
    })
      .map((w) => w.message)
      .join('\n')

  it('has nothing against the default rules', () => {
    expect(lintRules(defaultRules())).toEqual([])
  })

  const ban = [{ do: 'ban', from_finding: 1 }]
  it.each([
    [
      'a slip in a group',
      { kind: 'leaked_copy', scope: { type: 'group', group: 'hme' } },
      'no group hme',
    ],
    [
      'a slip in an account',
      { kind: 'leaked_copy', scope: { type: 'account', account: 'own:2' } },
      'no account own:2',
    ],
    [
      'a ban on weak evidence',
      { kind: 'impossible_travel', actions: ban, dry_run: false },
      'weak evidence',
    ],
    [
      'a ban without a word',
      { kind: 'restreaming', actions: ban, dry_run: false },
      'without a word',
    ],
    ['no step', { kind: 'restreaming', actions: [] }, 'only records'],
    [
      'steps that soften',
      { kind: 'restreaming', actions: [{ do: 'notify' }, { do: 'observe', from_finding: 3 }] },
      'milder',
    ],
    [
      'two steps at once',
      { kind: 'restreaming', actions: [{ do: 'observe' }, { do: 'notify' }] },
      'same finding',
    ],
    [
      'noise',
      { kind: 'restreaming', actions: [{ do: 'notify' }], cool_down_minutes: 0 },
      'cool-down',
    ],
    [
      'steps out of reach',
      {
        kind: 'restreaming',
        actions: [{ do: 'notify', from_finding: 2 }],
        cool_down_minutes: 20160,
      },
      'never reached',
    ],
    ['a slow aeroplane', { kind: 'impossible_travel', params: { max_speed_kmh: 200 } }, 'faster'],
    ['too near', { kind: 'simultaneous_places', params: { min_distance_km: 5 } }, '50 km'],
    ['one stream', { kind: 'concurrent_streams', params: { max_streams: 1 } }, 'household'],
    [
      'no country allowed',
      { kind: 'geo_restriction', params: { mode: 'allow' } },
      'no country at all',
    ],
    ['no country blocked', { kind: 'geo_restriction' }, 'blocks no country'],
    [
      'too short for households',
      { kind: 'second_household', params: { window_hours: 72 } },
      'two weeks',
    ],
    [
      'days beyond the window',
      { kind: 'restreaming', params: { min_days: 9 } },
      'shorter than its days',
    ],
    ['no time before the burst', { kind: 'leaked_copy', params: { burst_hours: 720 } }, 'stranger'],
    ['words to a VPN', { kind: 'hosting_network', actions: [{ do: 'message' }] }, 'VPN'],
  ])('warns of %s', (_name, raw, words) => {
    expect(warningsOf(raw)).toContain(words)
  })
})
