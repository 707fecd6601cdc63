import type { StatePaths } from '../../config/paths.ts'
import type { Config } from '../../config/schema/schema.ts'
import { nginxOf } from '../../config/schema/which-edge.ts'
import type { LineupService } from '../../lineup/lineup-service.ts'
import { publicAddress } from '../../operators/public-address.ts'
import { localEdgeUrl, localUrl, parseEndpoint } from '../../supervise/processes/addresses.ts'
import type { ReadyReport } from '../../supervise/start/banner.ts'
import type { DemoAccount } from '../access/demo-accounts.ts'

/** The playlist address of a token; its path alone where the edge's address is not known. */
export const playlistUrl = (config: Config, token: string): string =>
  `${localEdgeUrl(config) ?? ''}/playlist.m3u?token=${encodeURIComponent(token)}`

/** What `run` prints when everything stands. */
export const readyReport = (parts: {
  readonly config: Config
  readonly paths: StatePaths
  readonly adminToken: string
  readonly signIn: string | null
  readonly demo: readonly DemoAccount[]
  readonly lineup: LineupService
}): ReadyReport => {
  const { config, adminToken, signIn, demo, lineup } = parts
  const lists = lineup.playlists.snapshot()?.lists
  return {
    edge: nginxOf(config) === 'none' ? '' : localEdgeUrl(config),
    admin: localUrl(parseEndpoint(config.admin.listen)),
    adminToken,
    dashboard:
      publicAddress(config.admin.public_url).url ?? localUrl(parseEndpoint(config.admin.listen)),
    signIn,
    accounts: demo.map((account) => ({
      ...account,
      playlist: playlistUrl(config, account.token),
    })),
    groups: config.groups.map((group) => ({
      name: group.name,
      networks: group.networks,
      countries: group.countries,
      default: group.default,
      channels: lists?.get(group.name)?.channels ?? 0,
    })),
  }
}
