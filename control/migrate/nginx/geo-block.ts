import { formatNetwork } from '#domain/networks/network'
import type { Statement } from '../blocks.ts'
import type { Report } from '../report.ts'
import { cutOut, layOver, readNetwork, readRange, type Segment, segmentText } from './ranges.ts'

/** A `geo $variable { … }`, read. */
export interface GeoBlock {
  /** With its `$`. */
  readonly variable: string
  /** Value of addresses in no network; `null` where none is set. */
  readonly fallback: string | null
  /** Networks by value, in our notation. */
  readonly networks: ReadonlyMap<string, readonly string[]>
  /** Proxies whose X-Forwarded-For is believed. */
  readonly proxies: readonly string[]
}

interface Reading {
  fallback: string | null
  readonly proxies: string[]
  /** CIDR to value. */
  readonly cidrs: Map<string, string>
  segments: Segment[]
  isRanges: boolean
  readonly report: Report
}

const addCidr = (statement: Statement, value: string, into: Reading): void => {
  const read = readNetwork(statement.name)
  if ('why' in read) return into.report.notUnderstood(statement, read.why)
  if (read.note !== null) into.report.changed(statement, read.note)
  const cidr = formatNetwork(read.network)
  const old = into.cidrs.get(cidr)
  if (old !== undefined && old !== value)
    into.report.changed(statement, `${cidr} stood before with ${old}; ${value} holds`)
  into.cidrs.set(cidr, value)
  into.report.kept(statement, `${cidr} ${value}`)
}

const addRange = (statement: Statement, value: string, into: Reading): void => {
  const range = readRange(statement.name)
  if (range === null)
    return into.report.notUnderstood(statement, `\`${statement.name}\` is no IPv4 range`)
  if (layOver(into.segments, { ...range, value }))
    into.report.changed(statement, `${statement.name} overlaps an earlier range; it holds there`)
  into.report.kept(statement, `${statement.name} ${value}`)
}

const remove = (statement: Statement, text: string, into: Reading): void => {
  if (into.isRanges) {
    const range = readRange(text)
    if (range === null) return into.report.notUnderstood(statement, `delete ${text}`)
    const left = cutOut(into.segments, range)
    if (left === null)
      return into.report.changed(statement, `delete ${text}: there was no such range; left out`)
    into.segments = left
    return into.report.kept(statement, `delete ${text}`)
  }
  const read = readNetwork(text)
  if ('why' in read) return into.report.notUnderstood(statement, `delete ${read.why}`)
  const isThere = into.cidrs.delete(formatNetwork(read.network))
  if (isThere) into.report.kept(statement, `delete ${text}`)
  else into.report.changed(statement, `delete ${text}: there was no such network; left out`)
}

const addProxy = (statement: Statement, text: string, into: Reading): void => {
  const read = readNetwork(text)
  if ('why' in read) return into.report.notUnderstood(statement, `proxy ${read.why}`)
  into.proxies.push(formatNetwork(read.network))
  into.report.kept(statement, `proxy ${text} became edge.trusted_proxies`)
}

const setRanges = (statement: Statement, into: Reading): void => {
  if (into.cidrs.size > 0)
    return into.report.notUnderstood(statement, '`ranges` must come before the first network')
  into.isRanges = true
  into.report.kept(statement, 'ranges')
}

const readWord = (statement: Statement, into: Reading): void => {
  if (statement.name === 'ranges') return setRanges(statement, into)
  if (statement.name === 'proxy_recursive')
    return into.report.kept(statement, 'proxy_recursive: trusted proxies are always passed over')
  return into.report.notUnderstood(statement, `\`${statement.name}\` has no value`)
}

/** `default` is the network of all addresses to nginx: the last of several applies. */
const setDefault = (statement: Statement, value: string, into: Reading): void => {
  const old = [into.fallback, into.cidrs.get('0.0.0.0/0'), into.cidrs.get('::/0')]
  for (const earlier of old)
    if (typeof earlier === 'string' && earlier !== value)
      into.report.changed(statement, `default ${earlier} stood before; ${value} holds`)
  into.cidrs.delete('0.0.0.0/0')
  into.cidrs.delete('::/0')
  into.fallback = value
  into.report.kept(statement, `default ${value}`)
}

const readLine = (statement: Statement, into: Reading): void => {
  const [value, ...rest] = statement.args
  if (statement.block !== null || rest.length > 0)
    return into.report.notUnderstood(statement, `\`${statement.name}\` within geo`)
  if (value === undefined) return readWord(statement, into)
  switch (statement.name) {
    case 'default':
      return setDefault(statement, value.text, into)
    case 'delete':
      return remove(statement, value.text, into)
    case 'proxy':
      return addProxy(statement, value.text, into)
    default:
      return into.isRanges
        ? addRange(statement, value.text, into)
        : addCidr(statement, value.text, into)
  }
}

const byValue = ({ cidrs, segments }: Reading): Map<string, string[]> => {
  const networks = new Map<string, string[]>()
  const add = (value: string, text: string) => {
    const list = networks.get(value)
    if (list === undefined) networks.set(value, [text])
    else list.push(text)
  }
  for (const [cidr, value] of cidrs) add(value, cidr)
  for (const segment of segments) add(segment.value, segmentText(segment))
  return networks
}

/** Reads one geo block; `null` where it names no variable. */
export const readGeoBlock = (statement: Statement, report: Report): GeoBlock | null => {
  const words = statement.args.map(({ text }) => text)
  const variable = words.at(-1)
  if (variable === undefined || !variable.startsWith('$') || statement.block === null) {
    report.notUnderstood(statement, '`geo` needs a variable and a block')
    return null
  }
  if (words.length > 1 && words[0] !== '$remote_addr')
    report.notUnderstood(
      statement,
      `geo by ${words[0]}: groups go by the client's own address; set edge.trusted_proxies instead`,
    )
  const into: Reading = {
    fallback: null,
    proxies: [],
    cidrs: new Map(),
    segments: [],
    isRanges: false,
    report,
  }
  for (const inner of statement.block) readLine(inner, into)
  return { variable, fallback: into.fallback, networks: byValue(into), proxies: into.proxies }
}
