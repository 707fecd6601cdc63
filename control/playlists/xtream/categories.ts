import { createHash } from 'node:crypto'
import type { Channel } from '../catalogue/channel.ts'

/** A category of `get_live_categories`. */
export interface Category {
  readonly number: number
  readonly name: string
}

/** Where channels without a group-title are. */
const UNTITLED = 'Other'

const MOST = 999_999_999

const wished = (title: string, attempt: number): number =>
  1 + (createHash('sha256').update(`${attempt}\0${title}`).digest().readUInt32BE(0) % MOST)

/** The titles a channel stands under; never none. */
export const titlesOf = ({ titles }: Pick<Channel, 'titles'>): readonly string[] =>
  titles.length === 0 ? [UNTITLED] : titles

/** The categories of channels by their titles, in the order they appear; a number is made from its title alone. */
export const categoriesOf = (
  channels: readonly Pick<Channel, 'titles'>[],
): ReadonlyMap<string, Category> => {
  const found = new Map<string, Category>()
  const taken = new Set<number>()
  for (const channel of channels)
    for (const name of titlesOf(channel)) {
      if (found.has(name)) continue
      let attempt = 0
      while (taken.has(wished(name, attempt))) attempt += 1
      const number = wished(name, attempt)
      taken.add(number)
      found.set(name, { number, name })
    }
  return found
}
