import { compileNameRules, type RuleNames } from '#domain/channels/name-test'
import { memoizeOf } from '#domain/memoize'

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
  /** Another object whenever names may have changed; without it, they are looked at each time. */
  readonly version?: () => object
  readonly names: NamesOf
  /** Ids that it gets while other entries come and go. */
  readonly otherIds: NamesOf
  /** What its address was called before, oldest first: rules for those names close it, too. */
  readonly former?: (id: string) => readonly (readonly RuleNames[])[]
  /** What other entries of its address are called. */
  readonly beside?: (id: string) => readonly RuleNames[]
}

/** Picks the auth backends of a channel for a viewer of a group, all of which have to admit; `null` = none is asked. */
export type ChooseAuthBackend = (channel: string, group: string | null) => string | null

/** No name of an auth backend has it. */
const AND = ' & '

/** The name that stands for all of these, each once. */
export const joinBackends = (names: readonly string[]): string => [...new Set(names)].join(AND)

/** The auth backends that have to admit, in the order they are asked in. */
export const backendsOf = (joined: string): readonly string[] => joined.split(AND)

type Find = (names: RuleNames) => string | undefined

/** Backends that a channel was opened by under other names: the rules of all entries that its address had then, or where none had one, that for all. */
const backendsBefore = (
  former: readonly (readonly RuleNames[])[],
  find: Find,
  fallback: string | null,
): string[] =>
  former.flatMap((same) => {
    const ruled = same.flatMap((it) => find(it) ?? [])
    return ruled.length > 0 ? ruled : (fallback ?? [])
  })

const otherNames = (channel: string, naming: ChannelNaming | undefined) => ({
  former: naming?.former?.(channel) ?? [],
  beside: naming?.beside?.(channel) ?? [],
})

/** Prepares the choice once: channel pattern before group before global. */
export const chooseAuthBackend = (choice: AuthBackendChoice): ChooseAuthBackend => {
  const { closed = new Set<string>(), naming } = choice
  const find = compileNameRules(
    choice.channels.flatMap(({ match, auth }) =>
      auth === null ? [] : [{ match, rule: auth, isClosing: closed.has(auth) }],
    ),
  )
  const groups = new Map(choice.groups.map(({ name, auth }) => [name, auth]))
  const choose = (channel: string, fallback: string | null): string | null => {
    const names = naming?.names(channel) ?? [channel]
    const own = find({ names, otherIds: () => naming?.otherIds(channel) ?? [] }) ?? fallback
    const asked = own === null ? [] : [own]
    const { former, beside } = otherNames(channel, naming)
    if (former.length + beside.length === 0) return own
    const all = [
      ...asked,
      ...backendsBefore(former, find, fallback),
      ...beside.flatMap((it) => find(it) ?? []),
    ]
    return all.find((it) => closed.has(it)) ?? (all.length === 0 ? null : joinBackends(all))
  }
  const version = naming?.version
  const keptOf = (fallback: string | null): ((channel: string) => string | null) => {
    const chosen = (channel: string): string | null => choose(channel, fallback)
    return version === undefined ? chosen : memoizeOf(version, chosen)
  }
  // By what holds where no rule does.
  const kept = new Map([...groups.values()].map((auth) => [auth, keptOf(auth ?? choice.global)]))
  const byDefault = keptOf(choice.global)
  return (channel, group) =>
    ((group === null ? undefined : kept.get(groups.get(group) ?? null)) ?? byDefault)(channel)
}
