import type { StatePaths } from '../../config/paths.ts'
import type { Config } from '../../config/schema/schema.ts'
import { nginxOf } from '../../config/schema/which-edge.ts'
import { nginxSettings } from '../../nginx/from-config.ts'
import { markOf, SOME_MACHINE } from '../../nginx/release.ts'
import type { FilesMark } from '../../nginx/settings.ts'

/**
 * What the files of each edge should be of. Only of the operator's own nginx on this machine are the settings known that they were written with, and are not
 * applied by `run` itself.
 */
export const createOwnFiles = (
  config: () => Config,
  paths: StatePaths,
): ((edge: string) => FilesMark) => {
  const markNow = () => {
    const now = config()
    return { config: now, mark: markOf(nginxSettings(now, paths, SOME_MACHINE), now) }
  }
  // At once: an upgrade may replace what this process runs of while it does.
  let known = markNow()
  return (edge) => {
    if (known.config !== config()) known = markNow()
    const isKnown = nginxOf(known.config) === 'external' && edge === known.config.edge.id
    return isKnown ? known.mark : { ...known.mark, files: '' }
  }
}
