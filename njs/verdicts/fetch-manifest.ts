import { isCircle, readLocation } from '../domain/addresses/redirects.ts'
import { type Address, addressOf, hostOfOrigin } from '../domain/addresses/resolve.ts'
import {
  addressListed,
  documentOf,
  isBrokenOff,
  isOtherText,
  isPage,
  namesFile,
  readText,
} from '../domain/manifests/text.ts'
import { fetchOrigin, type OriginAnswer, STREAM, UNREADABLE } from '../platform/fetch-origin.ts'
import { unpack } from '../platform/gunzip.ts'
import { logError } from '../platform/log.ts'
import { ASTRAY } from '../platform/manifest-failure.ts'
import { callControl, type Request, variable } from '../platform/request.ts'
import { takeSteps } from '../platform/take-steps.ts'
import { Busy, waitForPlace } from '../state/manifests/long-work.ts'
import { notePast } from '../state/reports.ts'
import { cookiesFor, joinCookies, keepAll } from './cookies.ts'
import { knownOrigins, mayLeadTo, readChannel } from './origin.ts'

/** Whether one manifest may serve all viewers of a channel: unless its origin is set to write one for each. */
export const sharesManifests = (channel: string): boolean => {
  const record = readChannel(channel)
  if (record === null) return false
  const host = hostOfOrigin(record.origin)
  return knownOrigins().every((it) => it.host !== host || it.shares)
}

/** A document of an origin, where it was found at last. */
export interface Fetched {
  /** 200, or why there is no document. */
  readonly status: number
  readonly address: Address
  /** Addresses that its origin's redirections led over, from the second on, and that its list leads to; empty where there were none. */
  readonly way: readonly Address[]
  readonly text: string
  readonly type: string
  /** Of a 401, what it asks for. */
  readonly challenge: string
  /** What its origins set on the way, as the player's `Cookie` would hold it. */
  readonly setCookies: string
  /** Some cookie of the player went along: it may be written for him alone. */
  readonly hadCookies: boolean
  /** Where it leads and the edge does not go: an origin. */
  readonly past: string | null
}

const isRedirection = (status: number): boolean =>
  status === 301 || status === 302 || status === 303 || status === 307 || status === 308

/** Others lead nowhere: no player gets them. */
const isStrange = (status: number): boolean => status >= 300 && status < 400

/** Also of a proxy on the way that changed it, and the whole sent as a range though none was asked for (RFC 9110, 15.3.4 and 15.3.7). */
const isDocument = (status: number): boolean => status === 200 || status === 203 || status === 206

/** njs has no brotli: control unpacks it. */
const unpackElsewhere = async (r: Request, bytes: Uint8Array): Promise<string> => {
  const packed = { brotli: Buffer.from(bytes).toString('base64') }
  const told = await callControl(variable(r, 'gh_inner_socket'), '/unpacked', {
    body: JSON.stringify(packed),
  })
  if (told.status !== 200) throw new Error(`cannot read br: control answered ${told.status}`)
  return told.body
}

const isDocumentBytes = (bytes: Uint8Array): boolean => documentOf(bytes) !== null

/** What is read in a moment needs no place. */
const LONG_BODY = 262_144

const read = async (
  r: Request,
  answer: OriginAnswer,
): Promise<Pick<Fetched, 'status' | 'text'>> => {
  try {
    const { bytes, isBrotli } = unpack(answer.body, answer.encoding, isDocumentBytes)
    if (isBrotli) return { status: 200, text: await unpackElsewhere(r, bytes) }
    if (bytes.length > LONG_BODY) await waitForPlace()
    const text = await takeSteps(readText(bytes), waitForPlace)
    if (addressListed(text) !== null) return { status: 200, text }
    if (isPage(text) || isOtherText(text)) return { status: UNREADABLE, text: '' }
    return isBrokenOff(text) ? { status: 502, text: '' } : { status: 200, text }
  } catch (problem) {
    if (problem instanceof Busy) throw problem
    logError('fetchManifest', problem)
    return { status: UNREADABLE, text: '' }
  }
}

/** What is fetched, and for whom. */
export interface FetchWish {
  readonly channel: string
  readonly origin: string
  readonly path: string
  /** The player's `Cookie`. */
  readonly cookies: string
}

/** What is known on the way to a document. */
interface Trip extends Pick<FetchWish, 'channel' | 'cookies'> {
  readonly way: Address[]
  setCookies: string
  hadCookies: boolean
}

/** Asks at one address; `leadsTo`: where a redirection leads, or a list of one address. */
const askAt = async (
  r: Request,
  trip: Trip,
  address: Address,
): Promise<{ readonly found: Fetched; readonly leadsTo: string | null }> => {
  const { channel, cookies, way } = trip
  const kept = joinCookies(cookies, trip.setCookies)
  const cookie = kept === '' ? '' : cookiesFor(channel, kept, address)
  trip.hadCookies ||= cookie !== ''
  const { origin, path, query } = address
  const answer = await fetchOrigin(r, { origin, path: path + query, cookie })
  if (answer.cookies.length > 0)
    trip.setCookies = joinCookies(trip.setCookies, keepAll(channel, answer.cookies, address))
  const { status, type, challenge } = answer
  const { setCookies, hadCookies } = trip
  const known = { address, way, text: '', type, challenge, setCookies, hadCookies, past: null }
  const found = { ...known, status }
  if (isDocument(status)) {
    const document = { ...found, ...(await read(r, answer)) }
    return { found: document, leadsTo: addressListed(document.text) }
  }
  if (isRedirection(status)) return { found, leadsTo: answer.location }
  return { found: isStrange(status) ? astray(found) : found, leadsTo: null }
}

/** Where no player would come to an end. */
const astray = (found: Fetched): Fetched => ({ ...found, status: ASTRAY, text: '' })

/** Where the edge does not go on. */
const endedAt = (found: Fetched, channel: string, past: string): Fetched => {
  notePast(channel, past)
  return { ...found, status: 502, text: '', past }
}

const nameOf = ({ origin, path, query }: Address): string => origin + path + query

/** What an origin answers in the end, or the list that led there where that is no document. */
const orList = (found: Fetched, list: Fetched | null): Fetched =>
  list !== null && (found.status === STREAM || found.status === UNREADABLE) ? list : found

/**
 * Fetches a document and follows redirections (RFC 9110, section 15.4) and lists of one address in its place, to origins the edge goes to.
 */
export const fetchManifest = async (
  r: Request,
  { channel, origin, path, cookies }: FetchWish,
): Promise<Fetched> => {
  const trip: Trip = { channel, cookies, way: [], setCookies: '', hadCookies: false }
  let address = addressOf(origin, path)
  let list: Fetched | null = null
  const asked = [nameOf(address)]
  for (;;) {
    const { found, leadsTo } = await askAt(r, trip, address)
    if (leadsTo === null) return orList(found, list)
    const onward = readLocation(leadsTo, address)
    if (onward.kind === 'past') return endedAt(found, channel, onward.origin)
    const target = onward.kind === 'address' ? onward.address : null
    if (target === null || isCircle(asked, nameOf(target))) return astray(found)
    if (!mayLeadTo(channel, target.origin)) return endedAt(found, channel, target.origin)
    asked.push(nameOf(target))
    if (found.status === 200) {
      list = { ...found, way: [...trip.way, target] }
      if (namesFile(target.path)) return list
    }
    address = target
    trip.way.push(target)
  }
}
