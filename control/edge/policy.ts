import { createHash } from 'node:crypto'
import { hostOfOrigin } from '#domain/addresses/resolve'
import type { EdgeGroup, EdgeOrigin, EdgePolicy } from '#domain/channels/protocol'
import type { Config, GroupConfig } from '../config/schema/schema.ts'

/** Seconds for which edges extend leases in use without an answer of the control plane: a day. */
const GRACE_SEC = 86_400
const GRACE_LEASE_SEC = 120
const GRACE_PASS_SEC = 86_400

const edgeGroup = (group: GroupConfig, config: Config, listVersion: string): EdgeGroup => ({
  id: group.name,
  failMode: group.fail_mode,
  binding: config.edge.group_binding,
  ticketTtlSec: group.ticket_ttl_sec,
  cap: group.max_sessions,
  isDefault: group.default,
  requiresAccount: group.require_account,
  countries: group.countries.map((country) => country.toUpperCase()),
  listVersion,
  redirect: group.redirect,
  inferredAgents: group.inferred_agents.map((agent) => agent.toLowerCase()),
  ...(group.slates === null ? {} : { slates: group.slates }),
})

/** The configured origins, as edges know them. */
export const edgeOrigins = ({ origins }: Pick<Config, 'origins'>): EdgeOrigin[] =>
  origins.map(({ url, redirects, share }) => ({
    host: hostOfOrigin(new URL(url).origin),
    redirects: redirects.map((host) => host.toLowerCase()),
    shares: share === 'auto',
  }))

/** The policy sent to edges, from the configuration and the present versions of lists. */
export const buildPolicy = (
  config: Config,
  listVersions: ReadonlyMap<string, string>,
  guideVersion = 'none',
): EdgePolicy => {
  const policy = {
    groups: config.groups.map((group) =>
      edgeGroup(group, config, listVersions.get(group.name) ?? 'none'),
    ),
    publicUrl: config.edge.public_url,
    asksWithoutToken: config.auth_backends.length + config.secure_links.length > 0,
    roamAfterSec: config.clocks.takeover_sec,
    graceSec: GRACE_SEC,
    // Edges report a session as often as its lease asks for: within the silence after which control gives its slot to another.
    graceLeaseSec: Math.min(GRACE_LEASE_SEC, config.clocks.idle_sec),
    gracePassSec: GRACE_PASS_SEC,
    origins: edgeOrigins(config),
    manifestMs: config.edge.manifest_sec === null ? null : config.edge.manifest_sec * 1000,
    panelApi: config.apps.panel_api,
    guideVersion,
    hasPictures: config.pictures.through.length > 0,
  }
  const version = createHash('sha256').update(JSON.stringify(policy)).digest('base64url')
  return { version: version.slice(0, 12), ...policy }
}
