import { formatAddress, type Network, parseAddress, parseNetwork } from '#domain/networks/network'

/** Part of the IPv4 space with a value; parts never overlap. */
export interface Segment {
  readonly first: number
  readonly last: number
  readonly value: string
}

/** First and last address of a `first-last` text as numbers; `null` where it is none. */
export const readRange = (text: string): { first: number; last: number } | null => {
  const [from = '', to = '', ...rest] = text.split('-')
  const first = parseAddress(from)
  const last = parseAddress(to)
  if (rest.length > 0 || first?.family !== 4 || last?.family !== 4) return null
  const range = { first: first.words[0] ?? 0, last: last.words[0] ?? 0 }
  return range.first <= range.last ? range : null
}

/** The first of the ascending segments that ends at `value` or later. */
const firstReaching = (segments: readonly Segment[], value: number): number => {
  let low = 0
  let high = segments.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((segments[middle]?.last ?? 0) < value) low = middle + 1
    else high = middle
  }
  return low
}

/** Lays a segment over ascending ones, which it changes: later ranges of the file win. Says whether it met part of one. */
export const layOver = (segments: Segment[], added: Segment): boolean => {
  const from = firstReaching(segments, added.first)
  const parts: Segment[] = []
  let to = from
  for (let old = segments[to]; old !== undefined && old.first <= added.last; old = segments[to]) {
    if (old.first < added.first) parts.push({ ...old, last: added.first - 1 })
    if (old.last > added.last) parts.push({ ...old, first: added.last + 1 })
    to += 1
  }
  const whole = [...parts, added].sort((a, b) => a.first - b.first)
  segments.splice(from, to - from, ...whole)
  return parts.length > 0
}

interface Span {
  readonly first: number
  readonly last: number
}

/** nginx keeps ranges by the first half of the address, one piece for each. */
const piecesOf = ({ first, last }: Span): Span[] => {
  const pieces: Span[] = []
  for (let from = first; from <= last; ) {
    const to = Math.min(last, from - (from % 65_536) + 65_535)
    pieces.push({ first: from, last: to })
    from = to + 1
  }
  return pieces
}

/** Takes a range out again: as in nginx only pieces that stand there just so. `null`: there is none. */
export const cutOut = (segments: readonly Segment[], range: Span): Segment[] | null => {
  const gone = new Set(piecesOf(range).map(({ first, last }) => `${first}-${last}`))
  let isFound = false
  const left = segments.flatMap((segment) => {
    const pieces = piecesOf(segment)
    const kept = pieces.filter(({ first, last }) => !gone.has(`${first}-${last}`))
    if (kept.length === pieces.length) return [segment]
    isFound = true
    return kept.map((piece) => ({ ...segment, ...piece }))
  })
  return isFound ? left : null
}

const addressText = (value: number): string => formatAddress({ family: 4, words: [value] })

/** A segment as our configuration writes it. */
export const segmentText = ({ first, last }: Segment): string =>
  first === last ? addressText(first) : `${addressText(first)}-${addressText(last)}`

/** One network as nginx reads it: no short forms, no ranges. */
export const readNetwork = (
  text: string,
): { network: Network; note: string | null } | { why: string } => {
  const [address = '', mask] = text.split('/')
  if (parseAddress(address) === null) return { why: `\`${text}\`: nginx knows no such address` }
  const parsed = parseNetwork(text)
  if (!parsed.ok) return { why: `\`${text}\`: ${parsed.reason}` }
  const network = parsed.networks[0]
  if (network === undefined || (mask !== undefined && mask === ''))
    return { why: `\`${text}\`: not a network` }
  if (text.includes(':') && network.base.family === 4)
    return { why: `\`${text}\`: nginx compares IPv4 viewers with IPv4 networks only` }
  return { network, note: parsed.warnings[0] ?? null }
}
