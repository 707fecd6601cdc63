import { Agent, type ClientRequest, type IncomingHttpHeaders, request } from 'node:http'

/** An answer, whole. */
export interface Reply {
  readonly status: number
  readonly reason: string | null
  readonly location: string | null
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  readonly text: string
}

/** A request; the path goes out byte by byte as it stands. */
export interface Ask {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Loopback address it comes from. */
  readonly from?: string
  readonly body?: string
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 })

/** Whether a connection that was kept ended just as it was used again, as those of nginx do at a reload: players ask once more. */
const isStale = (outgoing: ClientRequest, error: Error): boolean =>
  outgoing.reusedSocket && 'code' in error && error.code === 'ECONNRESET'

/** Asks `base` for `path`; redirections are not followed. */
export function ask(base: string, path: string, options: Ask = {}): Promise<Reply> {
  const { hostname, port } = new URL(base)
  const { method = 'GET', headers = {}, from, body } = options
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        agent,
        hostname,
        port,
        path,
        method,
        headers: { 'User-Agent': 'Test/1', ...headers },
        timeout: 20_000,
        ...(from === undefined ? {} : { localAddress: from }),
      },
      (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('error', reject)
        answer.on('end', () => resolve(replyOf(answer.statusCode ?? 0, answer.headers, chunks)))
      },
    )
    outgoing.on('timeout', () => outgoing.destroy(new Error(`${path}: no answer in 20 s`)))
    outgoing.on('error', (error) => {
      if (isStale(outgoing, error)) ask(base, path, options).then(resolve, reject)
      else reject(error)
    })
    outgoing.end(body)
  })
}

function replyOf(status: number, headers: IncomingHttpHeaders, chunks: Buffer[]): Reply {
  const body = Buffer.concat(chunks)
  const reason = headers['x-gatehouse-reason']
  return {
    status,
    reason: typeof reason === 'string' ? reason : null,
    location: headers.location ?? null,
    headers,
    body,
    text: body.toString('utf8'),
  }
}
