import { mediaBrowserKind } from '../mediabrowser/source.ts'
import type { SourceKind } from '../model/source-kind.ts'
import { JELLYFIN_DIALECT } from './dialect.ts'

/** A Jellyfin server: its WebSocket where it reports sessions to an API key (from 12 on), `/Sessions` elsewhere. */
export const JELLYFIN: SourceKind = mediaBrowserKind(JELLYFIN_DIALECT)
