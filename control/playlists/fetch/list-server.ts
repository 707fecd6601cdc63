import { PassThrough } from 'node:stream'
import { createBrotliDecompress, createInflate } from 'node:zlib'
import type { AnswerHead } from '../../http/answer-head.ts'
import { basicAuth } from '../../http/basic-auth.ts'
import { createGetClient } from '../../http/client.ts'

/** A list server's answer; its body comes while it is read. */
export interface ListAnswer {
  readonly status: number
  /** A header's first value; `null` = not sent. */
  header(name: string): string | null
  /** Whether it says where its body ends, other than by closing the connection: one that breaks off is known then. */
  readonly saysItsEnd: boolean
  readonly chunks: AsyncIterable<Uint8Array>
  /** Nobody reads the body. */
  cancel(): void
}

const client = createGetClient({ maxBodyBytes: 0 })

const headerOf = ({ headers }: AnswerHead, name: string): string | null => {
  const [value] = [headers[name] ?? []].flat()
  return value ?? null
}

/** The body as it was before its Content-Encoding; gzip is found by its first bytes, sent as such or not. */
const unpacked = (
  head: AnswerHead,
  body: PassThrough,
): PassThrough | ReturnType<typeof createInflate> => {
  const coding = headerOf(head, 'content-encoding')?.toLowerCase()
  if (coding !== 'br' && coding !== 'deflate') return body
  const plain = coding === 'br' ? createBrotliDecompress() : createInflate()
  body.on('error', (error) => plain.destroy(error))
  return body.pipe(plain)
}

/** One GET, redirections not followed. Rejects where no answer came; the body fails where it breaks off. */
export const fetchOnce = (
  url: URL,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<ListAnswer> =>
  new Promise((resolve, reject) => {
    const own = new AbortController()
    const body = new PassThrough({ highWaterMark: 1024 * 1024 })
    // The reader of the body gets the error; without a reader nobody needs it.
    body.on('error', () => undefined)
    // A reader that stops early ends the transfer.
    body.on('close', () => own.abort())
    const failed = (why: string): Error =>
      new Error(why === 'timed out' ? 'no answer in time' : why)
    const onHead = (head: AnswerHead): void => {
      const chunks = unpacked(head, body)
      chunks.on('error', () => undefined)
      const header = (name: string): string | null => headerOf(head, name)
      const codings = head.headers['transfer-encoding']
      // Beside a coding other than chunked no length counts.
      const isFramed =
        codings === undefined
          ? header('content-length') !== null
          : /chunked/i.test([codings].flat().join(','))
      const saysItsEnd = isFramed || header('content-encoding') !== null
      const cancel = (): void => void body.destroy()
      resolve({ status: head.status, header, saysItsEnd, chunks, cancel })
    }
    const onPart = (part: Buffer): void => void (body.destroyed || body.write(part))
    const options = {
      url,
      path: url.pathname + url.search,
      signal: AbortSignal.any([signal, own.signal]),
      stream: { onHead, onPart },
    }
    client
      .get({ ...options, headers: { connection: 'close', ...headers, ...basicAuth(url) } })
      .then(({ broken }) => {
        if (broken === null) body.end()
        else {
          body.destroy(failed(broken))
          reject(failed(broken))
        }
      })
      .catch((error: unknown) => {
        reject(failed(error instanceof Error ? error.message : String(error)))
      })
  })
