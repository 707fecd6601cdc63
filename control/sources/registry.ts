import type { SourceKind } from './model/source-kind.ts'
import { TAUTULLI } from './tautulli/source.ts'

/** Sources by kind. */
export type SourceRegistry = Readonly<Record<string, SourceKind>>

/** Every kind of source; a new one is a folder and a line here. The first is the report's default. */
export const SOURCES: SourceRegistry = {
  tautulli: TAUTULLI,
}
