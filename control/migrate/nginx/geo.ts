import { parseBlocks, type ReadInclude, type Statement } from '../blocks.ts'
import type { ImportResult } from '../flussonic/flussonic.ts'
import { createNames, type Names } from '../names.ts'
import { createReport, type Report, type ReportLine, reportFlaws } from '../report.ts'
import { findAside, findGeoLocations, findOutside, type GeoLocation } from './find.ts'
import { type GeoBlock, readGeoBlock } from './geo-block.ts'
import { type Served, serve } from './locations.ts'

/** A `groups` entry of our configuration. */
export interface ImportedGroup {
  readonly name: string
  readonly networks?: readonly string[]
  readonly default?: true
  readonly channels?: { readonly sources: readonly string[] }
}

/** A `sources` entry of our configuration. */
export interface ImportedSource {
  readonly name: string
  readonly url?: string
  readonly file?: string
}

/** The part of Gatehouse's configuration that a geo block and its locations determine. */
export interface GeoConfig {
  edge?: { trusted_proxies: readonly string[] }
  sources?: ImportedSource[]
  groups?: ImportedGroup[]
}

const everyGeo = (statements: readonly Statement[]): Statement[] =>
  statements.flatMap((statement) =>
    statement.name === 'geo' ? [statement] : everyGeo(statement.block ?? []),
  )

/** Blocks that make another variable of this one, which locations then use. */
const findMaps = (statements: readonly Statement[], variable: string): Statement[] =>
  statements.flatMap((statement) => {
    const isMap = statement.name === 'map' && statement.args[0]?.text === variable
    return isMap ? [statement] : findMaps(statement.block ?? [], variable)
  })

interface Chosen {
  readonly geo: GeoBlock
  readonly locations: readonly GeoLocation[]
}

/** A viewer is in one group: the geo block whose variable locations use, else the first. */
const choose = (statements: readonly Statement[], report: Report): Chosen | null => {
  const candidates = everyGeo(statements).flatMap((statement) => {
    const found = createReport()
    const geo = readGeoBlock(statement, found)
    if (geo === null) {
      report.add(found.lines())
      return []
    }
    return [{ statement, geo, found, locations: findGeoLocations(statements, geo.variable) }]
  })
  const best = candidates.find(({ locations }) => locations.length > 0) ?? candidates[0]
  // Nothing of the other blocks is kept.
  for (const it of candidates)
    report.add(
      it === best ? it.found.lines() : it.found.lines().filter(({ kind }) => kind !== 'kept'),
    )
  for (const other of candidates)
    if (other !== best)
      report.notUnderstood(
        other.statement,
        `geo ${other.geo.variable}: only one geo block can become groups, ${best?.geo.variable} did`,
      )
  return best ?? null
}

const valuesOf = ({ fallback, networks }: GeoBlock): string[] => [
  ...new Set([...networks.keys(), ...(fallback === null ? [] : [fallback])]),
]

const sourceOf = (name: string, served: Served): ImportedSource | null => {
  if (served.kind === 'url') return { name, url: served.url }
  return served.kind === 'file' ? { name, file: served.file } : null
}

const serveValue = (
  { geo, locations }: Chosen,
  value: string,
  report: Report | null,
): { location: GeoLocation; served: Served } | null => {
  for (const location of locations) {
    const { variable } = geo
    const serving = { variable, value, root: location.root, report }
    const served = serve(location.statement.block ?? [], serving)
    if (served !== null) return { location, served }
  }
  return null
}

const describeServed = (value: string, found: NonNullable<ReturnType<typeof serveValue>>) => {
  const { served } = found
  if (served.kind === 'status') return `${value}: answered with ${served.status}`
  return `${value}: ${served.kind === 'url' ? served.url : served.file}`
}

const importSources = (
  chosen: Chosen,
  names: Names,
  report: Report,
): Map<string, ImportedSource> => {
  const sources = new Map<string, ImportedSource>()
  const read = new Set<Statement>()
  for (const [index, value] of valuesOf(chosen.geo).entries()) {
    // Each directive is reported once, not once per value.
    const found = serveValue(chosen, value, index === 0 ? report : null)
    if (found === null) continue
    const { statement } = found.location
    read.add(statement)
    const source = sourceOf(names.of(value), found.served)
    if (source === null)
      report.notUnderstood(
        statement,
        `${describeServed(value, found)}; give group ${names.of(value)} no channels by hand`,
      )
    else {
      sources.set(value, source)
      report.kept(statement, describeServed(value, found))
    }
  }
  for (const { statement } of chosen.locations)
    if (!read.has(statement))
      report.notUnderstood(statement, 'this `location` asks about the variable too: not converted')
  return sources
}

const groupOf = (
  value: string,
  name: string,
  chosen: Chosen,
  source: string | null,
): ImportedGroup => {
  const networks = chosen.geo.networks.get(value)
  return {
    name,
    ...(networks === undefined ? {} : { networks }),
    ...(value === chosen.geo.fallback ? { default: true as const } : {}),
    ...(source === null ? {} : { channels: { sources: [source] } }),
  }
}

const nameOf = (value: string, names: Names, report: Report, at: Statement | undefined): string => {
  const name = names.of(value)
  if (name !== value && at !== undefined) report.changed(at, `value \`${value}\` is group ${name}`)
  return name
}

/** Turns an nginx configuration's `geo` block and the locations that use it into groups and sources. */
export const importNginxGeo = (
  source: string,
  options: { readonly file: string; readonly readInclude?: ReadInclude },
): ImportResult<GeoConfig> => {
  const report = createReport()
  const { statements, flaws } = parseBlocks(source, options)
  reportFlaws(flaws, report, true)
  const chosen = choose(statements, report)
  const lines = (): readonly ReportLine[] => report.lines()
  if (chosen === null) {
    report.notUnderstood({ file: options.file, line: 1 }, 'no geo block was found in this file')
    return { config: {}, report: lines() }
  }
  const names = createNames()
  const at = everyGeo(statements)[0]
  const sources = importSources(chosen, names, report)
  const groups = valuesOf(chosen.geo).map((value) =>
    groupOf(value, nameOf(value, names, report, at), chosen, sources.get(value)?.name ?? null),
  )
  if (chosen.geo.fallback === null && at !== undefined)
    report.changed(at, 'no `default`: whoever is in no network is in no group and gets no playlist')
  for (const map of findMaps(statements, chosen.geo.variable))
    report.notUnderstood(map, '`map` of the variable: give the groups their sources by hand')
  for (const outside of findOutside(statements, chosen.geo.variable))
    report.notUnderstood(outside, `\`${outside.name}\` is not converted where it stands`)
  for (const aside of findAside(statements))
    report.ignored(aside, `this \`${aside.name}\` holds no list and no stream: not converted`)
  const { proxies } = chosen.geo
  const config: GeoConfig = {
    ...(proxies.length === 0 ? {} : { edge: { trusted_proxies: proxies } }),
    ...(sources.size === 0 ? {} : { sources: [...sources.values()] }),
    groups,
  }
  return { config, report: lines() }
}
