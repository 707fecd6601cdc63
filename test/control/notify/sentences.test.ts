import { describe, expect, it } from 'vitest'
import type { PlayRecord } from '#domain/types'
import { preparePlays } from '../../../control/detect/household/prepare-plays.ts'
import { inspectPlays } from '../../../control/detect/judge/inspect-plays.ts'
import { parseRules } from '../../../control/detect/rules/rules.ts'
import type { Feedback, Finding, FindingKind } from '../../../control/detect/types.ts'
import { sentenceOf } from '../../../control/notify/text/sentences.ts'
import { DAY, daily, everyNth, HOUR, MINUTE, play, START } from '../detect/play-builder.ts'

const VPN = { asn: 9009, asnOrg: 'M247 Europe SRL' }
const there = { place: 'bordeaux', network: '198.51.100.9', device: 'tv-2' } as const
const evenings = daily(everyNth(40, 1), { minutes: 120 })
const away = (fields: object) => daily(everyNth(40, 5), { ...there, minutes: 120, ...fields })
const stranger = (n: number, more: Partial<PlayRecord> = {}) =>
  play({
    at: 20 * DAY + n * HOUR,
    device: `stranger ${n}`,
    network: `203.0.${n}.7`,
    place: n % 2 === 0 ? 'turin' : 'sydney',
    with: more,
  })
const copy = (n: number) => stranger(n, { agent: `agent ${n}`, asn: n, download: 'leaked' })
const known = daily(everyNth(20, 1), { with: { agent: 'home', asn: 1, download: 'own' } })
const roundTheClock = (device: string, more: Partial<PlayRecord> = {}) =>
  daily(everyNth(5, 1), { device, minutes: 24 * 60, with: { isLive: true, ...more } })
const several = (n: number, fields: (i: number) => object) =>
  Array.from({ length: n }, (_, i) => play(fields(i)))

/** Devices that play every day, each so long after the one before. */
const eachDay = (devices: number, apart: number) =>
  Array.from({ length: devices }, (_, n) =>
    daily(everyNth(6, 1), { at: n * apart, network: `192.0.2.${n}`, device: `d${n}` }),
  ).flat()

interface Case {
  readonly plays: readonly PlayRecord[]
  readonly params?: object | undefined
  /** What an operator says, after which nothing is found. */
  readonly feedback?: Feedback
  /** Another rule, by which nothing is found. */
  readonly allowing?: object
}

const cases: readonly (readonly [FindingKind, string, Case])[] = [
  [
    'impossible_travel',
    'in minutes',
    {
      plays: [play(), play({ ...there, at: 80 * MINUTE, player: 'phone' })],
      feedback: { homes: ['198.51.100.9'] },
    },
  ],
  [
    'impossible_travel',
    'over a VPN of the viewer',
    {
      plays: [play(), play({ ...there, at: 80 * MINUTE, player: 'computer' })],
      feedback: { networks: ['198.51.100.9'] },
    },
  ],
  [
    'impossible_travel',
    'in no time',
    {
      plays: [play(), play({ ...there, at: HOUR })],
      feedback: { homes: ['192.0.2.1'] },
    },
  ],
  [
    'simultaneous_places',
    'for an hour and more',
    {
      plays: [play({ minutes: 100 }), play({ ...there, at: 10 * MINUTE, minutes: 90 })],
      feedback: { homes: ['192.0.2.1'] },
    },
  ],
  [
    'device_velocity',
    'of networks',
    {
      plays: several(5, (n) => ({ at: n * HOUR, network: `192.0.2.${n}` })),
      params: { max: 3 },
      feedback: { networks: ['192.0.2.1'], homes: ['192.0.2.2'] },
      allowing: { max: 5 },
    },
  ],
  [
    'device_velocity',
    'of devices',
    {
      plays: eachDay(4, 2 * HOUR),
      params: { max: 3, count: 'devices' },
      feedback: { devices: ['d2'] },
      allowing: { max: 4, count: 'devices' },
    },
  ],
  [
    'concurrent_streams',
    'by device',
    {
      plays: eachDay(4, 5 * MINUTE),
      params: { max_streams: 3 },
      feedback: { devices: ['d1'] },
      allowing: { max_streams: 4 },
    },
  ],
  [
    'concurrent_streams',
    'by network',
    {
      plays: several(3, (n) => ({ at: n * MINUTE, network: `192.0.2.${n}`, device: `d${n}` })),
      params: { max_streams: 2, ignore_same_network: true },
      allowing: { max_streams: 3, ignore_same_network: true },
    },
  ],
  [
    'geo_restriction',
    'of one country',
    {
      plays: [play(there)],
      params: { mode: 'block', countries: ['FR'] },
      feedback: { homes: ['198.51.100.9'] },
      allowing: { mode: 'block', countries: ['DE'] },
    },
  ],
  [
    'hosting_network',
    'of several exits',
    {
      plays: several(5, (n) => ({ at: n * DAY, network: `198.51.100.${n}`, with: VPN })),
      params: { min_plays: 5 },
      feedback: { networks: [0, 1, 2, 3, 4].map((n) => `198.51.100.${n}`) },
    },
  ],
  [
    'second_household',
    'with a television, at once',
    { plays: [...evenings, ...away({})], feedback: { homes: ['198.51.100.9'] } },
  ],
  [
    'second_household',
    'with two televisions',
    {
      plays: [...evenings, ...away({}), ...away({ at: 3 * HOUR, device: 'tv-3' })],
      feedback: { homes: ['198.51.100.9'] },
    },
  ],
  [
    'second_household',
    'on four networks',
    {
      plays: [
        ...evenings,
        ...[6, 7, 8, 9].flatMap((n) => away({ at: n * HOUR, network: `198.51.100.${n}` })),
      ],
    },
  ],
  ['leaked_copy', 'by new devices', { plays: [...known, ...[1, 2, 3, 5].map((n) => stranger(n))] }],
  ['leaked_copy', 'by name', { plays: [...known, ...[1, 2, 3].map(copy)] }],
  [
    'restreaming',
    'from one network',
    { plays: ['a', 'b', 'c'].flatMap((device) => roundTheClock(device)) },
  ],
  ['restreaming', 'from a data centre', { plays: roundTheClock('a', VPN) }],
]

const findingsOf = (
  kind: FindingKind,
  plays: readonly PlayRecord[],
  { params = {}, feedback = {} }: Pick<Case, 'params' | 'feedback'>,
): Finding[] => {
  const parsed = parseRules([{ id: 'r', kind, params, cool_down_minutes: 0 }])
  if (!parsed.ok) throw new Error(JSON.stringify(parsed))
  const prepared = preparePlays(plays, START + 60 * DAY, { feedback })
  return inspectPlays(prepared, parsed.rules, { asked: () => true }).map(({ finding }) => finding)
}

const findingOf = (kind: FindingKind, one: Case): Finding => {
  const last = findingsOf(kind, one.plays, { params: one.params }).at(-1)
  if (last === undefined) throw new Error(`nothing found of ${kind}`)
  return last
}

const numbersOf = (text: string): string[] =>
  (text.replaceAll(/(?<=\d)[\u00a0\u202f](?=\d)/g, '').match(/\d+(?:[.,]\d+)?/g) ?? [])
    .map((number) => number.replace(',', '.'))
    .toSorted()

/** Names that a sentence may hold: places, networks, owners, players. */
const namesOf = ({ evidence }: Finding): string[] => [
  ...evidence.sessions.flatMap(({ place, network, deviceName }) => [
    ...[place, network].flatMap((name) => name ?? []),
    ...(/\(.*\)/.exec(deviceName ?? '') ?? []),
  ]),
  ...(evidence.countries ?? []),
  ...(evidence.networks ?? []),
  ...[evidence.owner, evidence.download].flatMap((name) => name ?? []),
]

describe('a finding in one sentence', () => {
  it.each(cases)('%s %s has the same values in both languages', (kind, _, one) => {
    const finding = findingOf(kind, one)
    const [english, russian] = [finding.summary, sentenceOf('ru', finding)]
    expect(numbersOf(russian)).toEqual(numbersOf(english))
    const names = namesOf(finding)
    const heldBy = (text: string): string[] => names.filter((name) => text.includes(name))
    expect(heldBy(russian)).toEqual(heldBy(english))
    expect(`${english} ${russian}`).not.toMatch(/undefined|null|NaN|\(\)/)
    expect(russian).not.toMatch(/television|phone|computer|device|\bkm\b/)
  })

  it.each(cases)('%s %s says what would clear it', (kind, _, one) => {
    const finding = findingOf(kind, one)
    expect(finding.summary).toMatch(/ Cleared by [^.]+(?:\.\d+[^.]*)*[^.]*\.$/)
    expect(sentenceOf('ru', finding)).toMatch(/ Снимается, если .+\.$/)
  })

  it.each(cases.filter(([, , one]) => one.feedback ?? one.allowing))(
    '%s %s is cleared by what it says',
    (kind, _, one) => {
      const { plays, params, feedback, allowing } = one
      const { summary } = findingOf(kind, one)
      if (feedback !== undefined) {
        expect(summary).toContain('feedback')
        expect(findingsOf(kind, plays, { params, feedback })).toEqual([])
      }
      if (allowing !== undefined) {
        expect(summary).toContain('a rule that allows')
        expect(findingsOf(kind, plays, { params: allowing })).toEqual([])
      }
    },
  )
})
