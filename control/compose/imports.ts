import type { Logger } from 'pino'
import type { StatePaths } from '../config/paths.ts'
import { judgePast } from '../detect/live/judge-past.ts'
import type { LiveFeed } from '../events/feed/live-feed.ts'
import type { Geo } from '../geo/geo.ts'
import { createImportJobs, type ImportJobs } from '../migrate/jobs/import-jobs.ts'
import { historyFile } from '../migrate/plays/history-file.ts'
import { createImportCursors, type ImportCursors } from '../migrate/plays/import-cursors.ts'
import type { WhereIs } from '../migrate/plays/import-plays.ts'
import type { ImportAsked } from '../migrate/plays/import-state.ts'
import { say } from '../sentences/sentences.ts'
import { PastFileError } from '../sources/model/past-file-error.ts'
import { IMPORTED_PASTS } from '../sources/registry.ts'
import type { Store } from '../store/store.ts'
import type { Detection } from './detection.ts'

export interface ImportParts {
  readonly store: Store
  readonly paths: Pick<StatePaths, 'imports'>
  readonly geo: Pick<Geo, 'place' | 'network'>
  readonly detection: Detection
  readonly feed: Pick<LiveFeed, 'tell'>
  readonly log: Pick<Logger, 'warn'>
  readonly now: () => number
}

const openUpload = (path: string, { kind, server, owner }: ImportAsked) => {
  const watched = { server: server ?? undefined, owner: owner ?? undefined }
  if (kind === 'tautulli') return IMPORTED_PASTS.tautulli.file(path, watched)
  return kind === 'jellystat'
    ? IMPORTED_PASTS.jellystat.file(path, watched.server)
    : historyFile(path)
}

const placesOf =
  (geo: Pick<Geo, 'place' | 'network'>): WhereIs =>
  (address) => {
    const network = geo.network(address)
    return { ...geo.place(address), asn: network?.asn ?? null, asnOrg: network?.org ?? null }
  }

const inWords = (error: unknown): string => {
  if (error instanceof PastFileError) return say('import.file', { what: error.message })
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (/^(Z_|ERR_STREAM)/.test(code)) return say('import.cut')
  return code.startsWith('store.') ? say('import.store') : say('import.failed')
}

/** Imports as far as they are; those who watch the stream of events are told when one goes on. */
export const tellingCursors = ({
  store,
  feed,
  now,
}: Pick<ImportParts, 'store' | 'feed' | 'now'>): ImportCursors =>
  createImportCursors(store.cursors, (importId) =>
    feed.tell({ event: 'import.progress', data: { at: now(), account: null, importId } }),
  )

/** Imports of uploaded histories, read by the control plane itself. */
export const createImports = ({
  store,
  paths,
  geo,
  detection,
  feed,
  log,
  now,
}: ImportParts): ImportJobs =>
  createImportJobs({
    folder: paths.imports,
    cursors: tellingCursors({ store, feed, now }),
    write: async (plays) => await store.history.upsertPlays(plays),
    whereIs: placesOf(geo),
    open: openUpload,
    judge: async ({ sources, from, to }) =>
      from === null || to === null
        ? 0
        : (await judgePast({ ...store, ...detection, now }, { sources, from, to })).findings,
    inWords: (error) => {
      log.warn({ err: error }, 'an import broke off')
      return inWords(error)
    },
    now,
  })
