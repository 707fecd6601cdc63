import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { createHiddenSecrets } from '../../config/edit/hidden-secrets.ts'
import type { LoadedConfig } from '../../config/load.ts'
import type { StatePaths } from '../../config/paths.ts'
import { createSecretBox } from '../../keys/secret-box.ts'
import type { AuditTrail } from '../../routes/admin/common/audit-trail.ts'
import { configurationRoutes } from '../../routes/admin/configuration/configuration.ts'
import type { Tables } from '../../store/tables/stores.ts'
import type { LiveConfig } from '../base/live-config.ts'
import { createConfigEditor } from './config-editor.ts'
import { createConfigVersions } from './config-versions.ts'

/** What the configuration by API stands on. */
export interface ConfigRouteParts {
  readonly live: LiveConfig
  readonly log: Logger
  readonly now: () => number
  readonly paths: Pick<StatePaths, 'secretsKey'>
  readonly store: Pick<Tables, 'configVersions'>
  /** The key that marks of hidden secrets are made with. */
  readonly serverKey: Uint8Array
  /** Has the edge take up what control has taken; throws a `ConfigError` where it refuses. */
  readonly toEdge: (taken: LoadedConfig) => Promise<void>
}

/** The configuration below `/api/v1`, the same on every listener. */
export const configRoutes = (
  parts: ConfigRouteParts,
): ((audit: AuditTrail) => (app: FastifyInstance) => void) => {
  const { live, log, now, store, toEdge } = parts
  const box = createSecretBox(parts.paths.secretsKey)
  const versions = createConfigVersions(store, box, live.loaded().file, now)
  const editor = createConfigEditor({
    live,
    versions,
    secrets: createHiddenSecrets(parts.serverKey),
    toEdge,
    warn: (error) => log.warn({ err: error }, 'a version of the configuration was not kept'),
  })
  const logLevel = {
    get: () => ({ level: log.level, configured: live.config().log.level }),
    set: (level: string) => {
      log.level = level
    },
  }
  return (audit) => (app) => configurationRoutes(app, { editor, audit, logLevel })
}
