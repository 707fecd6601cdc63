import { readJson } from '#domain/read-json'
/** The control plane's report when it is ready; `--json` prints it. */
export interface ReadyReport {
  /** Empty where there is none; `null` where only the operator's own nginx knows it. */
  readonly edge: string | null
  readonly admin: string
  readonly adminToken: string
  readonly dashboard: string
  /** Opens the dashboard once, for 15 minutes; `null` where people sign in by name. */
  readonly signIn: string | null
  readonly accounts: readonly {
    readonly name: string
    readonly token: string
    readonly maxSessions: number | null
    readonly playlist: string
  }[]
  readonly groups: readonly {
    readonly name: string
    readonly networks: readonly string[]
    readonly countries: readonly string[]
    readonly default: boolean
    readonly channels: number
  }[]
}

/** The report as text, with commands to try next. */
export function banner(ready: ReadyReport, state: string): string {
  const { edge, admin, adminToken, accounts, groups } = ready
  if (admin === '') return edgeBanner(edge, state)
  if (edge === '') return homeBanner(ready, state)
  const lines = ['', 'Gatehouse is running.', '', ...playlistLines(edge)]
  lines.push(...dashboardLines(ready))
  lines.push(
    `  Admin API   ${admin}/api/v1`,
    `  Admin token ${adminToken}`,
    `  State       ${state}`,
    '',
  )
  lines.push(groups.length > 0 ? '  Groups' : '  Groups      none: every viewer is refused')
  for (const group of groups) {
    const named = group.default ? ['everyone else'] : [...group.networks, ...group.countries]
    const who = named.length > 0 ? named : ['accounts that name it']
    lines.push(
      `    ${group.name.padEnd(12)} ${String(group.channels).padStart(5)} channels  ${who.join(', ')}`,
    )
  }
  if (accounts.length > 0) lines.push('', '  Accounts', ...accounts.flatMap(accountLines))
  if (accounts.length > 0) lines.push('', ...nextSteps(ready))
  return [...lines, '', 'Ctrl-C stops everything.', ''].join('\n')
}

/** Where the playlist is. */
function playlistLines(edge: string | null): string[] {
  if (edge !== null) return [`  Playlist    ${edge}/playlist.m3u`]
  return [
    '  Playlist    /playlist.m3u, where your own nginx listens',
    '              (edge.public_url names that address, here and in playlists)',
  ]
}

/** Where the dashboard is, and the link that opens it without a password. */
function dashboardLines({ dashboard, signIn }: ReadyReport): string[] {
  const line = `  Dashboard   ${signIn ?? dashboard}`
  return signIn === null
    ? [line]
    : [line, '              (this link signs in once, within 15 minutes)']
}

/** The report of an installation without an edge, and so without playlists. */
function homeBanner(ready: ReadyReport, state: string): string {
  const { admin, adminToken } = ready
  return [
    '',
    'Gatehouse is running, for media servers alone.',
    '',
    ...dashboardLines(ready),
    `  Admin API   ${admin}/api/v1`,
    `  Admin token ${adminToken}`,
    `  State       ${state}`,
    '',
    '  Try',
    `    ./scripts/gatehouse servers --state ${state}`,
    `    ./scripts/gatehouse sessions --state ${state}`,
    '',
    'Ctrl-C stops everything.',
    '',
  ].join('\n')
}

/** The report of an edge without control plane, and so without dashboard and groups. */
function edgeBanner(edge: string | null, state: string): string {
  const lines = ['', 'The edge is running.', '', ...playlistLines(edge)]
  return [...lines, `  State       ${state}`, '', 'Ctrl-C stops it.', ''].join('\n')
}

function accountLines(account: ReadyReport['accounts'][number]): string[] {
  const cap = account.maxSessions ?? 'any number of'
  const streams = account.maxSessions === 1 ? 'stream' : 'streams'
  return [`    ${account.name}: ${cap} ${streams} at once`, `      ${account.playlist}`]
}

function nextSteps({ edge, accounts }: ReadyReport): string[] {
  const [first] = accounts
  const list = `${edge ?? ''}/playlist.m3u`
  return [
    '  Try',
    `    vlc '${first?.playlist}'`,
    '      Open it in another player beside the first: the second screen is refused.',
    `    curl -H 'X-Forwarded-For: 192.168.1.20' ${list}`,
    '      A viewer at home gets every channel …',
    `    curl -H 'X-Forwarded-For: 203.0.113.9' ${list}`,
    '      … a stranger gets the short list at the same address.',
  ]
}

/** Reads the control plane's report; `null` when it is not one. */
export function readReady(body: string): ReadyReport | null {
  return readJson(body, isReady)
}

function isReady(read: unknown): read is ReadyReport {
  if (typeof read !== 'object' || read === null) return false
  return (
    'edge' in read &&
    'admin' in read &&
    'adminToken' in read &&
    'dashboard' in read &&
    'accounts' in read &&
    Array.isArray(read.accounts) &&
    'groups' in read &&
    Array.isArray(read.groups)
  )
}
