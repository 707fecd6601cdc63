import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { EdgePolicy } from '#domain/channels/protocol'
import { compileThrough } from '#domain/pictures/through'
import type { Protocol } from '#domain/types'
import type { Config } from '../config/schema/schema.ts'
import { buildPolicy } from '../edge/policy.ts'
import { createVersionedTable, type VersionedTable } from '../edge/versioned-table.ts'
import {
  type Classification,
  type Classifier,
  classify,
  membershipConflicts,
  type Viewer,
} from '../groups/classify.ts'
import { buildGroupNetworks, type GroupNetworkTables } from '../groups/group-networks.ts'
import { listedAddress } from '../playlists/catalogue/channel.ts'
import type { SourceStatus } from '../playlists/fetch/source.ts'
import { FormerNames } from '../playlists/former/former-names.ts'
import { createOwnRecords } from '../playlists/former/records.ts'
import type { SealPicture } from '../playlists/lists/pictures.ts'
import { PlaylistService } from '../playlists/service.ts'
import type { PreparedLists } from '../playlists/service-parts.ts'
import type { PlaylistSnapshot } from '../playlists/snapshot.ts'
import type { NumbersOf } from '../playlists/xtream/stream-numbers.ts'
import type { LearnedProtocols } from './learned-protocols.ts'
import {
  createCatalog,
  hasRegained,
  indexLineup,
  type LineupCatalog,
  type LineupIndex,
  noChannels,
} from './lineup-catalog.ts'
import type { SharedNameRecords } from './name-records.ts'
import { createRuleMarks } from './rule-marks.ts'
import type { SurgeState } from './surge-state.ts'
import { tableTooLarge } from './table-room.ts'

export interface LineupServicePorts {
  readonly config: () => Config
  /** Folder that files named in the configuration are relative to. */
  readonly folder: () => string
  readonly stateDir: string
  readonly surge: SurgeState
  readonly now: () => number
  /** What origins answered where addresses do not say their protocol. */
  readonly protocols: LearnedProtocols
  /** Gives channels the numbers that apps call them by. */
  readonly numbersOf?: NumbersOf
  /** Remembers what channels were called. */
  readonly nameRecords?: SharedNameRecords
  /** Names pictures that come through the edge. */
  readonly sealPicture?: SealPicture
  /** Changes with every programme guide. */
  readonly guideVersion?: () => string
  /** The channels of all lists, after every change. */
  readonly channelsChanged?: (channels: PlaylistSnapshot['channels']) => void
  readonly warn: (message: string) => void
  readonly sourceChanged: (status: SourceStatus) => void
  /** Called where a surge profile that ends sessions leaves channels out of a group. */
  readonly endSessions: (group: string, channels: readonly string[]) => void
  /** Called where a group has channels again that were refused before. */
  readonly regained: () => void
}

const classifierOf = (config: Config, { index }: GroupNetworkTables): Classifier => ({
  networks: index,
  groups: config.groups.map((group) => ({
    id: group.name,
    countries: group.countries.map((country) => country.toUpperCase()),
    accounts: group.accounts,
    isDefault: group.default,
  })),
})

/** New lists with what was made ready for them. */
interface Ready {
  readonly snapshot: PlaylistSnapshot
  readonly index: LineupIndex
  readonly isRegained: boolean
  readonly replaceTable: () => boolean
}

/** Detects changed files by size and modification time. */
const watchFiles = (files: readonly string[]) => {
  const mark = (): string =>
    files
      .map((file) => statSync(file, { throwIfNoEntry: false }))
      .map((found) => (found ? `${found.mtimeMs}/${found.size}` : 'gone'))
      .join(' ')
  return { mark, seen: mark() }
}

/** Holds playlists, the edges' tables and policy, and keeps them consistent. */
export class LineupService {
  readonly networkTable: VersionedTable = createVersionedTable()
  readonly channelTable: VersionedTable = createVersionedTable()
  readonly catalog: LineupCatalog
  readonly playlists: PlaylistService
  readonly protocols: LearnedProtocols
  private readonly ports: LineupServicePorts
  private index: LineupIndex
  private classifier: Classifier = { networks: { find: () => null }, groups: [] }
  private edgePolicy: EdgePolicy
  private listVersions: ReadonlyMap<string, string> = new Map()
  private warned = new Set<string>()
  private networkFiles = watchFiles([])

  constructor(ports: LineupServicePorts) {
    this.ports = ports
    this.protocols = ports.protocols
    this.index = noChannels(ports.config())
    this.edgePolicy = buildPolicy(ports.config(), new Map())
    this.playlists = new PlaylistService({
      stateDir: ports.stateDir,
      now: ports.now,
      protocolAt: (url) => ports.protocols.of(url)?.protocol ?? null,
      ...(ports.numbersOf === undefined ? {} : { numbersOf: ports.numbersOf }),
      formerNames: new FormerNames(ports.nameRecords ?? createOwnRecords(), ports.now),
      rulesOf: createRuleMarks(ports.config),
      prepare: (snapshot) => this.prepare(snapshot),
      onStatus: ports.sourceChanged,
    })
    this.catalog = createCatalog(
      () => this.index,
      ({ address, country, account, accountGroup }) => {
        const known = account === null ? null : { id: account, name: account, group: accountGroup }
        return this.classify({ address, country, account: known })
      },
    )
  }

  policy(): EdgePolicy {
    return this.edgePolicy
  }

  /** The viewer's group and the rule that assigned it; `null` = none. */
  classify(viewer: Viewer): Classification | null {
    return classify(viewer, this.classifier)
  }

  /**
   * Applies the configuration; returns the problems of its networks, in which case nothing changed.
   */
  async configure(): Promise<readonly string[]> {
    const problems = await this.loadNetworks()
    if (problems.length > 0) return problems
    // While Redis is away, lists are made with what is known here.
    await this.protocols.refresh().catch(() => undefined)
    await this.ports.nameRecords?.refresh().catch(() => undefined)
    const config = this.ports.config()
    await this.playlists.configure({
      sources: config.sources.map(({ name, file, url, ids, refresh_sec: sec }) => ({
        name,
        ids,
        file: file === undefined ? undefined : this.pathOf(file),
        url,
        refreshMs: sec * 1000,
      })),
      groups: config.groups.map(({ name: id, channels, renumber }) => ({ id, channels, renumber })),
      surge: config.surge,
      hasGuide: config.guide.sources.length > 0,
      // nginx falls back to the machine's own resolver.
      checks: { hasResolver: true, isThrough: compileThrough(config.pictures.through) },
      ...(this.ports.sealPicture === undefined ? {} : { sealPicture: this.ports.sealPicture }),
    })
    await this.applySurge()
    // Where new lists do not fit the edge, the ones before stay in use; at the start there are none.
    const why = this.playlists.snapshot() === null ? this.playlists.whyRefused() : null
    return why === null ? [] : [why]
  }

  /**
   * Reads the network files again when one of them changed; an invalid one changes nothing and is
   * reported.
   */
  async refreshNetworks(): Promise<void> {
    if (this.networkFiles.mark() === this.networkFiles.seen) return
    const problems = await this.loadNetworks()
    if (problems.length === 0) return
    this.networkFiles = { ...this.networkFiles, seen: this.networkFiles.mark() }
    for (const problem of problems) this.ports.warn(`${problem}; the networks read before stay`)
  }

  private async loadNetworks(): Promise<readonly string[]> {
    const config = this.ports.config()
    const networks = await buildGroupNetworks(
      config.groups.map(({ name, networks: texts }) => ({ id: name, networks: texts })),
      this.ports.folder(),
    )
    if (networks.problems.length > 0) return networks.problems
    const size = config.edge.zones.networks_mb
    const why = await tableTooLarge(networks.pages, size, 'edge.zones.networks_mb')
    if (why !== null) return [`the networks of all groups: ${why}`]
    const classifier = classifierOf(config, networks)
    const replaceNetworks = await this.networkTable.prepare(networks.pages)
    this.warn([...networks.warnings, ...membershipConflicts(classifier.groups)])
    this.classifier = classifier
    replaceNetworks()
    this.networkFiles = watchFiles(networks.files)
    return []
  }

  /** Takes what an edge saw an origin answer for a channel. */
  learnProtocol(id: string, protocol: Protocol): void {
    const channel = this.index.channels.get(id)
    if (channel !== undefined) this.protocols.learn(listedAddress(channel), protocol)
  }

  /** Names channels in lists by what their origins answered, to whichever control plane. */
  async refreshProtocols(): Promise<void> {
    if (await this.protocols.refresh()) await this.playlists.applyProtocols()
  }

  /** Applies what other control planes remember that channels were called, or forgot. */
  async refreshNames(): Promise<void> {
    if ((await this.ports.nameRecords?.refresh()) === true) await this.playlists.applyFormerNames()
  }

  /** Applies the surge profiles that are on. */
  async applySurge(): Promise<void> {
    await this.playlists.setSurge([...this.ports.surge.active()])
  }

  /** Tells the edges of a new guide. */
  guideChanged(): void {
    this.edgePolicy = buildPolicy(
      this.ports.config(),
      this.listVersions,
      this.ports.guideVersion?.(),
    )
  }

  private pathOf(file: string): string {
    return file.startsWith('/') ? file : join(this.ports.folder(), file)
  }

  private warn(warnings: readonly string[]): void {
    for (const warning of warnings) {
      if (!this.warned.has(warning)) this.ports.warn(warning)
      this.warned.add(warning)
    }
  }

  /** Makes everything ready for new lists; what it returns takes them all at once. */
  private async prepare(snapshot: PlaylistSnapshot): Promise<PreparedLists> {
    const config = this.ports.config()
    const { channels_mb: size } = config.edge.zones
    const why = await tableTooLarge(snapshot.table, size, 'edge.zones.channels_mb')
    if (why !== null) return { refusal: `${snapshot.channels.length} channels in all: ${why}` }
    const index = await indexLineup(snapshot, config)
    const isRegained = await hasRegained(this.index, index)
    const replaceTable = await this.channelTable.prepare(snapshot.table)
    return { refusal: null, take: () => this.take({ snapshot, index, isRegained, replaceTable }) }
  }

  private take({ snapshot, index, isRegained, replaceTable }: Ready): void {
    this.warn(snapshot.warnings)
    const before = this.index
    this.index = index
    replaceTable()
    this.listVersions = new Map([...snapshot.lists].map(([group, { version }]) => [group, version]))
    this.guideChanged()
    this.ports.channelsChanged?.(snapshot.channels)
    this.endLeftOut(before, this.ports.config())
    if (isRegained) this.ports.regained()
  }

  private endLeftOut(before: LineupIndex, config: Config): void {
    const active = this.ports.surge.active()
    for (const [group, leftOut] of this.index.leftOut) {
      const isEnding = config.surge.some(
        (profile) =>
          profile.group === group && profile.running === 'end' && active.has(profile.name),
      )
      const newly = [...leftOut].filter((id) => before.leftOut.get(group)?.has(id) !== true)
      if (isEnding && newly.length > 0) this.ports.endSessions(group, newly)
    }
  }
}
