import { join } from 'node:path'
import { PLAYLISTS } from '../../config/paths.ts'
import { createLastGood } from './last-good.ts'
import { PlaylistSource } from './source.ts'
import { fileTransport, urlTransport } from './transport.ts'

/** A source as configured: a file or an address. */
export interface SourceSetting {
  readonly name: string
  readonly file?: string | undefined
  readonly url?: string | undefined
  readonly refreshMs: number
  /** What channel ids are made from; `tvg-id` where not set. */
  readonly ids?: 'tvg-id' | 'address'
}

/** A source that is fetched periodically. */
export interface Running {
  readonly source: PlaylistSource
  readonly setting: SourceSetting
  timer: NodeJS.Timeout | null
  wasOk: boolean
}

const TIMEOUT_MS = 120_000

/** Whether a source may be kept as it is. */
export const isSameSetting = (a: SourceSetting, b: SourceSetting): boolean =>
  a.file === b.file && a.url === b.url && a.refreshMs === b.refreshMs

/** Makes a source with its last good copy below the state folder. */
export const createRunning = (
  setting: SourceSetting,
  parts: {
    readonly stateDir: string
    readonly now: () => number
    readonly fileSettleMs?: number
    readonly timeoutMs?: number
  },
): Running => {
  const { name, file, url } = setting
  const transport =
    file === undefined
      ? urlTransport(url ?? '', parts.timeoutMs ?? TIMEOUT_MS)
      : fileTransport(file, parts.fileSettleMs)
  const lastGood = createLastGood(join(parts.stateDir, PLAYLISTS), name, file ?? url ?? '')
  const source = new PlaylistSource({ name, transport, lastGood, now: parts.now })
  return { source, setting, timer: null, wasOk: true }
}
