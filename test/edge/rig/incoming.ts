import type { IncomingMessage } from 'node:http'
import { pause } from '../../support/pause.ts'

/** A request's whole body. */
export const body = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

/** Lets `ms` pass before an opening or a check is answered; 300 at most. */
export const thinkAbout = async ({ url = '' }: IncomingMessage, ms: number): Promise<void> => {
  if (ms > 0 && /\/(open|check)$/.test(url)) await pause(ms)
}

/** A header as control reads it; empty without one. */
export const header = (request: IncomingMessage, name: string): string => {
  const value = request.headers[name.toLowerCase()]
  return typeof value === 'string' ? decodeURIComponent(value) : ''
}

/** A path as it is noted: with its query for pictures and lists, which says what was asked for. */
export const seenPath = (path: string, url: URL): string =>
  /^\/(?:pictures|lists)\b/.test(path) ? path + url.search : path
