import { EMBY } from './emby/source.ts'
import { JELLYFIN } from './jellyfin/source.ts'
import { jellystatBackup } from './jellystat/backup-file.ts'
import type { SourceKind } from './model/source-kind.ts'
import { PLEX } from './plex/source.ts'
import { tautulliFile, unmergedBytes } from './tautulli/database-file.ts'
import { tautulliHistory } from './tautulli/history-input.ts'
import { TAUTULLI } from './tautulli/source.ts'

/** Sources by kind. */
export type SourceRegistry = Readonly<Record<string, SourceKind>>

/** Kinds whose past can be read with addresses in it: what reports read. The first is the report's default. */
export const PAST_SOURCES = {
  tautulli: TAUTULLI,
} as const satisfies SourceRegistry

/** Pasts that are imported whole: from files of monitors, and by their API. */
export const IMPORTED_PASTS = {
  tautulli: { file: tautulliFile, unmergedBytes, overApi: tautulliHistory },
  jellystat: { file: jellystatBackup },
} as const

/** Kinds of media servers that are watched and whose streams are ended; a new one is a folder and a line here. */
export const MEDIA_SERVERS = {
  plex: PLEX,
  jellyfin: JELLYFIN,
  emby: EMBY,
} as const satisfies SourceRegistry
