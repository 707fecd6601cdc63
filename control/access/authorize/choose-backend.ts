/** Where the configuration names auth backends, from the narrowest to the widest. */
export interface AuthBackendChoice {
  /** In the order of the file; the first pattern that fits and names an auth backend counts. */
  readonly channels: readonly { readonly match: string; readonly auth: string | null }[]
  readonly groups: readonly { readonly name: string; readonly auth: string | null }[]
  readonly global: string | null
}

/** Picks the auth backend of a channel for a viewer of a group; `null` = none is asked. */
export type ChooseAuthBackend = (channel: string, group: string | null) => string | null

/** Prepares the choice once: channel pattern before group before global. */
export const chooseAuthBackend = (choice: AuthBackendChoice): ChooseAuthBackend => {
  const patterns = choice.channels.flatMap(({ match, auth }) =>
    auth === null ? [] : [{ pattern: new RegExp(match, 'u'), auth }],
  )
  const groups = new Map(choice.groups.map(({ name, auth }) => [name, auth]))
  return (channel, group) => {
    const byChannel = patterns.find(({ pattern }) => pattern.test(channel))
    if (byChannel !== undefined) return byChannel.auth
    return (group === null ? null : groups.get(group)) ?? choice.global
  }
}
