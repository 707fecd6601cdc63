import type { IncomingMessage, ServerResponse } from 'node:http'

/** Path that the demo's notices are sent to, at the address of its origin. */
export const SINK_PATH = '/notices'
const KEPT = 100

/** Takes notices that are posted to it, and shows the newest to any caller; false for any other request. */
export const createNoticeSink = () => {
  const kept: string[] = []
  return (request: IncomingMessage, response: ServerResponse): boolean => {
    if (request.url !== SINK_PATH) return false
    if (request.method !== 'POST') {
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(`[${kept.join(',')}]\n`)
      return true
    }
    let text = ''
    request.setEncoding('utf8')
    request.on('data', (part: string) => (text += part))
    request.on('end', () => {
      kept.unshift(text)
      kept.length = Math.min(kept.length, KEPT)
      response.writeHead(204).end()
    })
    return true
  }
}
