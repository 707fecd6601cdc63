import { isChannelId } from '#domain/channels/channel'
import type { PlaylistEntry } from '../m3u/playlist.ts'
import { shortHash, slugOf } from './slug.ts'
import { byCodeUnits, eachInTurns, mapInTurns, sortInTurns } from './yield-to-event-loop.ts'

const countBy = async (texts: Iterable<string>): Promise<Map<string, number>> => {
  const counts = new Map<string, number>()
  await eachInTurns(texts, (text) => counts.set(text, (counts.get(text) ?? 0) + 1))
  return counts
}

/** The address without its query, which in many lists is a token that changes. */
const placeOf = (url: string): string => url.replace(/[?#].*$/, '')

/** The name's slug, or a hash of the name where no letter of it can be kept. */
const baseOf = (entry: PlaylistEntry): string => slugOf(entry.name) || `ch-${shortHash(entry.name)}`

/** Suffix from a hash of the address, for entries of the same name. */
export const placeHash = ({ name, url }: PlaylistEntry): string =>
  shortHash(`${name}\n${placeOf(url)}`)

/** Exact doubles are numbered by address, so that the order of the list does not matter. */
const numberDoubles = async (entries: readonly PlaylistEntry[], ids: string[]): Promise<void> => {
  const used = await countBy(ids)
  const doubled: number[] = []
  for (const [index, id] of ids.entries()) if ((used.get(id) ?? 0) > 1) doubled.push(index)
  const order = await sortInTurns(
    doubled,
    (a, b) => byCodeUnits(entries[a]?.url ?? '', entries[b]?.url ?? '') || a - b,
  )
  const seen = new Set<string>()
  /** The number that the last double of an id got: those below are taken. */
  const last = new Map<string, number>()
  await eachInTurns(order, (index) => {
    const id = ids[index] ?? ''
    let free = id
    let count = last.get(id) ?? 2
    for (; seen.has(free) || (free !== id && used.has(free)); count += 1) free = `${id}-${count}`
    seen.add(free)
    last.set(id, count)
    ids[index] = free
  })
}

/**
 * An id per entry: its `tvg-id` where legal and unique, else its name's slug, else slug and a hash
 * of the address. It depends on the entry and on what else wants the same id, never on the order,
 * so control planes agree without exchanging anything.
 */
export const assignChannelIds = async (entries: readonly PlaylistEntry[]): Promise<string[]> => {
  const tvgIds = await countBy(entries.map((entry) => entry.tvgId))
  const isOwn = (entry: PlaylistEntry): boolean =>
    tvgIds.get(entry.tvgId) === 1 && isChannelId(entry.tvgId)
  const taken = new Set<string>()
  const bases = await mapInTurns(entries, (entry) => {
    if (!isOwn(entry)) return baseOf(entry)
    taken.add(entry.tvgId)
    return ''
  })
  const slugs = await countBy(bases)
  let index = 0
  const ids = await mapInTurns(entries, (entry) => {
    const base = bases[index] ?? ''
    index += 1
    if (base === '') return entry.tvgId
    if (slugs.get(base) === 1 && !taken.has(base)) return base
    return `${base}-${placeHash(entry)}`
  })
  await numberDoubles(entries, ids)
  return ids
}
