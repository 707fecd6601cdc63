import type { Logger } from 'pino'
import type { Config } from '../../config/schema/schema.ts'
import { defaultAsnFiles, defaultGeoFiles } from '../../geo/default-files.ts'
import { createGeo, type Geo } from '../../geo/geo.ts'

/** The geo files of the configuration, or the bundled ones. */
export const openGeo = async (config: Config, log: Logger): Promise<Geo> => {
  const { enabled, files, asn_files: asnFiles } = config.geo
  const used = files.length > 0 ? files : defaultGeoFiles()
  const networks = asnFiles.length > 0 ? asnFiles : defaultAsnFiles()
  return await createGeo({
    files: enabled ? used : [],
    asnFiles: enabled ? networks : [],
    onProblem: ({ path, reason }) => log.warn(`geo file ${path}: ${reason}`),
  })
}
