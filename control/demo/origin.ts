import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { packageRoot } from '../config/paths.ts'
import { startDemoPlex } from './demo-plex.ts'
import { loadMedia } from './media-files.ts'
import { createNoticeSink } from './notice-sink.ts'
import { createOrigin } from './server.ts'
import { startViewers } from './viewers/watch.ts'

/** The demo origin's own process: `origin --listen HOST:PORT [--log FILE] [--viewers FILE --edge URL]`; prints one line when it listens. */
const { values } = parseArgs({
  options: {
    listen: { type: 'string', default: '127.0.0.1:8089' },
    log: { type: 'string' },
    viewers: { type: 'string' },
    edge: { type: 'string' },
  },
})
const { log, viewers, edge } = values
const [, host = '127.0.0.1', port = '8089'] = /^(.*):(\d+)$/.exec(values.listen) ?? []
const media = loadMedia(join(packageRoot(), 'control/demo/media'))
const plex = await startDemoPlex()
const sink = createNoticeSink()
const stop = new AbortController()
const server = createOrigin(
  media,
  (seen) => {
    if (log !== undefined) appendFileSync(log, `${JSON.stringify(seen)}\n`)
  },
  (request, response) => plex.forward(request, response) || sink(request, response),
)
server.on('error', (error) => {
  process.stderr.write(`The demo origin cannot listen on ${values.listen}: ${error.message}\n`)
  process.exit(2)
})
server.listen(Number(port), host, () => {
  process.stdout.write(`The demo origin listens on ${values.listen}\n`)
  if (viewers !== undefined && edge !== undefined)
    void startViewers({ edge, roles: viewers, signal: stop.signal })
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    stop.abort()
    void plex.close()
    server.close(() => process.exit(0))
    server.closeAllConnections()
  })
}
