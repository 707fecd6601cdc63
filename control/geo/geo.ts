import { formatAddress, parseAddress } from '#domain/networks/network'
import type { GeoPlace } from '#domain/types'
import { AsnCsv, familyOfName } from './asn-csv.ts'
import { type GeoFile, type GeoFileState, type GeoProblem, openGeoFile } from './geo-file.ts'
import { crossChecked, type GeoNetwork, networkOf, placeOf, unknownPlace } from './geo-record.ts'
import { networkKind } from './network-kind.ts'

export interface GeoOptions {
  /** City or country files in the MaxMind DB format; several where IPv4 and IPv6 are in separate files. */
  readonly files: readonly string[]
  readonly asnFiles?: readonly string[]
  /** City files of another maker, by which the radius of a position is measured. */
  readonly crossCheckFiles?: readonly string[]
  /** Called where a file is missing or invalid; the content before stays in use. */
  readonly onProblem: (problem: GeoProblem) => void
  /** Milliseconds between looks for changed files. */
  readonly checkMs?: number
}

/** Looks up addresses in geo and ASN files. */
export interface Geo {
  /** Place of an address; every field unknown where the text is not an address, it is private, or no file has it. */
  place(address: string): GeoPlace
  /** Autonomous system of an address; `null` where unknown. */
  network(address: string): GeoNetwork | null
  /** What became of each file when it was last read. */
  states(): readonly GeoFileState[]
  /** Reads changed files now. */
  refresh(): Promise<void>
  stop(): void
}

const defaultCheckMs = 60_000
/** Addresses that are remembered: what a session does is reported several times. */
const MOST_KNOWN = 20_000

/** A file of either format. */
type AddressFile = AsnCsv | GeoFile

/** Opens an ASN file: MaxMind DB, or CSV, whose name says its IP version. */
const openNetworks = async (
  path: string,
  onProblem: (problem: GeoProblem) => void,
): Promise<AddressFile> =>
  path.endsWith('.csv')
    ? new AsnCsv(path, familyOfName(path), onProblem)
    : await openGeoFile(path, onProblem)

/** Files for an IP version, those of this version only before those with both. */
const filesFor = (files: readonly AddressFile[], family: 4 | 6): readonly AddressFile[] => {
  const own = files.filter((file) => file.family === family)
  return own.length > 0 || family === 6 ? own : files
}

/** Files by the IP version they are asked for. */
type Files = Readonly<Record<4 | 6, readonly AddressFile[]>>

const byFamily = (files: readonly AddressFile[]): Files => ({
  4: filesFor(files, 4),
  6: filesFor(files, 6),
})

const findRecord = (files: Files, text: string): unknown => {
  const address = parseAddress(text)
  if (!address) return null
  for (const file of files[address.family]) {
    const record =
      file instanceof AsnCsv ? file.get(text, address) : file.get(formatAddress(address))
    if (record !== null) return record
  }
  return null
}

/** Opens the files: IPv4 is read now, IPv6 at its first use, to save memory. */
export const createGeo = async (options: GeoOptions): Promise<Geo> => {
  const { onProblem } = options
  const places = await Promise.all(options.files.map((path) => openGeoFile(path, onProblem)))
  const networks = await Promise.all(
    (options.asnFiles ?? []).map((path) => openNetworks(path, onProblem)),
  )
  const others = await Promise.all(
    (options.crossCheckFiles ?? []).map((path) => openGeoFile(path, onProblem)),
  )
  for (const files of [places, others]) for (const file of filesFor(files, 4)) await file.refresh()
  for (const file of filesFor(networks, 4)) if (file instanceof AsnCsv) await file.refresh()
  const known = new Map<string, GeoPlace>()
  const refresh = async (): Promise<void> => {
    known.clear()
    for (const file of [...places, ...others, ...networks]) if (file.isUsed()) await file.refresh()
    known.clear()
  }
  const timer = setInterval(() => void refresh(), options.checkMs ?? defaultCheckMs)
  timer.unref()
  const [placesBy, networksBy, othersBy] = [byFamily(places), byFamily(networks), byFamily(others)]
  const network = (address: string): GeoNetwork | null => networkOf(findRecord(networksBy, address))
  const lookUp = (address: string): GeoPlace => {
    const record = findRecord(placesBy, address)
    const kindOf = () => {
      const owner = network(address)
      return networkKind(owner?.org ?? null, owner?.asn ?? null)
    }
    const place = record === null ? unknownPlace : placeOf(record, kindOf)
    return others.length === 0 ? place : crossChecked(place, placeOf(findRecord(othersBy, address)))
  }
  return {
    place: (address) => {
      const before = known.get(address)
      if (before !== undefined) return before
      const place = lookUp(address)
      if (known.size >= MOST_KNOWN) known.clear()
      known.set(address, place)
      return place
    },
    network,
    states: () => [...places, ...others, ...networks].map(({ state }) => state),
    refresh,
    stop: () => clearInterval(timer),
  }
}
