import { formatAddress, parseAddress } from '#domain/networks/network'
import type { GeoPlace } from '#domain/types'
import { AsnCsv } from './asn-csv.ts'
import { type GeoProblem, openGeoFile } from './geo-file.ts'
import { type GeoNetwork, networkOf, placeOf, unknownPlace } from './geo-record.ts'

export interface GeoOptions {
  /** City or country files in MaxMind's format; several where IPv4 and IPv6 come apart. */
  readonly files: readonly string[]
  readonly asnFiles?: readonly string[]
  /** A file is missing or bad; the one read before stays in use. */
  readonly onProblem: (problem: GeoProblem) => void
  /** How often changed files are looked for. */
  readonly checkMs?: number
}

/** Where addresses are. */
export interface Geo {
  /** Unknown for what is no address, private, or in no file. */
  place(address: string): GeoPlace
  /** Autonomous system; `null` without an ASN file. */
  network(address: string): GeoNetwork | null
  /** Looks for changed files now. */
  refresh(): Promise<void>
  stop(): void
}

const defaultCheckMs = 60_000

/** A file of either format. */
type AddressFile = Pick<AsnCsv, 'family' | 'get' | 'isUsed' | 'refresh'>

/** Of a CSV the name tells the family. */
const openNetworks = async (
  path: string,
  onProblem: (problem: GeoProblem) => void,
): Promise<AddressFile> =>
  path.endsWith('.csv')
    ? new AsnCsv(path, /ipv?6/i.test(path) ? 6 : 4, onProblem)
    : await openGeoFile(path, onProblem)

/** A file of the address's own family, else one that holds both. */
const filesFor = (files: readonly AddressFile[], family: 4 | 6): readonly AddressFile[] => {
  const own = files.filter((file) => file.family === family)
  return own.length > 0 || family === 6 ? own : files
}

const findRecord = (files: readonly AddressFile[], text: string): unknown => {
  const address = parseAddress(text)
  if (!address) return null
  const canonical = formatAddress(address)
  for (const file of filesFor(files, address.family)) {
    const record = file.get(canonical)
    if (record !== null) return record
  }
  return null
}

/** Opens the geo files: IPv4 is read now, IPv6 when first asked for, so that memory stays modest. */
export const createGeo = async (options: GeoOptions): Promise<Geo> => {
  const { onProblem } = options
  const places = await Promise.all(options.files.map((path) => openGeoFile(path, onProblem)))
  const networks = await Promise.all(
    (options.asnFiles ?? []).map((path) => openNetworks(path, onProblem)),
  )
  for (const file of filesFor(places, 4)) await file.refresh()
  for (const file of networks) if (file instanceof AsnCsv) await file.refresh()
  const refresh = async (): Promise<void> => {
    for (const file of [...places, ...networks]) if (file.isUsed()) await file.refresh()
  }
  const timer = setInterval(() => void refresh(), options.checkMs ?? defaultCheckMs)
  timer.unref()
  return {
    place: (address) => {
      const record = findRecord(places, address)
      return record === null ? unknownPlace : placeOf(record)
    },
    network: (address) => networkOf(findRecord(networks, address)),
    refresh,
    stop: () => clearInterval(timer),
  }
}
