import { isChannelId } from '#domain/channels/channel'
import type { PlaylistEntry } from '../m3u/playlist.ts'
import { shortHash, slugOf } from './slug.ts'
import { yieldEvery } from './yield-to-event-loop.ts'

const countBy = (texts: readonly string[]): Map<string, number> => {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
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
const numberDoubles = (
  entries: readonly PlaylistEntry[],
  ids: string[],
  used: Set<string>,
): void => {
  const order = ids.map((_, index) => index)
  order.sort((a, b) => {
    const [left, right] = [entries[a]?.url ?? '', entries[b]?.url ?? '']
    return left < right ? -1 : left > right ? 1 : a - b
  })
  const seen = new Set<string>()
  for (const index of order) {
    const id = ids[index] ?? ''
    let free = id
    for (let count = 2; seen.has(free) || (count > 2 && used.has(free)); count += 1)
      free = `${id}-${count}`
    seen.add(free)
    ids[index] = free
  }
}

/**
 * An id per entry: its `tvg-id` where legal and unique, else its name's slug, else slug and a hash
 * of the address. It depends on the entry and on what else wants the same id, never on the order,
 * so control planes agree without exchanging anything.
 */
export const assignChannelIds = async (entries: readonly PlaylistEntry[]): Promise<string[]> => {
  const tvgIds = countBy(entries.map((entry) => entry.tvgId))
  const isOwn = (entry: PlaylistEntry): boolean =>
    isChannelId(entry.tvgId) && tvgIds.get(entry.tvgId) === 1
  const taken = new Set(entries.filter(isOwn).map((entry) => entry.tvgId))
  const bases: string[] = []
  for (const [index, entry] of entries.entries()) {
    await yieldEvery(index)
    bases.push(isOwn(entry) ? '' : baseOf(entry))
  }
  const slugs = countBy(bases)
  const ids = entries.map((entry, index) => {
    const base = bases[index] ?? ''
    if (base === '') return entry.tvgId
    if (slugs.get(base) === 1 && !taken.has(base)) return base
    return `${base}-${placeHash(entry)}`
  })
  numberDoubles(entries, ids, new Set(ids))
  return ids
}
