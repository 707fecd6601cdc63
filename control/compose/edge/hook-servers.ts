import { readFileSync } from 'node:fs'
import type { HookPipeline } from '../../access/admission/hook-play.ts'
import { createFollower, type Follower } from '../../access/servers/follow.ts'
import type { HookServer, HookServerKind } from '../../access/servers/hook-server.ts'
import { createMediaMtxApi } from '../../access/servers/mediamtx.ts'
import type { ServerAccess, ServerApi } from '../../access/servers/server-api.ts'
import { createSrsApi } from '../../access/servers/srs.ts'
import type { HookServerConfig } from '../../config/schema/schema.ts'
import { createHookTrust } from '../../routes/hook-trust.ts'
import { createBackground } from '../base/background.ts'
import type { Parts } from '../parts.ts'

const APIS: Readonly<Partial<Record<HookServerKind, (access: ServerAccess) => ServerApi>>> = {
  mediamtx: createMediaMtxApi,
  srs: createSrsApi,
}
/** Readings that may be missing in a row, and the time a control plane may take to come back. */
const LOST = 3
const AWAY_SEC = 30

type ServerParts = Pick<Parts, 'live' | 'sessions' | 'now' | 'log' | 'endWatchers'>

const readSecret = (file: string | null): string | null =>
  file === null ? null : readFileSync(file, 'utf8').trim()

const quietSecOf = ({ api, poll_sec: pollSec, lifetime_sec: lifetimeSec }: HookServerConfig) =>
  (api === null ? lifetimeSec : LOST * pollSec) + AWAY_SEC

const followerOf = (
  config: HookServerConfig,
  parts: ServerParts,
  pipeline: HookPipeline,
): Follower | null => {
  const create = APIS[config.kind]
  if (create === undefined || config.api === null) return null
  const server = `${config.kind}-${config.name}`
  const access = {
    server,
    base: config.api,
    user: config.user,
    password: readSecret(config.password_file),
    quietSec: quietSecOf(config),
    now: parts.now,
  }
  return createFollower({
    server,
    api: create(access),
    pipeline,
    sessions: parts.sessions.store,
    now: parts.now,
    warn: (message) => parts.log.warn(message),
  })
}

/** Starts following the servers of `hooks.servers`. */
export const startHookServers = (parts: ServerParts, pipeline: HookPipeline) => {
  const background = createBackground(parts.log)
  const servers = parts.live.config().hooks.servers.map((config): HookServer => {
    const follower = followerOf(config, parts, pipeline)
    if (follower !== null) {
      parts.endWatchers.add(follower.ended)
      const name = `playbacks of ${config.kind} ${config.name}`
      background.every(name, config.poll_sec * 1000, async () => await follower.round())
    }
    return {
      name: config.name,
      kind: config.kind,
      signingKey: readSecret(config.secret_file),
      lifetimeSec: config.lifetime_sec,
      quietSec: quietSecOf(config),
      isInside: (address) =>
        createHookTrust({ allow: config.trusted, secret: null })(address, null),
      follower,
    }
  })
  return {
    serverOf: (kind: HookServerKind, name: string): HookServer | null =>
      servers.find((server) => server.kind === kind && server.name === name) ?? null,
    stop: async (): Promise<void> => {
      await background.stop()
      for (const { follower } of servers) {
        if (follower !== null) parts.endWatchers.delete(follower.ended)
        await follower?.close()
      }
    },
  }
}
