import type { EdgePolicy } from '#domain/protocol'
import type { Config, SurgeConfig } from '../config/schema.ts'
import { buildPolicy } from '../edge/policy.ts'
import { createVersionedTable, type VersionedTable } from '../edge/versioned-table.ts'
import { type Classifier, classify } from '../groups/classify.ts'
import { buildGroupNetworks } from '../groups/group-networks.ts'
import type { NamedPlaylist } from '../playlists/catalogue.ts'
import { buildLineup, type Lineup } from './lineup.ts'
import { createCatalog } from './lineup-catalog.ts'
import type { SurgeState } from './surge-state.ts'

export interface LineupServicePorts {
  readonly config: () => Config
  /** Folder that network files are named from. */
  readonly folder: () => string
  readonly lists: () => readonly NamedPlaylist[]
  readonly surge: SurgeState
  readonly warn: (message: string) => void
  /** Channels of a group were left out and their sessions have to end. */
  readonly endSessions: (group: string, channels: readonly string[]) => void
}

/** Networks of a configuration, ready to be asked and to be sent to edges. */
type Networks = Awaited<ReturnType<typeof buildGroupNetworks>>

const readNetworks = async (config: Config, folder: string): Promise<Networks> =>
  await buildGroupNetworks(
    config.groups.map(({ name, networks }) => ({ id: name, networks })),
    folder,
  )

const classifierOf = (config: Config, networks: Networks): Classifier => ({
  networks: networks.index,
  groups: config.groups.map((group) => ({
    id: group.name,
    countries: group.countries,
    accounts: group.accounts,
    isDefault: group.default,
  })),
})

const endsSessions = (surge: readonly SurgeConfig[]): boolean =>
  surge.some(({ running }) => running === 'end')

/** Channels a rebuild newly left out of a group whose profile ends running sessions. */
const newlyLeftOut = (before: Lineup, after: Lineup): [group: string, channels: string[]][] =>
  [...after.groups].flatMap(([name, group]) => {
    if (!endsSessions(group.surge)) return []
    const old = before.groups.get(name)?.leftOut
    const channels = [...group.leftOut.keys()].filter((id) => !old?.has(id))
    return channels.length > 0 ? [[name, channels] satisfies [string, string[]]] : []
  })

/** Keeps the lineup, the edges' tables and their policy together and up to date. */
export class LineupService {
  readonly networkTable: VersionedTable = createVersionedTable()
  readonly channelTable: VersionedTable = createVersionedTable()
  readonly catalog: ReturnType<typeof createCatalog>
  private readonly ports: LineupServicePorts
  private current: Lineup
  private classifier: Classifier
  private edgePolicy: EdgePolicy

  constructor(ports: LineupServicePorts) {
    this.ports = ports
    const config = ports.config()
    this.current = buildLineup({ config, lists: [], surgeOn: new Set() })
    this.classifier = { networks: { find: () => null }, groups: [] }
    this.edgePolicy = buildPolicy(config, new Map())
    this.catalog = createCatalog(
      () => this.current,
      ports.config,
      ({ address, country, account, accountGroup }) =>
        classify(
          {
            address,
            country,
            account: account === null ? null : { id: account, name: account, group: accountGroup },
          },
          this.classifier,
        ),
    )
  }

  lineup(): Lineup {
    return this.current
  }

  policy(): EdgePolicy {
    return this.edgePolicy
  }

  /** The rule by which a viewer is in his group, for `explain`. */
  classifyFully(viewer: Parameters<typeof classify>[0]): ReturnType<typeof classify> {
    return classify(viewer, this.classifier)
  }

  /** Reads the networks again; returns what is wrong with them, in which case the old ones stay. */
  async loadNetworks(): Promise<readonly string[]> {
    const config = this.ports.config()
    const networks = await readNetworks(config, this.ports.folder())
    for (const warning of networks.warnings) this.ports.warn(warning)
    if (networks.problems.length > 0) return networks.problems
    this.classifier = classifierOf(config, networks)
    this.networkTable.replace(networks.pages)
    return []
  }

  /** Puts sources, groups and surge together again. */
  rebuild(): void {
    const config = this.ports.config()
    const before = this.current
    const surgeOn = this.ports.surge.active()
    this.current = buildLineup({ config, lists: this.ports.lists(), surgeOn })
    this.channelTable.replace(this.current.channelTable)
    const versions = new Map(
      [...this.current.groups].map(([name, { list }]) => [name, list.version] as const),
    )
    this.edgePolicy = buildPolicy(config, versions)
    for (const [group, channels] of newlyLeftOut(before, this.current)) {
      this.ports.endSessions(group, channels)
    }
  }
}
