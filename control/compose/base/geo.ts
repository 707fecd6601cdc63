import type { Logger } from 'pino'
import type { Config } from '../../config/schema/schema.ts'
import { defaultAsnFiles, defaultGeoFiles } from '../../geo/default-files.ts'
import { createGeo, type Geo } from '../../geo/geo.ts'
import { type GeoFiles, type GeoSummary, geoAges, geoSummary } from '../../geo/geo-age.ts'
import type { LiveConfig } from './live-config.ts'

/** The geo and ASN files of the configuration, or those that come along; none where `geo.enabled` is false. */
const geoFilesOf = ({ geo }: Config): GeoFiles => {
  if (!geo.enabled) return { places: [], others: [], networks: [] }
  return {
    places: geo.files.length > 0 ? geo.files : defaultGeoFiles(),
    others: geo.cross_check_files,
    networks: geo.asn_files.length > 0 ? geo.asn_files : defaultAsnFiles(),
  }
}

/** Opens the geo files of the configuration, or those that come along. */
export const openGeo = async (config: Config, log: Logger): Promise<Geo> => {
  const { places, others, networks } = geoFilesOf(config)
  return await createGeo({
    files: places,
    asnFiles: networks,
    crossCheckFiles: others,
    onProblem: ({ path, reason }) => log.warn(`geo file ${path}: ${reason}`),
  })
}

/** How old the files are, and what does not work without them; `now` in Unix ms. Without `geo`, files of one's own are read to their end. */
export const describeGeo = async (config: Config, now: number, geo?: Geo): Promise<GeoSummary> => {
  const isWhole = geo === undefined && config.geo.asn_files.length > 0
  const states = new Map(geo?.states().map((state) => [state.path, state]))
  const ages = (await geoAges(geoFilesOf(config), isWhole)).map((age) => {
    const { failure = null, isServing = false } = states.get(age.path) ?? {}
    return { ...age, problem: age.problem ?? failure, isServing }
  })
  const summary = geoSummary(ages, now)
  // Switched off on purpose is no problem, but said.
  return config.geo.enabled ? summary : { ...summary, files: summary.problems, problems: [] }
}

/** Writes down how old the files are, and what does not work without them. */
const logGeo = ({ files, problems, warnings }: GeoSummary, log: Logger): void => {
  for (const file of files) log.info(`geo: ${file}`)
  for (const told of [...problems, ...warnings]) log.warn(`geo: ${told}`)
}

/** Geo files that follow the configuration: other ones are in use as soon as they are read. */
export const openLiveGeo = async (
  live: LiveConfig,
  log: Logger,
  now: () => number,
): Promise<Geo> => {
  let used = live.config().geo
  let geo = await openGeo(live.config(), log)
  const tell = async () => logGeo(await describeGeo(live.config(), now(), geo), log)
  await tell()
  live.onReload(async () => {
    const config = live.config()
    if (JSON.stringify(config.geo) === JSON.stringify(used)) return
    const before = geo
    geo = await openGeo(config, log)
    used = config.geo
    before.stop()
    await tell()
  })
  return {
    place: (address) => geo.place(address),
    network: (address) => geo.network(address),
    states: () => geo.states(),
    refresh: async () => await geo.refresh(),
    stop: () => geo.stop(),
  }
}
