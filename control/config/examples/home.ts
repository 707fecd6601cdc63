import { stringify } from 'yaml'
import type { MEDIA_SERVER_KINDS } from '../schema/media-servers.ts'

/** A media server in answers to `init`. */
export interface HomeServer {
  readonly name: string
  readonly kind: (typeof MEDIA_SERVER_KINDS)[number]
  readonly url: string
  readonly tokenFile: string
}

/** Answers to `init` for an installation with media servers. */
export interface HomeAnswers {
  readonly servers: readonly HomeServer[]
  readonly homeNetworks: readonly string[]
  readonly admin: string
}

const yamlText = (value: string): string => stringify(value).trim()

const serverText = ({ name, kind, url, tokenFile }: HomeServer): string =>
  [
    `  - name: ${name}`,
    `    kind: ${kind}`,
    `    url: ${yamlText(url)}`,
    `    token_file: ${yamlText(tokenFile)}`,
    '    # Allow devices to be signed out by rules (Jellyfin, Emby): a stop does not reach every player.',
    '    sign_out: false',
  ].join('\n')

const NO_SERVERS = `# None yet: name one here, or add it while Gatehouse runs with
#   ./scripts/gatehouse servers add NAME --kind plex --url http://192.168.1.5:32400 --token-file plex.token
media_servers: []`

/** A configuration for an operator of media servers only: no nginx is started. */
export const homeConfig = ({
  servers,
  homeNetworks,
  admin,
}: HomeAnswers): string => `# Gatehouse for media servers: it watches who plays what from where, says which accounts are shared, and ends streams where you let it.
# Every setting: docs/reference.md. What is found: docs/media-servers.md.

# Viewers of media servers come through no edge of ours.
edge: { nginx: none }

# The admin API and dashboard. Its token is in the state folder, admin-token.
admin:
  listen: ${admin}

${servers.length === 0 ? NO_SERVERS : `media_servers:\n${servers.map(serverText).join('\n')}`}

# Your own home, besides its LAN and the public address the servers know: CIDRs, addresses or ranges.
home_networks: ${JSON.stringify(homeNetworks)}

# How long single plays are kept.
store: { retention_days: 400 }
`
