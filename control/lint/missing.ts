/** Whom a group takes. */
interface Taking {
  readonly networks: readonly unknown[]
  readonly countries: readonly unknown[]
  readonly accounts: readonly unknown[]
  readonly default: boolean
}

const takesSomebody = (group: Taking): boolean =>
  group.default || [group.networks, group.countries, group.accounts].some((list) => list.length > 0)

/** The part of a configuration that says whom it serves with what. */
export interface Served {
  readonly sources: readonly unknown[]
  readonly groups: readonly Taking[]
  readonly media_servers: readonly unknown[]
  readonly control: { readonly urls: readonly string[]; readonly edge_key_file: string | null }
  readonly demo: { readonly enabled: boolean }
}

/** Warns where a valid configuration lets nobody watch anything. */
export const missingParts = (config: Served): string[] => {
  // An edge on another machine has both from its control plane.
  if (config.control.urls.length > 0)
    return config.control.edge_key_file === null
      ? [
          'control.urls needs control.edge_key_file: `gatehouse edges add` on a control plane prints the key; this edge does not start without it',
        ]
      : []
  if (config.demo.enabled) return []
  const [hasSources, hasGroups] = [config.sources.length > 0, config.groups.length > 0]
  if (hasSources && !hasGroups)
    return [
      'there are no groups: every viewer is refused (group.none); add `groups: [{ name: everyone, default: true }]`',
    ]
  if (hasSources && !config.groups.some(takesSomebody))
    return [
      'no group takes anybody but accounts that name it: all others are refused (group.none); give one `networks` or `countries`, or `default: true`',
    ]
  if (hasGroups && !hasSources)
    return ['there are no sources: every list is empty; name a playlist in `sources`']
  return hasSources || config.media_servers.length > 0
    ? []
    : [
        'there are neither sources nor media servers: nobody watches anything; `gatehouse init` writes a configuration to begin with',
      ]
}
