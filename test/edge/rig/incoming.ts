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
