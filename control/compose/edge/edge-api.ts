import { readFileSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import { type CheckPorts, check, checkAlone } from '../../access/admission/check.ts'
import { createEdgeCatchUp } from '../../edge/edge-catch-up.ts'
import { createEdgeDirectory, type EdgeDirectory } from '../../edge/edge-directory.ts'
import { createEdgeRegistry, type EdgeRegistry } from '../../edge/edge-registry.ts'
import { pushOrigin } from '../../edge/push-address.ts'
import { createPushService, type PushService } from '../../edge/push-service.ts'
import { pushKeyOf } from '../../keys/edge-key.ts'
import { createPictureFetcher, type PictureFetcher } from '../../pictures/fetch-picture.ts'
import { formatsOf } from '../../playlists/xtream/app-lists.ts'
import type { EdgeRoutesOptions } from '../../routes/edge.ts'
import { parseEndpoint } from '../../supervise/processes/addresses.ts'
import type { EdgeApi, Parts } from '../parts.ts'
import { createEdgeCounters } from './edge-counters.ts'
import { listenOnSocket, listenOnTls } from './edge-server.ts'
import { createGuideAnswers } from './guide-answers.ts'
import { createOwnFiles } from './own-files.ts'
import { createPictureAnswers } from './picture-answers.ts'
import { processPriority } from './process-priority.ts'
import { createRush } from './rush.ts'

/** Places that are counted by name; an origin may send each viewer to a host of his own. */
const MOST_PLACES = 500

/** Whether a place is one of the first, which are counted by name. */
const createFirstPlaces = (): ((place: string) => boolean) => {
  const known = new Set<string>()
  return (place) => {
    if (known.size < MOST_PLACES) known.add(place)
    return known.has(place)
  }
}

const countPast = (past: EdgeApi['past']): Routes['syncPorts']['past'] => {
  const isNamed = createFirstPlaces()
  return (_edge, rows) => {
    for (const [channel, origin] of rows)
      past.inc(
        isNamed(`${channel} ${origin}`)
          ? { channel, origin }
          : { channel: 'other', origin: 'other' },
      )
  }
}

const countFailed = (failed: EdgeApi['failed']): Routes['syncPorts']['failed'] => {
  const isNamed = createFirstPlaces()
  return (origin, reason) => failed.inc({ origin: isNamed(origin) ? origin : 'other', reason })
}

type Routes = Omit<EdgeRoutesOptions, 'edgeOf'>

const checks = (ports: CheckPorts): Pick<Routes['syncPorts'], 'check' | 'checkAlone'> => ({
  check: async (request) => await check(request, ports),
  checkAlone: async (request) => await checkAlone(request, ports),
})

const routesOptions = (
  parts: Parts,
  registry: EdgeRegistry,
  {
    questions,
    past,
    unshared,
    failed,
    fetcher,
    opened,
  }: Pick<EdgeApi, 'questions' | 'past' | 'unshared' | 'failed'> & {
    readonly fetcher: PictureFetcher
    readonly opened: () => void
  },
): Routes => {
  const { lineup, access, sessions, persistence } = parts
  const catchUp = createEdgeCatchUp()
  return {
    count: (question, outcome, asked) => {
      questions.inc({ question, outcome })
      if (question === 'open') opened()
      if (asked !== undefined && parts.log.isLevelEnabled('debug'))
        parts.log.debug({ ...asked, outcome }, question)
    },
    openPorts: access,
    catchUp,
    checkPorts: access,
    tables: { networks: lineup.networkTable, channels: lineup.channelTable },
    list: (group, version) => lineup.playlists.list(group, version),
    appList: (group, list, wanted) => lineup.playlists.appList(group, list, wanted),
    accountPorts: {
      ...access,
      view: sessions.view,
      formats: (group) => formatsOf(lineup.playlists.list(group)?.offered ?? []),
    },
    guides: createGuideAnswers(lineup, parts.guide, parts),
    pictures: createPictureAnswers(parts.pictures, fetcher, {
      config: () => parts.live.config(),
      log: parts.log,
    }),
    syncPorts: {
      registry,
      catchUp,
      traffic: parts.traffic,
      past: countPast(past),
      unshared: countPast(unshared),
      failed: countFailed(failed),
      learn: (channel, protocol) => lineup.learnProtocol(channel, protocol),
      sessions: sessions.store,
      bans: sessions.bans,
      epoch: () => sessions.epoch(),
      clock: () => sessions.now(),
      policy: () => lineup.policy(),
      keys: () => persistence.ring.edgeKeys(),
      tableVersion: (name) =>
        name === 'networks' ? lineup.networkTable.version() : lineup.channelTable.version(),
      ...checks(access),
    },
  }
}

const startTls = async (
  parts: Parts,
  options: Routes,
  directory: EdgeDirectory,
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
  const { log } = parts
  return await listenOnTls(options, {
    ...parseEndpoint(listen),
    certificateFile,
    keyFile,
    directory,
    log,
  })
}

/** Learns where an edge takes pushes: only from its own authenticated syncs. */
const learnPush =
  (directory: EdgeDirectory, push: PushService): NonNullable<Routes['announced']> =>
  async ({ edge, address, from }) => {
    const known = await directory.find(edge)
    const origin = pushOrigin(address, from)
    if (known === null || origin === null) return
    push.announced({ edge, origin, socketPath: null, key: pushKeyOf(known.keyHash) })
  }

const createPush = (parts: Parts): PushService => {
  const { live, paths, log, now } = parts
  const { edge, control } = live.config()
  const target = { edge: edge.id, origin: 'http://edge', socketPath: paths.innerSocket, key: null }
  return createPushService([target], {
    clock: now,
    // An edge that misses a push receives the same with its next sync, a second later.
    onMiss: (missed, error) => log.debug({ err: error }, `edge ${missed} missed a push`),
    ...(control.ca_file === null ? {} : { ca: readFileSync(control.ca_file) }),
  })
}

/**
 * Starts the listeners of edges and the pushes to them. Throws an `Error` where an address cannot
 * be listened on.
 */
export const startEdgeApi = async (parts: Parts): Promise<EdgeApi> => {
  const { paths, log, sessions, live } = parts
  const edge = live.config().edge.id
  const registry = createEdgeRegistry(() => sessions.now(), createOwnFiles(live.config, paths))
  const { questions, past, unshared, failed } = createEdgeCounters()
  const fetcher = createPictureFetcher()
  const rush = createRush(processPriority())
  const opened = rush.count
  const counters = { questions, past, unshared, failed }
  const options = routesOptions(parts, registry, { ...counters, fetcher, opened })
  const local = await listenOnSocket(options, { socket: paths.edgeSocket, edge, log })
  const push = createPush(parts)
  const directory = createEdgeDirectory(
    async (id) => await parts.persistence.store.edges.get(id),
    parts.now,
  )
  const remote = await startTls(
    parts,
    { ...options, announced: learnPush(directory, push) },
    directory,
  )
  const unsubscribe = sessions.bans.subscribe((changes) => void push.push(changes))
  return {
    registry,
    push,
    directory,
    ...counters,
    stop: async () => {
      unsubscribe()
      rush.stop()
      await local.close()
      await remote?.close()
      await push.close()
      await fetcher.close()
    },
  }
}
