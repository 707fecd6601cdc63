/** What a person who signs in may do. */
export const ROLES = ['owner', 'operator', 'viewer'] as const
export type Role = (typeof ROLES)[number]

/** Areas of the admin API that an operator reads and writes; people, keys and the edges' own keys are the owner's. */
const OPERATED = [
  'accounts',
  'bans',
  'destinations',
  'downloads',
  'findings',
  'history',
  'imports',
  'media',
  'people',
  'rules',
  'sessions',
  'tokens',
] as const

const PERMISSIONS: Readonly<Record<Role, readonly string[]>> = {
  owner: ['*'],
  operator: [
    ...OPERATED.map((area) => `${area}:*`),
    'operations:read',
    'operations:write',
    'audit:read',
    'metrics:read',
    'events:read',
  ],
  // A viewer sees what is played and how much, with names and addresses masked (`mask.ts`).
  viewer: ['sessions:read', 'history:read', 'events:read'],
}

/** What a role may do, as the permissions of routes: `sessions:read`, `bans:*`, `*`. */
export const permissionsOf = (role: Role): readonly string[] => PERMISSIONS[role]

/** Whether granted permissions hold one that is asked for: by its name, by its area (`bans:*`), or all (`*`). */
export const isGranted = (granted: readonly string[], permission: string): boolean => {
  const [area] = permission.split(':')
  return granted.some((one) => one === '*' || one === permission || one === `${area}:*`)
}

/** What of one set of permissions another grants too: `*` and `bans:*` shrink to what is granted of them. */
export const withinGranted = (
  granted: readonly string[],
  wanted: readonly string[],
): readonly string[] => [
  ...new Set([
    ...wanted.filter((one) => isGranted(granted, one)),
    ...granted.filter((one) => isGranted(wanted, one)),
  ]),
]

/** Whether a text names a role. */
export const isRole = (text: string): text is Role => ROLES.some((role) => role === text)
