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

/** Follows the servers of one configuration until it is stopped. Throws where a file of theirs cannot be read. */
const follow = (
  configs: readonly HookServerConfig[],
  parts: ServerParts,
  pipeline: HookPipeline,
) => {
  const background = createBackground(parts.log)
  const servers = configs.map((config): HookServer => {
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
    servers,
    stop: async (): Promise<void> => {
      await background.stop()
      for (const { follower } of servers) {
        if (follower !== null) parts.endWatchers.delete(follower.ended)
        await follower?.close()
      }
    },
  }
}

/** The servers of `hooks.servers`, as the configuration in use names them. */
export interface HookServers {
  readonly serverOf: (kind: HookServerKind, name: string) => HookServer | null
  /** Servers whose interface cannot be asked, a sentence each. */
  problems(): string[]
  stop(): Promise<void>
}

/** Starts following the servers of `hooks.servers`; a reload that changes them starts anew, and those that play are found by the next reading. */
export const startHookServers = (parts: ServerParts, pipeline: HookPipeline): HookServers => {
  const configured = () => parts.live.config().hooks.servers
  // With what is in their files: a new password is taken up too.
  const markOf = () =>
    JSON.stringify(
      configured().map((it) => [it, readSecret(it.password_file), readSecret(it.secret_file)]),
    )
  let [mark, present] = [markOf(), follow(configured(), parts, pipeline)]
  let isStopped = false
  parts.live.onReload(async () => {
    const wanted = markOf()
    if (isStopped || wanted === mark) return
    // First the new ones: a file that cannot be read refuses the reload.
    const next = follow(configured(), parts, pipeline)
    const before = present
    ;[mark, present] = [wanted, next]
    await before.stop()
  })
  return {
    serverOf: (kind, name) =>
      present.servers.find((server) => server.kind === kind && server.name === name) ?? null,
    problems: () => present.servers.flatMap(({ follower }) => follower?.problem() ?? []),
    stop: async () => {
      isStopped = true
      await present.stop()
    },
  }
}
