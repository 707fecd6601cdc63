import { buildSubnetTable } from '#domain/networks/subnet-pages'
import { yieldToEventLoop } from '../playlists/catalogue/yield-to-event-loop.ts'
import { type GroupNetworkTexts, loadNetworks } from './network-texts.ts'
import { buildPrefixIndex, type PrefixIndex } from './prefix-index.ts'

/** All groups' networks, indexed for edges and for the control plane. */
export interface GroupNetworkTables {
  /** The edges' lookup table. */
  readonly pages: ReadonlyMap<string, string>
  /** The control plane's own index, which also returns the rule's text. */
  readonly index: PrefixIndex
  readonly warnings: readonly string[]
  /** Where not empty, the tables in use are to be kept. */
  readonly problems: readonly string[]
  readonly files: readonly string[]
}

/** Reads the configured networks and builds both indexes; both are empty where there are problems. */
export const buildGroupNetworks = async (
  groups: readonly GroupNetworkTexts[],
  directory: string,
): Promise<GroupNetworkTables> => {
  const loaded = await loadNetworks(groups, directory)
  const usable = loaded.problems.length === 0 ? loaded.groups : []
  await yieldToEventLoop()
  const table = buildSubnetTable(
    usable.map(({ id, rules }) => ({ id, networks: rules.map(({ network }) => network) })),
  )
  return {
    pages: table.pages,
    index: await buildPrefixIndex(usable),
    warnings: [...loaded.warnings, ...table.warnings],
    problems: loaded.problems,
    files: loaded.files,
  }
}
