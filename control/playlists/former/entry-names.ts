import type { Channel, EntryNames } from '../catalogue/channel.ts'

const NOTHING: readonly Channel[] = []

/** What a channel is called. */
export const entryNamesOf = ({ id, item: { tvgId }, name, titles }: Channel): EntryNames => ({
  id,
  tvgId,
  name,
  titles,
})

const isSameList = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((text, index) => text === b[index])

/** Whether both are called the same, in the same order of titles. */
const areSameNames = (a: EntryNames, b: EntryNames): boolean =>
  a.id === b.id && a.tvgId === b.tvgId && a.name === b.name && isSameList(a.titles, b.titles)

/** Whether the entries of an address are called the same, in any order. */
export const areSameEntries = (a: readonly EntryNames[], b: readonly EntryNames[]): boolean =>
  a.length === b.length && a.every((names) => b.some((it) => areSameNames(names, it)))

/** A channel under other names, alone. */
export const calledAs = (channel: Channel, { id, tvgId, name, titles }: EntryNames): Channel => {
  const { former: _, beside: __, ...rest } = channel
  return { ...rest, id, name, titles, item: { ...channel.item, tvgId, name, titles: [...titles] } }
}

/** A channel as the entries of its address were called, each beside the others. */
export const calledAsEach = (channel: Channel, called: readonly EntryNames[]): Channel[] =>
  called.map((names) => {
    const one = calledAs(channel, names)
    return called.length === 1 ? one : { ...one, beside: called.filter((it) => it !== names) }
  })

/** A channel as it was called before: by the titles it has now as well, since by title a group leaves the choice to the list. */
export const asFormer = (channel: Channel, called: readonly EntryNames[]): Channel[] =>
  calledAsEach(channel, called).map((former) => {
    const titles = [...new Set([...channel.titles, ...former.titles])]
    return { ...former, titles, item: { ...former.item, titles } }
  })

/** A channel as the other entries of its address are called. */
export const besideOf = (channel: Channel): readonly Channel[] =>
  channel.beside === undefined ? NOTHING : channel.beside.map((names) => calledAs(channel, names))

/** Ids, or where they had one `tvg-id`s, that a channel had before. */
export const formerNames = ({ former = [] }: Pick<Channel, 'former'>): string[] => [
  ...new Set(former.flat().map(({ id, tvgId }) => tvgId || id)),
]
