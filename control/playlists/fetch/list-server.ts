import { PassThrough } from 'node:stream'
import type { AnswerHead } from '../../http/answer-head.ts'
import { basicAuth } from '../../http/basic-auth.ts'
import { createGetClient } from '../../http/client.ts'
import { decoded, transferred } from './codings.ts'

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
    const onHead = (head: AnswerHead, transfer: readonly string[]): void => {
      const encodings = [head.headers['content-encoding'] ?? []].flat()
      const chunks = decoded(transferred(body, transfer), encodings.join(','))
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
      .then(({ broken, isCut }) => {
        const why = broken ?? (isCut ? 'connection dropped' : null)
        if (why === null) body.end()
        else {
          body.destroy(failed(why))
          reject(failed(why))
        }
      })
      .catch((error: unknown) => {
        reject(failed(error instanceof Error ? error.message : String(error)))
      })
  })
