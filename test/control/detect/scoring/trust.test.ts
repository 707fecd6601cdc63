import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  applyFinding,
  confirmFinding,
  dismissFinding,
  fullTrust,
  recover,
  reinstateFinding,
  type TrustState,
  trustLevel,
} from '../../../../control/detect/scoring/trust.ts'
import { DAY, HOUR, START } from '../play-builder.ts'

const finding = (id: string, severity: 'low' | 'warning' | 'high' = 'warning') =>
  ({ id, severity, kind: 'impossible_travel' }) as const

const balance = (state: TrustState): number =>
  state.ledger.reduce((sum, entry) => sum + entry.delta, 100)

describe('trust', () => {
  it.each([
    ['high', 80],
    ['warning', 90],
    ['low', 95],
  ] as const)('falls by the severity: %s', (severity, value) => {
    expect(applyFinding(fullTrust(START), finding('a', severity), START).value).toBe(value)
  })

  it('falls once for one finding, however often it is told', () => {
    const once = applyFinding(fullTrust(START), finding('a'), START)
    expect(applyFinding(once, finding('a'), START + DAY)).toEqual(once)
  })

  it('falls once for what an operator confirms, dismissed before or not', () => {
    const confirmed = confirmFinding(fullTrust(START), finding('a'), START)
    expect(confirmed.value).toBe(90)
    expect(confirmFinding(confirmed, finding('a'), START + HOUR)).toBe(confirmed)
    const dismissed = dismissFinding(confirmed, 'a', START + HOUR)
    expect(confirmFinding(dismissed, finding('a'), START + 2 * HOUR).value).toBe(90)
  })

  it('comes back with whole days and no further than full', () => {
    const low = applyFinding(fullTrust(START), finding('a'), START)
    expect(recover(low, START + 23 * HOUR)).toEqual(low)
    expect(recover(low, START + 3 * DAY + HOUR).value).toBe(93)
    expect(recover(low, START + 400 * DAY).value).toBe(100)
  })

  it('loses no part of a day by being looked at often', () => {
    const low = applyFinding(fullTrust(START), finding('a'), START)
    let state = low
    for (let hour = 1; hour <= 72; hour += 1) state = recover(state, START + hour * HOUR)
    expect(state.value).toBe(recover(low, START + 72 * HOUR).value)
  })

  it('gives back exactly what a dismissed finding took, once', () => {
    const nearZero = { ...fullTrust(START), value: 15 }
    const hit = applyFinding(nearZero, finding('a', 'high'), START)
    expect(hit.value).toBe(0)
    const dismissed = dismissFinding(hit, 'a', START + HOUR)
    expect(dismissed.value).toBe(15)
    expect(dismissFinding(dismissed, 'a', START + HOUR)).toBe(dismissed)
    expect(dismissFinding(dismissed, 'unknown', START)).toBe(dismissed)
  })

  it('gives back once, even where full trust left some of it over', () => {
    const hit = applyFinding(fullTrust(START), finding('a', 'high'), START)
    const rested = recover(hit, START + 15 * DAY)
    const dismissed = dismissFinding(rested, 'a', START + 15 * DAY)
    expect(dismissed.value).toBe(100)
    const later = applyFinding(dismissed, finding('b', 'high'), START + 16 * DAY)
    expect(dismissFinding(later, 'a', START + 16 * DAY)).toBe(later)
  })

  it('loses again what it got back when a dismissed finding stands after all, once', () => {
    const hit = applyFinding(fullTrust(START), finding('a', 'high'), START)
    const dismissed = dismissFinding(hit, 'a', START + HOUR)
    const again = reinstateFinding(dismissed, 'a', START + 2 * HOUR)
    expect(again.value).toBe(80)
    expect(reinstateFinding(again, 'a', START + 3 * HOUR)).toBe(again)
    expect(reinstateFinding(hit, 'a', START + HOUR)).toBe(hit)
    expect(reinstateFinding(hit, 'unknown', START + HOUR)).toBe(hit)
    expect(dismissFinding(again, 'a', START + 3 * HOUR).value).toBe(100)
  })

  it('stays within 0 and 100, and the ledger adds up to it', () => {
    const step = fc.record({
      id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'),
      severity: fc.constantFrom('low', 'warning', 'high' as const),
      after: fc.nat(5 * DAY),
      become: fc.constantFrom(applyFinding, dismissFinding, reinstateFinding),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        let now = START
        let state = fullTrust(now)
        for (const { id, severity, after, become } of steps) {
          now += after
          state =
            become === applyFinding
              ? applyFinding(state, finding(id, severity), now)
              : (become as typeof dismissFinding)(state, id, now)
          expect(state.value).toBeGreaterThanOrEqual(0)
          expect(state.value).toBeLessThanOrEqual(100)
          expect(balance(state)).toBe(state.value)
          expect(state.ledger.at(-1)?.value ?? 100).toBe(state.value)
        }
      }),
    )
  })

  it('is named as the peers name it', () => {
    expect([100, 80, 79, 50, 49, 0].map(trustLevel)).toEqual([
      'trusted',
      'trusted',
      'caution',
      'caution',
      'untrusted',
      'untrusted',
    ])
  })
})
