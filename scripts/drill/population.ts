import { readPass } from '#domain/credentials/pass'
import { type Playing, playing, type Viewer, viewer } from '../../test/e2e/world/viewer.ts'
import { adminOf } from '../../test/e2e/world/world.ts'
import type { TestService } from '../../test/support/programs/service.ts'

/** Two screens of one household whose cap is two. */
export interface Household {
  readonly id: string
  readonly ticket: string
  readonly screens: readonly Playing[]
}

/** The viewers of the drill. */
export interface Population {
  readonly households: readonly Household[]
  /** An account without a cap to speak of, for viewers who come during a failure. */
  readonly guests: { readonly id: string; readonly ticket: string }
  /** An account banned for an hour before anything broke. */
  readonly banned: { readonly id: string; readonly ticket: string }
  /** Session ids of everything that was let in. */
  readonly opened: Set<string>
}

const HOUSEHOLDS = 6
const GUESTS = 1000

/** The session an opening's answer leads to. */
export const sessionOf = (pass: string): string => readPass(pass)?.sid ?? ''

const screen = async (edge: string, ticket: string, at: string): Promise<Playing> => {
  const who = { address: at, agent: `Screen ${at}` }
  const answer = await viewer(edge, who).open('federal-1', ticket)
  return playing(edge, who, answer)
}

const guestOf = (edge: string, n: number): Viewer => {
  const address = `10.${50 + (n >> 16)}.${(n >> 8) & 255}.${n & 255}`
  return viewer(edge, { address, agent: `Guest${n}/1` })
}

/** Opens by a ticket held before, as a player whose list is open does. */
export const open = async (edge: string, ticket: string, n: number) =>
  await guestOf(edge, n).open('federal-2', ticket)

/** Asks once for what an opening led to. */
export const start = async (edge: string, location: string, n: number) =>
  await guestOf(edge, n).get(location)

const ticketOf = async (edge: string, token: string): Promise<string> =>
  await viewer(edge, { token, address: '198.51.100.200' }).ticket()

/** Makes accounts, starts everybody's playback, and bans one account. */
export const populate = async (service: TestService): Promise<Population> => {
  const admin = adminOf(service)
  const opened = new Set<string>()
  const households: Household[] = []
  for (let at = 0; at < HOUSEHOLDS; at += 1) {
    const { id, token } = await admin.account(2)
    const ticket = await ticketOf(service.edge, token)
    const screens = [
      await screen(service.edge, ticket, `198.51.100.${at * 2 + 1}`),
      await screen(service.edge, ticket, `198.51.100.${at * 2 + 2}`),
    ]
    for (const { pass, poll } of screens) {
      opened.add(sessionOf(pass))
      await poll()
    }
    households.push({ id, ticket, screens })
  }
  const guest = await admin.account(GUESTS)
  const bad = await admin.account(5)
  const banned = { id: bad.id, ticket: await ticketOf(service.edge, bad.token) }
  const guests = { id: guest.id, ticket: await ticketOf(service.edge, guest.token) }
  await admin.send('POST', '/bans', { kind: 'account', subject: `own:${bad.id}`, seconds: 3600 })
  return { households, guests, banned, opened }
}
