import type { PlaylistEntry } from '../m3u/playlist.ts'
import { placeHash } from './channel-ids.ts'
import { shortHash, slugOf } from './slug.ts'

/** The names rules may use for a channel: its id, and its `tvg-id` as written. */
export interface NamedChannel {
  readonly id: string
  readonly item: Pick<PlaylistEntry, 'tvgId'>
}

const PLAIN = /^(?:[!-~]+(?: [!-~]+)*)?$/

/** A text as it looks: one form of Unicode, single blanks, no characters without width. */
export const visibleText = (text: string): string =>
  PLAIN.test(text)
    ? text
    : text
        .normalize('NFKC')
        .replace(/\p{Cf}+/gu, '')
        .replace(/\s+/gu, ' ')
        .trim()

/**
 * Names a rule, a selection or an exclusion may be written for, the id first. A `tvg-id` that several
 * entries carry is a name of each of them, although none has it as its id, as it is written and as it looks.
 */
export const channelNames = ({ id, item: { tvgId } }: NamedChannel): readonly string[] => {
  if (tvgId === '' || tvgId === id) return [id]
  const visible = visibleText(tvgId)
  return visible === tvgId || visible === id || visible === '' ? [id, tvgId] : [id, tvgId, visible]
}

/** Names and titles are compared without regard to case, blanks, characters without width and Unicode form. */
export const foldName = (text: string): string => visibleText(text).toLowerCase()

const slugs = new WeakMap<object, string>()

const slugFor = (item: PlaylistEntry): string => {
  const known = slugs.get(item)
  if (known !== undefined) return known
  const slug = slugOf(item.name) || `ch-${shortHash(item.name)}`
  slugs.set(item, slug)
  return slug
}

/** Numbers that exact doubles get, as far as rules are written for them. */
const DOUBLES = [2, 3, 4]

const others = new WeakMap<object, readonly string[]>()

/** Ids that the entry has while others want its `tvg-id` or its name, too, or no longer do. */
export const otherIds = ({ item }: { readonly item: PlaylistEntry }): readonly string[] => {
  const known = others.get(item)
  if (known !== undefined) return known
  const slug = slugFor(item)
  const hashed = `${slug}-${placeHash(item)}`
  const ids = [slug, hashed, ...DOUBLES.map((number) => `${hashed}-${number}`)]
  others.set(item, ids)
  return ids
}

/** Ids made from a name and an address end in eight hex digits, exact doubles in a number behind them. */
const HASHED = /-[0-9a-f]{8}(?:-\d+)?$/
const DOUBLE = /(-[0-9a-f]{8})-\d+$/

/**
 * A test for exclusions by id. It holds for every id that the entry may get while other entries come
 * and go: the `tvg-id`, the slug of the name, and the slug with the hash of the address. A list that
 * writes an id in other letters opens nothing.
 */
export const compileExcludedIds = (
  excluded: readonly string[],
): ((channel: NamedChannel & { readonly item: PlaylistEntry }) => boolean) => {
  const ids = new Set(excluded.map(foldName))
  for (const id of ids) if (DOUBLE.test(id)) ids.add(id.replace(DOUBLE, '$1'))
  const hasHashed = [...ids].some((id) => HASHED.test(id))
  return (channel) => {
    if (channelNames(channel).some((name) => ids.has(foldName(name)))) return true
    return hasHashed ? otherIds(channel).some((id) => ids.has(id)) : ids.has(slugFor(channel.item))
  }
}
