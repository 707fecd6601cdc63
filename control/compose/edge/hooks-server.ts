import { readFileSync } from 'node:fs'
import Fastify from 'fastify'
import { createHookPipeline } from '../../access/admission/hook-play.ts'
import { open } from '../../access/admission/open.ts'
import { createHookTrust } from '../../routes/hook-trust.ts'
import { hookRoutes } from '../../routes/hooks.ts'
import { serverHookRoutes } from '../../routes/server-hooks.ts'
import { webhookRoutes } from '../../routes/webhooks.ts'
import { parseEndpoint } from '../../supervise/processes/addresses.ts'
import type { Parts } from '../parts.ts'
import { startHookServers } from './hook-servers.ts'

/** The listener for hooks; `problems`: servers behind it that cannot be asked, a sentence each. */
export interface Hooks {
  problems(): string[]
  stop(): Promise<void>
}

/** Starts the listener for hooks of other media servers; does nothing where none is configured. */
export const startHooks = async (
  parts: Pick<Parts, 'live' | 'access' | 'sessions' | 'media' | 'now' | 'log' | 'endWatchers'>,
): Promise<Hooks> => {
  const { listen, allow, secret_file: secretFile } = parts.live.config().hooks
  if (listen === null) return { problems: () => [], stop: async () => await Promise.resolve() }
  // Without a logger: request lines hold tokens.
  const app = Fastify()
  app.setErrorHandler(async (error: Error & { statusCode?: number }, _request, reply) => {
    const status = error.statusCode ?? 500
    if (status >= 500) parts.log.error({ err: error }, 'hook request failed')
    await reply.code(status === 500 ? 503 : status).send()
  })
  app.setNotFoundHandler(async (_request, reply) => {
    await reply.code(404).send({ detail: 'there is no such hook' })
  })
  const secret = secretFile === null ? null : readFileSync(secretFile, 'utf8').trim()
  const pipeline = createHookPipeline({
    open: async (opening) => await open(opening, parts.access),
    sessions: parts.sessions.store,
    now: parts.now,
  })
  const isTrusted = createHookTrust({ allow, secret })
  // Each in a context of its own: webhooks have secrets of theirs.
  const rtmpUpdateSec = (): number => parts.live.config().hooks.rtmp_update_sec
  const servers = startHookServers(parts, pipeline)
  await app.register(async (own) => {
    await hookRoutes(own, { isTrusted, pipeline, rtmpUpdateSec })
    await serverHookRoutes(own, { pipeline, serverOf: servers.serverOf })
  })
  const { hub, webhooks: secrets } = parts.media
  await webhookRoutes(app, { hub, secrets })
  await app.listen(parseEndpoint(listen))
  return {
    problems: () => servers.problems(),
    stop: async () => {
      await app.close()
      await servers.stop()
    },
  }
}
