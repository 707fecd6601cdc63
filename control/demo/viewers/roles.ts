import { writeFileSync } from 'node:fs'
import { readJson } from '#domain/read-json'
import { type DemoPerson, demoPeople } from '../history/people.ts'

/** Somebody who watches through the edge: whose account, from where, with what. */
export interface DemoRole {
  readonly token: string
  readonly address: string
  readonly agent: string
  readonly channels: readonly [string, ...string[]]
}

/** Name of the file with the roles, in the demo's state folder: it holds tokens. */
export const ROLES_FILE = 'demo-viewers.json'

/** So many accounts watch at any time. */
const WATCHING = 26
/** What every group of the demo may watch. */
const CHANNELS = ['federal-1', 'federal-2', 'federal-3', 'federal-4'] as const

/** The accounts that watch now: many countries, and those that are watched in two places at once. */
export const watchingPeople = (): DemoPerson[] => {
  const people = demoPeople()
  const shared = people.filter(({ kind }) => kind === 'two_places').slice(0, 3)
  const countries = new Map(people.map((person) => [person.home.place.city, person]))
  return [...new Set([...shared, ...countries.values()])].slice(0, WATCHING)
}

const channelsOf = (index: number): readonly [string, ...string[]] => {
  const rest = [...CHANNELS.slice(index % CHANNELS.length), ...CHANNELS]
  return [rest[0] ?? CHANNELS[0], ...rest.slice(1, CHANNELS.length)]
}

const roleOf = (person: DemoPerson, token: string, isAway: boolean): DemoRole => {
  const { place, host } = isAway ? person.other : person.home
  const device = isAway ? (person.devices.at(-1) ?? person.devices[0]) : person.devices[0]
  return {
    token,
    address: `${place.prefix}.${host}`,
    agent: device.agent,
    channels: channelsOf(person.index + Number(isAway)),
  }
}

/** Writes who watches, for the process of the origin; `tokenOf` gives the token of an account. */
export const writeRoles = (file: string, tokenOf: (account: string) => string): void => {
  const roles = watchingPeople().flatMap((person) => {
    const token = tokenOf(person.id)
    const home = roleOf(person, token, false)
    return person.kind === 'two_places' ? [home, roleOf(person, token, true)] : [home]
  })
  writeFileSync(file, `${JSON.stringify(roles)}\n`, { mode: 0o600 })
}

const areRoles = (value: unknown): value is DemoRole[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'object' && 'token' in one)

/** Reads who watches; `null` where the text is no such list. */
export const readRoles = (text: string): DemoRole[] | null => readJson(text, areRoles)
