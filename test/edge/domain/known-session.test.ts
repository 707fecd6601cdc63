import { beforeEach, expect, test } from 'vitest'

interface Seat {
  readonly channel: string
  readonly key: string
  readonly network: number
}
/** What is tested of njs/verdicts, which is typed for nginx. */
interface Known {
  readonly seats: Map<string, Seat>
  readonly makeSeat: (r: unknown, name: string) => Seat
  readonly MOST_SEATS: number
  readonly MOST_MISSED: number
}
const path = '../../../njs/verdicts/known-session.ts'
const { seats, makeSeat, MOST_SEATS, MOST_MISSED } = (await import(path)) as Known

const request = { rawVariables: { binary_remote_addr: Buffer.from([192, 0, 2, 7]) }, variables: {} }
const nameOf = (session: number): string => `pass-${session}/ch1 192.0.2.7`
/** As `checkSegment` does. */
const find = (session: number): Seat =>
  seats.get(nameOf(session)) ?? makeSeat(request, nameOf(session))

beforeEach(() => {
  seats.clear()
})

test('a seat is the same whether its context remembers it or not', () => {
  const first = Array.from({ length: MOST_SEATS + 50 }, (_, session) => find(session))
  expect(seats.size).toBe(MOST_SEATS)
  expect(new Set(first.map(({ key }) => key)).size).toBe(first.length)
  for (const [session, seat] of first.entries())
    expect(find(session)).toMatchObject({ channel: 'ch1', key: seat.key, network: seat.network })
})

test('of more sessions in turn than there is room for, some are remembered', () => {
  const sessions = MOST_SEATS * 4
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
})
