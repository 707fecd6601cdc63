import { stringify } from 'yaml'

/** Answers to `init` for an installation with channels. */
export interface EdgeAnswers {
  /** M3U file or address. */
  readonly playlist: string
  readonly listen: string
  readonly admin: string
  readonly maxSessions: number
  /** Networks of the operator's home, whose viewers get every channel. */
  readonly networks: readonly string[]
}

const sourceText = (playlist: string): string =>
  `${/^https?:\/\//i.test(playlist) ? 'url' : 'file'}: ${stringify(playlist).trim()}`

const homeGroup = ({ networks, maxSessions }: EdgeAnswers): string =>
  networks.length === 0
    ? ''
    : `  # Longest prefix first: who comes from here gets every channel.
  - name: home
    networks: ${JSON.stringify(networks)}
    max_sessions: ${maxSessions}
    limitation: replace
`

/** A configuration for an operator of channels: playlists by group, caps, and sharing detection at the edge. */
export const edgeConfig = (
  answers: EdgeAnswers,
): string => `# Gatehouse for channels: it serves a playlist to each group of viewers, keeps caps, and says which accounts are shared.
# Every setting: docs/reference.md. By task: docs/.

edge:
  # Where viewers connect.
  listen: ${answers.listen}
  # Proxies in front of it whose X-Forwarded-For is believed; nobody else's is.
  trusted_proxies: []

# The admin API and dashboard. Its token is in the state folder, admin-token.
admin:
  listen: ${answers.admin}

# Where the channels come from.
sources:
  - name: main
    ${sourceText(answers.playlist)}
    refresh_sec: 300

# Who gets which channels, and how many streams at once.
groups:
${homeGroup(answers)}  - name: everyone
    default: true
    # channels: { titles: [News] }
    max_sessions: ${answers.maxSessions}
    limitation: replace
`
