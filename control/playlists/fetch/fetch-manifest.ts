import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate, inflateRaw } from 'node:zlib'
import { type Dispatcher, request } from 'undici'
import { MOST_REDIRECTIONS } from '#domain/addresses/redirects'
import { documentOf } from '#domain/manifests/text'
import { basicAuth } from '../../http/basic-auth.ts'
import { MOST_CODINGS } from '../../http/transfer-codings.ts'
import { CONNECTION_WORDS } from '../../sentences/connections.ts'
import { say } from '../../sentences/sentences.ts'
import { NAMED_BY_ADDRESS } from './origin-agent.ts'
import { targetOf } from './redirection.ts'

/** A manifest, `null` when nothing usable answers; or another origin players are sent to for it. */
export interface FetchedManifest {
  /** The address that answered. */
  readonly url: string
  readonly manifest: string | null
  readonly movedTo: string | null
  /** Its certificate is one that edges refuse. */
  readonly isRefused: boolean
  /** What came in place of an answer with content; `null` where that came. */
  readonly fault: string | null
}

const TIMEOUT_MS = 3_000
const MAX_BYTES = 512 * 1024
const MAX_UNPACKED = 8 * 1024 * 1024
/** What does not end, or is too long to be read for a check. */
const ENDLESS = /^(?:video|audio\/(?!.*mpegurl)|application\/octet-stream)/i

const nothingAt = (url: string): FetchedManifest => ({
  url,
  manifest: null,
  movedTo: null,
  isRefused: false,
  fault: null,
})

/** As an origin is written, also where its scheme has none: `rtsp://host:port`. */
const originOfTarget = ({ origin, protocol, host }: URL): string =>
  origin === 'null' ? `${protocol}//${host}` : origin

/** Whether edges go to an origin for a channel. */
export type Allowed = (origin: string) => boolean

/** How manifests are fetched. */
export interface Fetching {
  readonly isAllowed: Allowed
  readonly dispatcher: Dispatcher
  /** Warnings of origins whose certificates edges refuse, by origin. */
  readonly refused: Map<string, string>
}

/** Codes of OpenSSL's verification, and Node's of a name that does not fit. */
const REFUSED =
  /^(?:ERR_TLS_CERT_|CERT_|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED_CERT|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_(?:CA|PURPOSE)|PATH_LENGTH_EXCEEDED)/

const REASONS: Readonly<Record<string, string>> = {
  ERR_TLS_CERT_ALTNAME_INVALID: say('origin.other_name'),
  CERT_HAS_EXPIRED: say('origin.expired'),
  CERT_NOT_YET_VALID: say('origin.early'),
  DEPTH_ZERO_SELF_SIGNED_CERT: say('origin.self_signed'),
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : ''

/** Why no answer came. */
const connectionFault = (error: unknown): string => {
  const code = codeOf(error)
  const isLate = /TIMEOUT/.test(code) || code === 'ETIMEDOUT'
  return say('origin.away', {
    what: CONNECTION_WORDS[code] ?? say(isLate ? 'connection.late' : 'connection.broken'),
  })
}

const refusalOf = (url: string, error: unknown): string | null => {
  const code = codeOf(error)
  const { origin } = new URL(url)
  if (code === NAMED_BY_ADDRESS) return say('origin.by_address', { origin })
  if (!REFUSED.test(code)) return null
  const isUntrusted = /SELF_SIGNED|^UNABLE_TO_/.test(code)
  const usual = say(isUntrusted ? 'origin.unknown_issuer' : 'origin.invalid')
  const what = say('connection.coded', { what: REASONS[code] ?? usual, code })
  return say(isUntrusted ? 'origin.untrusted' : 'origin.refused', { origin, what })
}

/** A stream of video is answered with 200, or 206, and no fault of its origin. */
const faultOfStatus = (status: number): string | null =>
  status < 300 ? null : say('origin.answers', { status })

const most = { maxOutputLength: MAX_UNPACKED }
const [gunzipped, unbrotlied, inflated, inflatedRaw] = [
  promisify(gunzip),
  promisify(brotliDecompress),
  promisify(inflate),
  promisify(inflateRaw),
]
const unpackers: Readonly<Record<string, (bytes: Buffer) => Promise<Buffer>>> = {
  gzip: async (bytes) => await gunzipped(bytes, most),
  br: async (bytes) => await unbrotlied(bytes, most),
  // With the header of zlib, or without.
  deflate: async (bytes) =>
    await inflated(bytes, most).catch(async () => await inflatedRaw(bytes, most)),
}

/** The body as it was before it was packed, as its bytes say rather than its Content-Encoding: some origins pack what nobody asked them to, or twice, or say so of what is plain. */
const textOf = async ({ headers, body }: Dispatcher.ResponseData): Promise<string> => {
  const said = String(headers['content-encoding'] ?? '').toLowerCase()
  const codings = said.split(',').map((it) => it.trim())
  let bytes: Buffer = Buffer.from(await body.arrayBuffer())
  for (let turn = 0; turn < MOST_CODINGS && documentOf(bytes) === null; turn += 1) {
    const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b
    const coding = isPacked ? 'gzip' : codings.pop()
    if (coding === undefined) break
    if (isPacked || coding !== 'gzip') bytes = (await unpackers[coding]?.(bytes)) ?? bytes
  }
  return bytes.toString()
}

/**
 * Fetches over HTTP with a short time-out and follows redirections, as edges do. Of what is no manifest only the head is read.
 */
const fetchFrom = async (
  url: string,
  fetching: Fetching,
  left: number,
): Promise<FetchedManifest> => {
  const answer = await request(url, {
    dispatcher: fetching.dispatcher,
    headers: basicAuth(new URL(url)),
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
  }).catch((error: unknown): FetchedManifest => {
    const refusal = refusalOf(url, error)
    if (refusal === null) return { ...nothingAt(url), fault: connectionFault(error) }
    fetching.refused.set(new URL(url).origin, refusal)
    return { ...nothingAt(url), isRefused: true }
  })
  if ('url' in answer) return answer
  const type = String(answer.headers['content-type'] ?? '')
  const length = Number(answer.headers['content-length'] ?? 0)
  if (answer.statusCode === 200 && length <= MAX_BYTES && !ENDLESS.test(type))
    return { ...nothingAt(url), manifest: await textOf(answer) }
  answer.body.on('error', () => undefined).destroy()
  const location = answer.statusCode >= 300 ? answer.headers['location'] : undefined
  const target = typeof location === 'string' ? targetOf(location, new URL(url)) : null
  if (target !== null && left === 0)
    return { ...nothingAt(url), fault: say('origin.away', { what: say('connection.circle') }) }
  if (target === null) return { ...nothingAt(url), fault: faultOfStatus(answer.statusCode) }
  const movedTo = originOfTarget(target)
  if (!/^https?:/.test(movedTo) || !fetching.isAllowed(movedTo))
    return { ...nothingAt(url), movedTo }
  return await fetchFrom(target.href, fetching, left - 1)
}

/** Fetches a manifest as edges do; faults of its origin do not reject. */
export const fetchManifest = async (url: string, fetching: Fetching): Promise<FetchedManifest> =>
  await fetchFrom(url, fetching, MOST_REDIRECTIONS).catch((error: unknown) => ({
    ...nothingAt(url),
    fault: connectionFault(error),
  }))
