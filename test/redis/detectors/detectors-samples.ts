import type { DetectionRule } from '../../../control/detect/rules/rule-types.ts'
import { parseRules } from '../../../control/detect/rules/rules.ts'
import type { PlayEvent } from '../../../control/events/play-event.ts'
import { NOON, sampleEvent } from '../events/event-samples.ts'

const MINUTE = 60_000

const LYON = { country: 'FR', city: 'Lyon', latitude: 45.76, longitude: 4.84, accuracyKm: 25 }
const SYDNEY = {
  country: 'AU',
  city: 'Sydney',
  latitude: -33.87,
  longitude: 151.21,
  accuracyKm: 25,
}

/** The moment the detectors take for now. */
export const EVENING = NOON + 10 * 3_600_000

/** Rules as a person would write them, in force. */
export const rulesOf = (raw: readonly object[]): readonly DetectionRule[] => {
  const parsed = parseRules(raw.map((rule) => ({ dry_run: false, ...rule })))
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return parsed.rules
}

export const RULES = rulesOf([
  { id: 'places', kind: 'simultaneous_places', cool_down_minutes: 90 },
  { id: 'streams', kind: 'concurrent_streams', cool_down_minutes: 200, params: { max_streams: 1 } },
  { id: 'travel', kind: 'impossible_travel', severity: 'high' },
])

/** One session as its events tell it: opened, three updates, closed. */
export const sessionEvents = (
  changes: Partial<PlayEvent> & { id: string },
  startedAt: number,
  minutes: number,
): PlayEvent[] => {
  const steps = (['opened', 'started', 'updated', 'updated', 'closed'] as const).map(
    (type, step) => ({ type, at: startedAt + (step * minutes * MINUTE) / 4 }),
  )
  const reason = (type: string) => (type === 'closed' ? { reason: 'session.closed' } : {})
  return steps.map(({ type, at }) =>
    sampleEvent({ type, at, startedAt, ...reason(type), ...changes }),
  )
}

/** Home in Lyon and a stranger in Sydney, over and over, for accounts of every shard; the odd ones are innocent. */
export const sharedTraffic = (accounts: number): PlayEvent[] => {
  const events: PlayEvent[] = []
  for (let n = 0; n < accounts; n += 1) {
    const account = `own:${n}`
    for (let round = 0; round < 4; round += 1) {
      const at = NOON + round * 100 * MINUTE + n * 1000
      const home = { account, network: '192.0.2.1', device: `tv ${n}`, ...LYON }
      events.push(...sessionEvents({ id: `h${n}-${round}`, ...home }, at, 80))
      if (n % 2 === 1) continue
      const away = { account, network: '198.51.100.9', device: `box ${n}`, ...SYDNEY }
      events.push(...sessionEvents({ id: `a${n}-${round}`, ...away }, at + 20 * MINUTE, 50))
    }
  }
  return events.sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))
}

/** Mixes a list the same way for the same seed. */
export const shuffled = <T>(list: readonly T[], seed: number): T[] => {
  let state = seed
  const next = (): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state
  }
  return list
    .map((item) => ({ item, order: next() }))
    .sort((a, b) => a.order - b.order)
    .map(({ item }) => item)
}
