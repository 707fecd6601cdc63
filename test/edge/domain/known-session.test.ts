import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { zones } from './dictionary.ts'

/** What is tested of njs/verdicts, which is typed for nginx. */
interface Known {
  readonly seats: Map<string, number>
  readonly seatKeys: readonly string[]
  readonly seatHeads: readonly number[]
  readonly seatTails: readonly number[]
  readonly seatLeasts: readonly number[]
  readonly makeSeat: (r: unknown, name: string) => number
  readonly forgetSeats: () => void
  readonly FEW_SEATS: number
  readonly MOST_SEATS: number
  readonly MOST_MISSED: number
  readonly MOST_IN_WORKER: number
}
const path = '../../../njs/verdicts/known-session.ts'
const known = (await import(path)) as Known
const { seats, makeSeat, FEW_SEATS, MOST_SEATS, MOST_MISSED, MOST_IN_WORKER } = known

/** What the contexts of this worker remember beyond the few of each. */
const worker = { seats: 0, isFull: false }
const countSeats = (_: string, more: number): number => {
  if (worker.isFull) throw new Error('no room')
  worker.seats += more
  return worker.seats
}

const request = { rawVariables: { binary_remote_addr: Buffer.from([192, 0, 2, 7]) }, variables: {} }
const nameOf = (session: number): string => `pass-${session}/ch1 192.0.2.7`
/** As `checkSegment` does. */
const find = (session: number) => {
  const at = seats.get(nameOf(session)) ?? makeSeat(request, nameOf(session))
  const text = Buffer.from(
    new Float64Array([known.seatHeads[at] ?? 0, known.seatTails[at] ?? 0]).buffer,
  ).toString('latin1')
  return { key: known.seatKeys[at] ?? '', text, least: known.seatLeasts[at] }
}

beforeEach(() => {
  vi.stubGlobal('ngx', { shared: zones })
  const { gh_pace: pace } = zones
  if (pace !== undefined) vi.spyOn(pace, 'incr').mockImplementation(countSeats)
  worker.isFull = false
  known.forgetSeats()
  worker.seats = 0
})
afterEach(() => {
  known.forgetSeats()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

test('a seat is the same whether its context remembers it or not', () => {
  const first = Array.from({ length: MOST_SEATS + 50 }, (_, session) => find(session))
  expect(seats.size).toBe(MOST_SEATS)
  expect(new Set(first.map(({ key }) => key)).size).toBe(first.length)
  for (const [session, seat] of first.entries()) {
    expect(seat.text).toBe(seat.key)
    expect(seat.key).toMatch(/^[A-Za-z0-9_-]{16}$/)
    expect(find(session)).toEqual(seat)
  }
})

test('a context whose worker has no more room remembers few', () => {
  worker.seats = MOST_IN_WORKER - FEW_SEATS
  for (let session = 0; session < MOST_SEATS; session += 1) find(session)
  expect(seats.size).toBe(2 * FEW_SEATS)
  expect(worker.seats).toBe(MOST_IN_WORKER)
  known.forgetSeats()
  expect(worker.seats).toBe(MOST_IN_WORKER - FEW_SEATS)
  worker.isFull = true
  for (let session = 0; session < MOST_SEATS; session += 1) find(session)
  expect(seats.size).toBe(FEW_SEATS)
})

test('of more sessions in turn than there is room for, some are remembered', () => {
  worker.isFull = true
  const sessions = FEW_SEATS * 4
  for (let session = 0; session < sessions; session += 1) find(session)
  const kept = [...seats.keys()]
  for (let session = 0; session < sessions; session += 1) find(session)
  expect([...seats.keys()]).toEqual(kept)
})

test('sessions that are over give way to those that play now', () => {
  for (let session = 0; session < MOST_SEATS; session += 1) find(session)
  for (let turn = 0; turn < MOST_MISSED + MOST_SEATS; turn += 1) find(1_000_000 + (turn % 100))
  expect(seats.has(nameOf(1_000_000))).toBe(true)
  expect(seats.has(nameOf(0))).toBe(false)
  expect(worker.seats).toBe(0)
})
