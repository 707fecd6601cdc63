import type { FastifyInstance } from 'fastify'
import { check } from '../access/check.ts'
import { createEdgeRegistry, type EdgeRegistry } from '../edge/edge-registry.ts'
import { createPushService, type PushService } from '../edge/push-service.ts'
import type { EdgeRoutesOptions } from '../routes/edge.ts'
import { parseEndpoint } from '../supervise/addresses.ts'
import { listenOnSocket, listenOnTls } from './edge-server.ts'
import type { Parts } from './parts.ts'

/** The listeners of edges and the way back to them. */
export interface EdgeApi {
  readonly registry: EdgeRegistry
  readonly push: PushService
  stop(): Promise<void>
}

const routesOptions = (parts: Parts, registry: EdgeRegistry): Omit<EdgeRoutesOptions, 'edgeOf'> => {
  const { lineup, access, sessions, persistence } = parts
  return {
    openPorts: access,
    checkPorts: access,
    tables: { networks: lineup.networkTable, channels: lineup.channelTable },
    list: (group, version) => lineup.playlists.list(group, version),
    syncPorts: {
      registry,
      sessions: sessions.store,
      bans: sessions.bans,
      policy: () => lineup.policy(),
      keys: () => persistence.ring.edgeKeys(),
      tableVersion: (name) =>
        name === 'networks' ? lineup.networkTable.version() : lineup.channelTable.version(),
      check: async (request) => await check(request, access),
    },
  }
}

const startTls = async (
  parts: Parts,
  options: Omit<EdgeRoutesOptions, 'edgeOf'>,
): Promise<FastifyInstance | null> => {
  const {
    listen,
    certificate_file: certificateFile,
    key_file: keyFile,
  } = parts.live.config().control
  if (listen === null) return null
  if (certificateFile === null || keyFile === null) {
    throw new Error('control.listen needs control.certificate_file and control.key_file')
  }
  const find = async (id: string) => await parts.persistence.store.edges.get(id)
  const { log } = parts
  return await listenOnTls(options, {
    ...parseEndpoint(listen),
    certificateFile,
    keyFile,
    find,
    log,
  })
}

export const startEdgeApi = async (parts: Parts): Promise<EdgeApi> => {
  const { paths, log, sessions, live } = parts
  const edge = live.config().edge.id
  const registry = createEdgeRegistry(parts.now)
  const options = routesOptions(parts, registry)
  const local = await listenOnSocket(options, { socket: paths.edgeSocket, edge, log })
  const remote = await startTls(parts, options)
  const target = { edge, origin: 'http://edge', socketPath: paths.innerSocket, key: null }
  // An edge that misses a push hears the same by its next sync, a second later.
  const push = createPushService([target], (missed, error) =>
    log.debug({ err: error }, `edge ${missed} missed a push`),
  )
  const unsubscribe = sessions.bans.subscribe((changes) => void push.push(changes))
  return {
    registry,
    push,
    stop: async () => {
      unsubscribe()
      await local.close()
      await remote?.close()
      await push.close()
    },
  }
}
