import { formatAddress, parseAddress } from '#domain/networks/network'

/** The network an address belongs to, from an operator's table. */
export interface AsnEntry {
  readonly asn: number | null
  readonly org: string | null
}

/** Looks up the network an address belongs to. */
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

/** An address however it is written; what is none stays as it is. */
const canonical = (text: string): string => {
  const address = parseAddress(text)
  return address === null ? text : formatAddress(address)
}

/** Reads a JSON table `address -> {asn, org}`; `null` where the text is none. */
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
