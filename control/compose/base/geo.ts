import type { Logger } from 'pino'
import type { Config } from '../../config/schema/schema.ts'
import { defaultAsnFiles, defaultGeoFiles } from '../../geo/default-files.ts'
import { createGeo, type Geo } from '../../geo/geo.ts'
import { type GeoSummary, geoAges, geoSummary } from '../../geo/geo-age.ts'

/** The geo and ASN files of the configuration, or those that come along; none where `geo.enabled` is false. */
const geoFilesOf = ({ geo }: Config) => {
  const { enabled, files, asn_files: asnFiles } = geo
  return {
    places: !enabled ? [] : files.length > 0 ? files : defaultGeoFiles(),
    networks: !enabled ? [] : asnFiles.length > 0 ? asnFiles : defaultAsnFiles(),
  }
}

/** Opens the geo files of the configuration, or those that come along. */
export const openGeo = async (config: Config, log: Logger): Promise<Geo> => {
  const { places, networks } = geoFilesOf(config)
  return await createGeo({
    files: places,
    asnFiles: networks,
    crossCheckFiles: config.geo.enabled ? config.geo.cross_check_files : [],
    onProblem: ({ path, reason }) => log.warn(`geo file ${path}: ${reason}`),
  })
}

/** How old the files are, and what does not work without them; `now` in Unix ms. */
export const describeGeo = async (config: Config, now: number): Promise<GeoSummary> => {
  const summary = geoSummary(await geoAges(geoFilesOf(config)), now)
  // Switched off on purpose is no problem, but said.
  return config.geo.enabled ? summary : { ...summary, files: summary.problems, problems: [] }
}
