import { compileNameRules } from '#domain/channels/name-test'

/** Where the configuration names auth backends, from the narrowest to the widest. */
export interface AuthBackendChoice {
  /** Channel rules in the order of the file; the first that matches and has an auth backend decides. */
  readonly channels: readonly { readonly match: string; readonly auth: string | null }[]
  /** Auth backends that let nobody in. */
  readonly closed?: ReadonlySet<string>
  readonly groups: readonly { readonly name: string; readonly auth: string | null }[]
  readonly global: string | null
  /** The id alone where not given. */
  readonly naming?: ChannelNaming
}

/** Names by which rules match a channel, by its id. */
export type NamesOf = (id: string) => readonly string[]

/** What channels are called, by their id. */
export interface ChannelNaming {
  readonly names: NamesOf
  /** Ids that it gets while other entries come and go. */
  readonly otherIds: NamesOf
}

/** Picks the auth backend of a channel for a viewer of a group; `null` = none is asked. */
export type ChooseAuthBackend = (channel: string, group: string | null) => string | null

/** Prepares the choice once: channel pattern before group before global. */
export const chooseAuthBackend = (choice: AuthBackendChoice): ChooseAuthBackend => {
  const find = compileNameRules(
    choice.channels.flatMap(({ match, auth }) =>
      auth === null ? [] : [{ match, rule: auth, isClosing: choice.closed?.has(auth) === true }],
    ),
  )
  const groups = new Map(choice.groups.map(({ name, auth }) => [name, auth]))
  return (channel, group) => {
    const names = choice.naming?.names(channel) ?? [channel]
    const byChannel = find({ names, otherIds: () => choice.naming?.otherIds(channel) ?? [] })
    if (byChannel !== undefined) return byChannel
    return (group === null ? null : groups.get(group)) ?? choice.global
  }
}
