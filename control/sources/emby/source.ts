import { mediaBrowserKind } from '../mediabrowser/source.ts'
import type { SourceKind } from '../model/source-kind.ts'
import { EMBY_DIALECT } from './dialect.ts'

/** An Emby server: its WebSocket, and `/Sessions` where that one is silent. */
export const EMBY: SourceKind = mediaBrowserKind(EMBY_DIALECT)
