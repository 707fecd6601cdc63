import { describe, expect, it } from 'vitest'
import { type AccountPlays, backtest } from '../../../../control/detect/judge/backtest.ts'
import { inspectPlays } from '../../../../control/detect/judge/inspect-plays.ts'
import { normalisePlays } from '../../../../control/detect/normalise.ts'
import { defaultRules, parseRules } from '../../../../control/detect/rules/rules.ts'
import { mergeFeedback } from '../../../../control/detect/scoring/feedback.ts'
import { DAY, daily, everyNth, HOUR, play, START } from '../play-builder.ts'

const now = START + 60 * DAY

const rulesOf = (raw: object[]) => {
  const parsed = parseRules(raw)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return parsed.rules
}

const named = (account: string, plays: ReturnType<typeof daily>): AccountPlays => ({
  account,
  name: account.toUpperCase(),
  plays: plays.map((p) => ({ ...p, account })),
})

const home = () => daily(everyNth(60, 1), { minutes: 90 })
const other = () =>
  daily(everyNth(60, 2), { place: 'bordeaux', network: '198.51.100.9', minutes: 90 })
const history = [named('own:1', [...home(), ...other()]), named('own:2', home())]

describe('a backtest', () => {
  it('says whom a rule set would have found, and how often', async () => {
    const result = await backtest(history, { rules: defaultRules(), now, days: 60 })
    expect(result).toMatchObject({ accounts: 2, plays: 150, days: 60 })
    expect(result.found.map((f) => [f.account, f.name])).toEqual([['own:1', 'OWN:1']])
    const places = result.rules.find((r) => r.rule === 'simultaneous_places')
    expect(places).toMatchObject({
      findings: 30,
      accounts: 1,
      perDay: 0.5,
      actions: { observe: 1 },
    })
    expect(result.comparison.onlyDraft).toEqual(['own:1'])
  })

  it('finds nothing of the pseudo user, who is several people', async () => {
    const plays = [...home(), ...other()]
    const strangers = [named('server:den:0', plays), named('server:jelly:', plays)]
    const result = await backtest(strangers, { rules: defaultRules(), now, days: 60 })
    expect(result).toMatchObject({ accounts: 2, found: [] })
  })

  it('compares with the rules in force', async () => {
    const strict = rulesOf([{ id: 'two', kind: 'device_velocity', params: { max: 1 } }])
    const draft = rulesOf([
      { id: 'apart', kind: 'simultaneous_places', params: { min_distance_km: 10_000 } },
    ])
    const result = await backtest(history, { rules: draft, present: strict, now, days: 60 })
    expect(result.comparison).toMatchObject({ onlyDraft: [], onlyPresent: ['own:1'], both: [] })
    expect(result.comparison.presentFindings).toBeGreaterThan(0)
    expect(result.comparison.names).toEqual({ 'own:1': 'OWN:1' })
  })

  it('counts the steps each account would have reached', async () => {
    const rules = rulesOf([
      {
        id: 'places',
        kind: 'simultaneous_places',
        actions: [
          { do: 'observe' },
          { do: 'notify', from_finding: 2 },
          { do: 'ban', from_finding: 4 },
        ],
        escalation_hours: 200,
      },
    ])
    const result = await backtest(history, { rules, now, days: 60 })
    expect(result.rules[0]?.actions).toEqual({ observe: 1, notify: 1, ban: 1 })
  })

  it('counts only what lies within the days asked for', async () => {
    const result = await backtest(history, { rules: defaultRules(), now, days: 10 })
    expect(result.found[0]?.findings.every((f) => f.finding.at >= now - 10 * DAY)).toBe(true)
    const places = result.rules.find((r) => r.rule === 'simultaneous_places')
    expect(places?.findings).toBe(5)
  })

  it('believes what an operator said', async () => {
    const word = (kind: 'network' | 'account', value: string) =>
      mergeFeedback([{ kind, value, verdict: 'fine' }])
    for (const feedback of [word('network', '198.51.100.9'), word('account', 'own:1')]) {
      const told = history.map((h) => ({ ...h, hints: { feedback } }))
      expect((await backtest(told, { rules: defaultRules(), now, days: 60 })).found).toEqual([])
    }
  })

  it('takes an asynchronous history', async () => {
    async function* slowly() {
      for (const account of history) yield await Promise.resolve(account)
    }
    const result = await backtest(slowly(), { rules: defaultRules(), now, days: 60 })
    expect(result.accounts).toBe(2)
  })
})

describe('inspectPlays', () => {
  const rule = (settings: object) =>
    rulesOf([
      { id: 'r', kind: 'device_velocity', params: { max: 1 }, cool_down_minutes: 0, ...settings },
    ])
  const plays = normalisePlays(
    everyNth(10, 1).map((n) => play({ at: n * HOUR, network: `192.0.2.${n}` })),
    now,
  )

  it('leaves an account alone during the cool-down', () => {
    expect(inspectPlays(plays, rule({}))).toHaveLength(9)
    expect(inspectPlays(plays, rule({ cool_down_minutes: 240 }))).toHaveLength(3)
  })

  it('looks back no further than the window', () => {
    expect(inspectPlays(plays, rule({ params: { max: 1, window_hours: 0.5 } }))).toEqual([])
  })

  it('gives a finding the severity of its rule', () => {
    const found = inspectPlays(plays, rule({ severity: 'high' }))
    expect(found.every((f) => f.finding.severity === 'high')).toBe(true)
  })

  it('judges only plays in scope', () => {
    expect(inspectPlays(plays, rule({ scope: { type: 'account', account: 'own:2' } }))).toEqual([])
  })
})
