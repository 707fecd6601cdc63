import { createHash } from 'node:crypto'
import pLimit from 'p-limit'
import { Agent, type Dispatcher, request } from 'undici'
import type { PictureType } from '#domain/pictures/sealed-picture'
import { basicAuth } from '../http/basic-auth.ts'
import { contentTypeOf, mayBePicture, pictureTypeOf } from './picture-type.ts'

/** What a picture must be. */
export interface PictureLimits {
  readonly maxBytes: number
  readonly types: ReadonlySet<PictureType>
  /** Whether the certificate of a host is checked. */
  readonly verifies: (host: string) => boolean
}

/** A picture, or why there is none: `missing` = its host says so, `failing` = it may be there another time. */
export type FetchedPicture =
  | {
      readonly kind: 'picture'
      readonly contentType: string
      readonly body: Uint8Array
      /** Entity tag, quoted: a hash of the body. */
      readonly etag: string
    }
  | { readonly kind: 'missing' | 'failing'; readonly why: string }

/** Fetches pictures. */
export interface PictureFetcher {
  /** Never throws. */
  fetch(url: URL, limits: PictureLimits): Promise<FetchedPicture>
  close(): Promise<void>
}

const CONNECT_MS = 3_000
/** From the first byte sent to the last received, redirections included. */
const WHOLE_MS = 8_000
const MOST_REDIRECTIONS = 3
/** Fetches at once; more wait, so that a slow host cannot take all of the machine's connections. */
const AT_ONCE = 16
const MOST_WAITING = 1_000

const failing = (why: string): FetchedPicture => ({ kind: 'failing', why })
const missing = (why: string): FetchedPicture => ({ kind: 'missing', why })

const textOf = (value: string | string[] | undefined): string =>
  (typeof value === 'string' ? value : value?.[0]) ?? ''

const isRedirection = (status: number): boolean => [301, 302, 303, 307, 308].includes(status)

/** Where a redirection leads, within the same origin or from http to https at the usual ports; `null` = elsewhere. */
const redirectedTo = (location: string, from: URL): URL | null => {
  if (!URL.canParse(location, from.href)) return null
  const to = new URL(location, from.href)
  const isUpgrade =
    to.hostname === from.hostname && to.protocol === 'https:' && to.port === '' && from.port === ''
  if (to.origin !== from.origin && !isUpgrade) return null
  to.username = from.username
  to.password = from.password
  return to
}

const plainUrl = (url: URL): string => {
  const plain = new URL(url.href)
  plain.username = ''
  plain.password = ''
  return plain.href
}

/** Reads a body up to the limit; `null` where it is longer, whatever length it was said to have. */
const readBody = async (
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<Uint8Array | null> => {
  const parts: Uint8Array[] = []
  let size = 0
  // Leaving the loop destroys the body, and with it the connection.
  for await (const part of body) {
    size += part.length
    if (size > maxBytes) return null
    parts.push(part)
  }
  return Buffer.concat(parts)
}

const judge = (body: Uint8Array | null, { maxBytes, types }: PictureLimits): FetchedPicture => {
  if (body === null)
    return missing(`larger than ${Math.floor(maxBytes / 1024)} kB (pictures.max_kb)`)
  const type = pictureTypeOf(body)
  if (type === null) return missing('no picture')
  if (!types.has(type)) return missing(`${type} is not among pictures.types`)
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
  return { kind: 'picture', contentType: contentTypeOf(type), body, etag }
}

const read = async (
  answer: Dispatcher.ResponseData,
  limits: PictureLimits,
): Promise<FetchedPicture> => {
  const { statusCode: status, headers, body } = answer
  // What is dropped ends with an error of its own.
  body.on('error', () => undefined)
  const drop = (found: FetchedPicture): FetchedPicture => {
    body.destroy()
    return found
  }
  if (status >= 400 && status < 500 && status !== 408 && status !== 429)
    return drop(missing(`answered ${status}`))
  if (status !== 200) return drop(failing(`answered ${status}`))
  const type = textOf(headers['content-type'])
  if (!mayBePicture(type)) return drop(missing(`answered ${type.slice(0, 60)}`))
  const coding = textOf(headers['content-encoding']).toLowerCase()
  if (coding !== '' && coding !== 'identity')
    return drop(missing(`packed as ${coding.slice(0, 20)}`))
  if (Number(headers['content-length'] ?? 0) > limits.maxBytes) return drop(judge(null, limits))
  return judge(await readBody(body, limits.maxBytes), limits)
}

/** Makes a fetcher. A picture is asked for without anything of the viewer's, and with the login of its address, if it has one. */
export const createPictureFetcher = (): PictureFetcher => {
  const common = { connections: 8, pipelining: 1 }
  const strict = new Agent({ ...common, connect: { timeout: CONNECT_MS } })
  const lax = new Agent({
    ...common,
    connect: { timeout: CONNECT_MS, rejectUnauthorized: false },
  })
  const limit = pLimit(AT_ONCE)
  const follow = async (first: URL, limits: PictureLimits): Promise<FetchedPicture> => {
    const signal = AbortSignal.timeout(WHOLE_MS)
    let url = first
    for (let hops = 0; hops <= MOST_REDIRECTIONS; hops += 1) {
      const answer = await request(plainUrl(url), {
        dispatcher: limits.verifies(url.hostname) ? strict : lax,
        headers: { accept: 'image/*', 'user-agent': 'Gatehouse', ...basicAuth(url) },
        headersTimeout: WHOLE_MS,
        bodyTimeout: WHOLE_MS,
        signal,
      })
      if (!isRedirection(answer.statusCode)) return await read(answer, limits)
      answer.body.on('error', () => undefined).destroy()
      const next = redirectedTo(textOf(answer.headers['location']), url)
      if (next === null) return missing('redirects elsewhere')
      url = next
    }
    return missing('redirects without end')
  }
  return {
    fetch: async (url, limits) => {
      if (limit.pendingCount >= MOST_WAITING) return failing('too many pictures are fetched')
      try {
        return await limit(follow, url, limits)
      } catch (error) {
        return failing(error instanceof Error ? error.message : 'no answer')
      }
    },
    close: async () => {
      await Promise.all([strict.destroy(), lax.destroy()])
    },
  }
}
