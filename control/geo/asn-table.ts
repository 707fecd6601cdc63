import { formatAddress, parseAddress } from '#domain/networks/network'

/** Autonomous system of an address, from an operator's table. */
export interface AsnEntry {
  readonly asn: number | null
  readonly org: string | null
}

/** Looks up the autonomous system of an address; `null` where unknown. */
export type AsnTable = (address: string) => AsnEntry | null

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const entryOf = (value: unknown): AsnEntry | null => {
  if (!isRecord(value)) return null
  const { asn, org } = value
  const number = typeof asn === 'string' ? Number(asn.replace(/^AS/i, '')) : asn
  return {
    asn: typeof number === 'number' && Number.isInteger(number) ? number : null,
    org: typeof org === 'string' && org !== '' ? org : null,
  }
}

/** The canonical text of an address; other text is returned unchanged. */
const canonical = (text: string): string => {
  const address = parseAddress(text)
  return address === null ? text : formatAddress(address)
}

/** Parses a JSON table `address -> {asn, org}`; `null` where the text is not one. */
export const parseAsnTable = (text: string): AsnTable | null => {
  try {
    const parsed: unknown = JSON.parse(text)
    if (!isRecord(parsed)) return null
    const byAddress = new Map(Object.entries(parsed).map(([key, value]) => [canonical(key), value]))
    return (address) => entryOf(byAddress.get(canonical(address)))
  } catch {
    return null
  }
}
