import type { Channel, Face } from '../catalogue/channel.ts'

const NOTHING: readonly Channel[] = []

/** What a channel is called. */
export const faceOf = ({ id, item: { tvgId }, name, titles }: Channel): Face => ({
  id,
  tvgId,
  name,
  titles,
})

const isSameList = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((text, index) => text === b[index])

/** Whether both are called the same, in the same order of titles. */
export const isSameFace = (a: Face, b: Face): boolean =>
  a.id === b.id && a.tvgId === b.tvgId && a.name === b.name && isSameList(a.titles, b.titles)

/** A channel under other names, alone. */
export const asFace = (channel: Channel, { id, tvgId, name, titles }: Face): Channel => {
  const { former: _, beside: __, ...rest } = channel
  return { ...rest, id, name, titles, item: { ...channel.item, tvgId, name, titles: [...titles] } }
}

/** A channel as it was called before: by the titles it has now as well, since by title a group leaves the choice to the list. */
export const asFormer = (channel: Channel, face: Face): Channel => {
  const titles = [...new Set([...channel.titles, ...face.titles])]
  return asFace(channel, { ...face, titles })
}

/** A channel as the other entries of its address are called. */
export const besideOf = (channel: Channel): readonly Channel[] =>
  channel.beside === undefined ? NOTHING : channel.beside.map((face) => asFace(channel, face))

/** Ids, or where they had one `tvg-id`s, that a channel had before. */
export const formerNames = ({ former = [] }: Pick<Channel, 'former'>): string[] => [
  ...new Set(former.flat().map(({ id, tvgId }) => tvgId || id)),
]
