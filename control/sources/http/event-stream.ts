import { createParser } from 'eventsource-parser'
import { Agent, request } from 'undici'
import { connectionFault } from './connection-fault.ts'
import { jsonError } from './json-client.ts'

/** A message of an event stream. */
export interface StreamEvent {
  /** `message` where the server names none. */
  readonly name: string
  readonly data: string
}

/** A stream of server-sent events (WHATWG HTML, 9.2) that is read until it ends. */
export interface EventStreamOptions {
  readonly title: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly verifyTls: boolean
  /** How long the answer may take to begin, in milliseconds: some servers take a connection and say nothing. */
  readonly connectMs: number
  /** How long the stream may be silent: the server pings more often. */
  readonly silenceMs: number
  readonly onOpen: () => void
  readonly onEvent: (event: StreamEvent) => void
  readonly signal: AbortSignal
}

const LONGEST_EVENT = 1024 * 1024

/** Reads until the signal or the server ends it; throws a `SourceError` where it does not begin or breaks off. */
export const readEventStream = async (options: EventStreamOptions): Promise<void> => {
  const { title, url, connectMs, silenceMs, signal } = options
  const command = new URL(url).pathname
  const agent = new Agent({
    headersTimeout: connectMs,
    bodyTimeout: silenceMs,
    connect: { timeout: connectMs, rejectUnauthorized: options.verifyTls },
  })
  try {
    const { statusCode: status, body } = await request(url, {
      dispatcher: agent,
      headers: { accept: 'text/event-stream', ...options.headers },
      signal,
    })
    if (status !== 200) {
      body.on('error', () => undefined).destroy()
      throw jsonError(title, { kind: status === 401 ? 'unauthorized' : 'status', command, status })
    }
    options.onOpen()
    const parser = createParser({
      onEvent: ({ event, data }) => options.onEvent({ name: event ?? 'message', data }),
    })
    let sinceReset = 0
    const decoder = new TextDecoder()
    for await (const chunk of body) {
      const text = decoder.decode(chunk, { stream: true })
      // A line without end is discarded.
      sinceReset = text.includes('\n') ? 0 : sinceReset + text.length
      if (sinceReset > LONGEST_EVENT) {
        parser.reset()
        sinceReset = 0
      }
      parser.feed(text)
    }
  } catch (error) {
    if (signal.aborted) return
    if (error instanceof Error && error.name === 'SourceError') throw error
    const { kind, text } = connectionFault(error)
    throw jsonError(title, { kind: kind === 'broken' ? 'malformed' : kind, command, detail: text })
  } finally {
    await agent.destroy()
  }
}
