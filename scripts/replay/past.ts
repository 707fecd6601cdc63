import type { PlayRecord } from '#domain/types'
import type { AsnEntry } from '../../control/geo/asn-table.ts'
import { withRadius } from '../../control/geo/radii.ts'
import {
  placeFromTautulli,
  playFromTautulli,
  type TautulliGeo,
  type TautulliRow,
} from '../../control/sources/tautulli/rows.ts'
import type { Past } from './replay.ts'

/** The files of a labelled population, as they were parsed. */
export interface PopulationFiles {
  readonly history: unknown
  readonly geo: unknown
  readonly asn: unknown
}

const DAY_MS = 86_400_000

const endOf = (row: TautulliRow): number =>
  Math.max(Number(row.stopped ?? 0), Number(row.started ?? 0)) * 1000

/** Which of a population's users are played. */
export interface Chosen {
  readonly days: number
  /** Only so many; `null` = all. */
  readonly users: number | null
  /** Every so manieth of them, from this one on: several processes share the rest. */
  readonly share?: { readonly of: number; readonly from: number }
}

/** The last days of a population as a past to be played. */
export const pastOf = (
  files: PopulationFiles,
  { days, users, share = { of: 1, from: 0 } }: Chosen,
): Past => {
  // The files are a benchmark's own; the declared type is trusted.
  const history = files.history as Record<string, TautulliRow[]>
  const geo = files.geo as Record<string, TautulliGeo>
  const asn = files.asn as Record<string, AsnEntry>
  const to = Object.values(history)
    .flat()
    .reduce((latest, row) => Math.max(latest, endOf(row)), 0)
  const from = to - days * DAY_MS
  const chosen = Object.entries(history)
    .slice(0, users ?? undefined)
    .filter((_, i) => i % share.of === share.from)
  const rows = Object.fromEntries(
    chosen.map(([user, all]) => [
      user,
      all.filter(({ started }) => Number(started) * 1000 >= from),
    ]),
  )
  const places = new Map<string, Partial<PlayRecord>>()
  const placeOf = (address: string): Partial<PlayRecord> => {
    const known = places.get(address)
    if (known !== undefined) return known
    const { asn: number = null, org = null } = asn[address] ?? {}
    const place = { ...withRadius(placeFromTautulli(geo[address]), org), asn: number, asnOrg: org }
    places.set(address, place)
    return place
  }
  const locate = (play: PlayRecord): PlayRecord =>
    play.isLan || play.address === null ? play : { ...play, ...placeOf(play.address) }
  return {
    rows,
    from,
    to,
    locate,
    reported: (user) =>
      (rows[user] ?? []).map((row) => {
        const address = row.ip_address ?? ''
        return playFromTautulli(row, geo[address], asn[address])
      }),
  }
}
