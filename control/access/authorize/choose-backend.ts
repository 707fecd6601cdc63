import { compileNameTest } from '#domain/channels/name-test'

/** Where the configuration names auth backends, from the narrowest to the widest. */
export interface AuthBackendChoice {
  /** Channel rules in the order of the file; the first that matches and has an auth backend decides. */
  readonly channels: readonly { readonly match: string; readonly auth: string | null }[]
  readonly groups: readonly { readonly name: string; readonly auth: string | null }[]
  readonly global: string | null
  /** All names of a channel by its id; the id alone where not given. */
  readonly namesOf?: NamesOf
}

/** Names by which rules match a channel, by its id. */
export type NamesOf = (id: string) => readonly string[]

/** Picks the auth backend of a channel for a viewer of a group; `null` = none is asked. */
export type ChooseAuthBackend = (channel: string, group: string | null) => string | null

/** Prepares the choice once: channel pattern before group before global. */
export const chooseAuthBackend = (choice: AuthBackendChoice): ChooseAuthBackend => {
  const patterns = choice.channels.flatMap(({ match, auth }) =>
    auth === null ? [] : [{ fits: compileNameTest(match), auth }],
  )
  const groups = new Map(choice.groups.map(({ name, auth }) => [name, auth]))
  return (channel, group) => {
    const names = choice.namesOf?.(channel) ?? [channel]
    const byChannel = patterns.find(({ fits }) => fits(names))
    if (byChannel !== undefined) return byChannel.auth
    return (group === null ? null : groups.get(group)) ?? choice.global
  }
}
