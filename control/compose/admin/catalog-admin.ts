import type { Static } from 'typebox'
import type { Config } from '../../config/schema/schema.ts'
import type { LineupService } from '../../lineup/lineup-service.ts'
import type { SurgeState } from '../../lineup/surge-state.ts'
import type { SourceStatus } from '../../playlists/fetch/source.ts'
import { formerNames } from '../../playlists/former/entry-names.ts'
import type { OperationsOptions } from '../../routes/admin/live/operations.ts'
import type {
  channelSchema,
  groupSchema,
  sourceSchema,
  surgeSchema,
} from '../../schemas/operations.ts'

interface Parts {
  readonly config: () => Config
  readonly lineup: LineupService
  readonly surge: SurgeState
}

const problemText = (error: NonNullable<SourceStatus['error']>): string =>
  error.line === null ? error.reason : `line ${error.line}: ${error.reason}`

const shownSource = (status: SourceStatus): Static<typeof sourceSchema> => ({
  name: status.name,
  ok: status.ok,
  channels: status.channels,
  error: status.error === null ? null : problemText(status.error),
  fetchedAt: status.fetchedAt,
  checkedAt: status.checkedAt,
})

const shownGroups = ({ config, lineup, surge }: Parts): Static<typeof groupSchema>[] => {
  const snapshot = lineup.playlists.snapshot()
  const active = surge.active()
  return config().groups.map((group) => {
    const found = snapshot?.groups.find(({ id }) => id === group.name)
    return {
      name: group.name,
      networks: group.networks.length,
      countries: [...group.countries],
      default: group.default,
      channels: found?.channels.length ?? 0,
      leftOut: found?.leftOut.length ?? 0,
      maxSessions: group.max_sessions,
      listVersion: snapshot?.lists.get(group.name)?.version ?? 'none',
      surge: config()
        .surge.filter(({ group: of, name }) => of === group.name && active.has(name))
        .map(({ name }) => name),
    }
  })
}

const shownChannels = ({ lineup }: Parts): Static<typeof channelSchema>[] => {
  const snapshot = lineup.playlists.snapshot()
  const groups = new Map<string, string[]>()
  for (const group of snapshot?.groups ?? []) {
    for (const { id } of group.channels) groups.set(id, [...(groups.get(id) ?? []), group.id])
  }
  return (snapshot?.channels ?? []).map((channel) => {
    const { id, name, titles, source, protocol, isVod } = channel
    return {
      id,
      name,
      titles: [...titles],
      source,
      protocol,
      isVod,
      groups: groups.get(id) ?? [],
      former: formerNames(channel),
    }
  })
}

const shownSurge = ({ config, surge }: Parts): Static<typeof surgeSchema>[] =>
  config().surge.map(({ name, group, running }) => {
    const entry = surge.entry(name)
    const since = entry?.since ?? null
    return { name, group, running, on: entry !== null, since, by: entry?.by ?? null }
  })

/** Groups, channels, sources and surge for the admin API. */
export const createCatalogAdmin = (parts: Parts): OperationsOptions['catalog'] => ({
  groups: () => shownGroups(parts),
  channels: () => shownChannels(parts),
  surge: () => shownSurge(parts),
  sources: () => parts.lineup.playlists.statuses().map(shownSource),
  refresh: async (source) => {
    const isThere = parts.lineup.playlists.statuses().some(({ name }) => name === source)
    if (isThere) await parts.lineup.playlists.refresh(source)
    return isThere
  },
  forget: async (channel) => await parts.lineup.playlists.forgetNames(channel),
  setSurge: async (name, on, by) => {
    if (!parts.config().surge.some((profile) => profile.name === name)) return false
    await parts.surge.set(name, on, by)
    await parts.lineup.applySurge()
    return true
  },
})
