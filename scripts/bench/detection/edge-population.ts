import type { GeoPlace, PlayRecord } from '#domain/types'
import type { AsnEntry } from '../../../control/geo/asn-table.ts'
import { withRadius } from '../../../control/geo/radii.ts'
import { readPlayRow } from '../../../control/migrate/plays/play-row.ts'
import { placeFromTautulli, type TautulliGeo } from '../../../control/sources/tautulli/rows.ts'

/** Plays of a population as an edge saw them, by user id, with their places filled in. */
export const readEdgePlays = (
  lines: Iterable<string>,
  geo: Readonly<Record<string, TautulliGeo>>,
): Map<string, PlayRecord[]> => {
  const places = new Map<string, GeoPlace>()
  const placeOf = (address: string): GeoPlace => {
    const known = places.get(address) ?? placeFromTautulli(geo[address])
    places.set(address, known)
    return known
  }
  const plays = new Map<string, PlayRecord[]>()
  for (const line of lines) {
    if (line === '') continue
    const row = readPlayRow(JSON.parse(line))
    if (!('play' in row)) throw new Error(row.problem)
    const { play } = row
    const user = play.account.replace(/^own:/, '')
    const list = plays.get(user) ?? []
    plays.set(user, list)
    list.push(play.address === null ? play : { ...play, ...placeOf(play.address) })
  }
  return plays
}

/** The same plays with the networks of an ASN table. */
export const withNetworks = (
  plays: readonly PlayRecord[],
  asn: Readonly<Record<string, AsnEntry>>,
): PlayRecord[] =>
  plays.map((play) => {
    const entry = play.address === null ? undefined : asn[play.address]
    return entry === undefined
      ? play
      : withRadius({ ...play, asn: entry.asn, asnOrg: entry.org }, entry.org)
  })
