import { EMBY } from './emby/source.ts'
import { JELLYFIN } from './jellyfin/source.ts'
import type { SourceKind } from './model/source-kind.ts'
import { PLEX } from './plex/source.ts'
import { TAUTULLI } from './tautulli/source.ts'

/** Sources by kind. */
export type SourceRegistry = Readonly<Record<string, SourceKind>>

/** Kinds whose past can be read with addresses in it: what reports read. The first is the report's default. */
export const PAST_SOURCES = {
  tautulli: TAUTULLI,
} as const satisfies SourceRegistry

/** Kinds of media servers that are watched and whose streams are ended; a new one is a folder and a line here. */
export const MEDIA_SERVERS = {
  plex: PLEX,
  jellyfin: JELLYFIN,
  emby: EMBY,
} as const satisfies SourceRegistry
