import { clockOf, momentOf } from '../../runtime/zone-clock.ts'

/** Names of zones that XMLTV files write in place of an offset, in minutes east of Greenwich. */
const ZONES: Readonly<Record<string, number>> = {
  UTC: 0,
  GMT: 0,
  Z: 0,
  WET: 0,
  BST: 60,
  WEST: 60,
  CET: 60,
  CEST: 120,
  EET: 120,
  EEST: 180,
  MSK: 180,
  EST: -300,
  EDT: -240,
  CST: -360,
  CDT: -300,
  MST: -420,
  MDT: -360,
  PST: -480,
  PDT: -420,
}

const FORM =
  /^(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?\s*(?:([+-])(\d{1,2}):?(\d\d)|([A-Za-z]{1,5}))?$/

const clocks = new Map<string, (at: number) => number>()

/** A clock on the wall of a zone as an instant. */
const instantOf = (zone: string, wall: number): number => {
  const clock = clocks.get(zone) ?? clockOf(zone)
  clocks.set(zone, clock)
  return momentOf(clock, wall)
}

/** The clock on the wall, as if it were UTC (Unix ms). */
const wallOf = (parts: readonly (string | undefined)[]): number => {
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts.map((part) =>
    part === undefined ? undefined : Number(part),
  )
  return Date.UTC(year, month - 1, day, hour, minute, second)
}

/**
 * Unix seconds of an XMLTV time (`20261129203000 +0200`): parts from the right may be missing, the offset too, which then is `zone`'s (an IANA name)
 * or UTC as the XMLTV DTD has it. `null` where it is no time.
 */
export const parseXmltvTime = (text: string, zone: string | null = null): number | null => {
  const found = FORM.exec(text.trim())
  if (found === null) return null
  const wall = wallOf(found.slice(1, 7))
  const [sign, hours, minutes, name] = found.slice(7)
  if (hours !== undefined) {
    const ahead = Number(hours) * 60 + Number(minutes)
    return wall / 1000 - (sign === '-' ? -ahead : ahead) * 60
  }
  if (name === undefined) return (zone === null ? wall : instantOf(zone, wall)) / 1000
  const named = ZONES[name.toUpperCase()]
  return named === undefined ? null : wall / 1000 - named * 60
}

/** An instant as XMLTV writes it, with its offset. */
export const formatXmltvTime = (sec: number): string =>
  `${new Date(sec * 1000).toISOString().slice(0, 19).replace(/\D/g, '')} +0000`
