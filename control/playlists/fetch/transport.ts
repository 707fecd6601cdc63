import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import { MOST_REDIRECTIONS } from '#domain/addresses/redirects'
import { say } from '../../sentences/sentences.ts'
import { fetchOnce, type ListAnswer } from './list-server.ts'
import { targetOf } from './redirection.ts'

/** HTTP validators of a list (RFC 9110): ETag and Last-Modified. */
export interface Validators {
  readonly etag: string | null
  readonly lastModified: string | null
}

/** Result of a fetch. */
export type Transfer =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'failed'; readonly reason: string }
  | {
      readonly kind: 'body'
      readonly chunks: AsyncIterable<Uint8Array>
      readonly validators: Validators
      /** Where relative addresses start. */
      readonly baseUrl: string | null
      /** The bytes end where the connection did, for whatever reason. */
      readonly mayBeCut?: boolean
    }

/** Fetches a source's list, given the validators of the last one. */
export type Transport = (known: Validators | null) => Promise<Transfer>

/** An error's message, with the `cause` of network errors. */
export const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return say('connection.late')
  return error.cause instanceof Error ? error.cause.message : error.message
}

/** The file's bytes; ends in an error when the file was written to meanwhile. */
async function* stableFile(path: string, stamp: string): AsyncGenerator<Uint8Array> {
  for await (const chunk of createReadStream(path)) if (Buffer.isBuffer(chunk)) yield chunk
  if ((await stampOf(path)) !== stamp) throw new Error('the file changed while it was read')
}

const stampOf = async (path: string): Promise<string> => {
  const file = await stat(path)
  if (file.isDirectory()) throw new Error(`${path} is a folder, not a playlist`)
  const { mtimeMs, size, ino } = file
  return `${mtimeMs}-${size}-${ino}`
}

const fileReason = (path: string, error: unknown): string => {
  const code = error instanceof Error && 'code' in error ? error.code : null
  if (code === 'ENOENT') return `there is no file ${path}`
  if (code === 'EACCES') return `${path} may not be read by this user`
  return reasonOf(error)
}

const settleTries = 20

/**
 * Size and time of a file that has not been written to for a while, so that a list is never read
 * half-written.
 */
const settledStamp = async (path: string, settleMs: number): Promise<string> => {
  for (let tries = 0; tries < settleTries; tries += 1) {
    const stamp = await stampOf(path)
    const ageMs = Date.now() - (await stat(path)).mtimeMs
    if (ageMs >= settleMs) return stamp
    await setTimeout(Math.min(settleMs, settleMs - ageMs))
    if ((await stampOf(path)) === stamp) return stamp
  }
  throw new Error('the file is being written to all the time')
}

/** Reads a file when its time, size or inode changed and it came to rest. */
export const fileTransport =
  (path: string, settleMs = 500): Transport =>
  async (known) => {
    try {
      if (known?.etag === (await stampOf(path))) return { kind: 'unchanged' }
      const stamp = await settledStamp(path, settleMs)
      const validators = { etag: stamp, lastModified: null }
      return { kind: 'body', chunks: stableFile(path, stamp), validators, baseUrl: null }
    } catch (error) {
      return { kind: 'failed', reason: fileReason(path, error) }
    }
  }

const conditional = (known: Validators | null): Record<string, string> => ({
  accept: 'audio/x-mpegurl, application/x-mpegurl, */*',
  'user-agent': 'Gatehouse',
  ...(known?.etag ? { 'if-none-match': known.etag } : {}),
  ...(known?.lastModified ? { 'if-modified-since': known.lastModified } : {}),
})

/** Relative addresses need no query, and a query may hold a password that must not be kept. */
const withoutQuery = (address: string): string => address.replace(/[?#].*$/, '')

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/** The answer behind all redirections, and the address it came from. */
const follow = async (
  url: string,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<{ readonly answer: ListAnswer; readonly from: URL }> => {
  let from = new URL(url)
  for (let hops = 0; hops <= MOST_REDIRECTIONS; hops += 1) {
    const answer = await fetchOnce(from, headers, signal)
    const target = answer.header('location')
    if (!REDIRECTS.has(answer.status) || target === null) return { answer, from }
    answer.cancel()
    const next = targetOf(target, from)
    if (next === null) throw new Error('the server sends us to what is no address')
    if (next.protocol !== 'http:' && next.protocol !== 'https:')
      throw new Error(`the server sends us to ${next.protocol}`)
    from = next
  }
  throw new Error('the server redirects without an end')
}

/** Fetches an address with the validators of the last answer; the whole transfer has to end in time. */
export const urlTransport =
  (url: string, timeoutMs: number): Transport =>
  async (known) => {
    try {
      const signal = AbortSignal.timeout(timeoutMs)
      const { answer, from } = await follow(url, conditional(known), signal)
      if (answer.status !== 200) answer.cancel()
      if (answer.status === 304 && known) return { kind: 'unchanged' }
      if (answer.status !== 200)
        return { kind: 'failed', reason: say('connection.status', { status: answer.status }) }
      from.username = ''
      from.password = ''
      const validators = {
        etag: answer.header('etag'),
        lastModified: answer.header('last-modified'),
      }
      const { chunks, saysItsEnd } = answer
      const baseUrl = withoutQuery(from.href)
      return { kind: 'body', chunks, validators, baseUrl, mayBeCut: !saysItsEnd }
    } catch (error) {
      return { kind: 'failed', reason: reasonOf(error) }
    }
  }
