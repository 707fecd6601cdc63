import { createHash } from 'node:crypto'
import {
  byCodeUnits,
  eachInTurns,
  filterInTurns,
  mapInTurns,
  sortInTurns,
} from '../catalogue/yield-to-event-loop.ts'

/** Gives each channel the number that apps call it by. */
export type NumbersOf = (ids: readonly string[]) => Promise<ReadonlyMap<string, number>>

/**
 * Where numbers are claimed: for each wish, the channel id that has the number from now on, which is the one that came first. Of far more claims than
 * there are channels, those of `held` stay, the numbers of channels that are there. Rejects where the place cannot be reached.
 */
export type ClaimNumbers = (
  wishes: readonly { readonly number: number; readonly id: string }[],
  held: ReadonlyMap<string, number>,
) => Promise<readonly string[]>

/** Ten digits that fit in 31 bits, as Java's int: apps keep numbers there. */
const FIRST = 1_000_000_000
const COUNT = 2 ** 31 - FIRST

/** The number a channel wishes for at its `attempt`-th try, from 0: a hash of its id. */
export const wishedNumber = (id: string, attempt: number): number =>
  FIRST + (createHash('sha256').update(`${attempt}\0${id}`).digest().readUInt32BE(0) % COUNT)

const createOwnClaims = (): ClaimNumbers => {
  let owners = new Map<number, string>()
  return async (wishes, held) => {
    if (owners.size > 2 * (held.size + wishes.length)) {
      owners = new Map()
      await eachInTurns(held, ([id, number]) => owners.set(number, id))
    }
    return await mapInTurns(wishes, ({ number, id }) => {
      const owner = owners.get(number) ?? id
      owners.set(number, owner)
      return owner
    })
  }
}

/** Both, made in turns. */
const union = async (
  held: ReadonlyMap<string, number>,
  found: ReadonlyMap<string, number>,
): Promise<Map<string, number>> => {
  const all = new Map<string, number>()
  for (const numbers of [held, found])
    await eachInTurns(numbers, ([id, number]) => all.set(id, number))
  return all
}

/** Claims until every id has a number; an id whose number is taken tries its next one. */
const settle = async (
  ids: readonly string[],
  claim: ClaimNumbers,
  held: ReadonlyMap<string, number>,
  isReserved: (number: number) => boolean,
): Promise<Map<string, number>> => {
  const found = new Map<string, number>()
  let waiting = await sortInTurns(ids, byCodeUnits)
  for (let attempt = 0; waiting.length > 0; attempt += 1) {
    const wishes = await mapInTurns(waiting, (id) => ({ id, number: wishedNumber(id, attempt) }))
    const owners = await claim(wishes, await union(held, found))
    await eachInTurns(wishes.entries(), ([index, { id, number }]) => {
      if (owners[index] === id && !isReserved(number)) found.set(id, number)
    })
    waiting = await filterInTurns(waiting, (id) => !found.has(id))
  }
  return found
}

/**
 * Numbers of channels: made from the channel's id alone, so that restarts, the order of lists and changes of the source leave them, and every control
 * plane comes to the same. Where two ids make the same number, the one that claimed it first keeps it in `shared`. While that cannot be
 * reached, this process decides, and claims what it gave as soon as it can.
 */
export const createStreamNumbers = (
  shared: ClaimNumbers | null,
  warn: (error: unknown) => void = () => undefined,
): NumbersOf => {
  const own = createOwnClaims()
  let known = new Map<string, number>()
  const unclaimed = new Set<string>()
  return async (ids) => {
    const channels = new Set<string>()
    await eachInTurns(ids, (id) => channels.add(id))
    const isReserved = (number: number): boolean => channels.has(String(number))
    // Lists that name their channels anew at every refresh would fill the memory. What was made before keeps its numbers.
    if (known.size > 2 * channels.size) {
      const kept = new Map<string, number>()
      await eachInTurns(known, ([id, number]) => {
        if (channels.has(id)) kept.set(id, number)
      })
      known = kept
      await eachInTurns(unclaimed, (id) => {
        if (!channels.has(id)) unclaimed.delete(id)
      })
    }
    const wanted = await filterInTurns(ids, (id) => !known.has(id) || unclaimed.has(id))
    if (wanted.length === 0) return known
    const settled = await settle(wanted, shared ?? own, known, isReserved).catch(
      async (error: unknown) => {
        warn(error)
        await eachInTurns(wanted, (id) => unclaimed.add(id))
        const fresh = await filterInTurns(wanted, (id) => !known.has(id))
        await eachInTurns(await settle(fresh, own, known, isReserved), ([id, number]) =>
          known.set(id, number),
        )
        return null
      },
    )
    if (settled === null) return known
    await eachInTurns(settled, ([id, number]) => {
      known.set(id, number)
      unclaimed.delete(id)
    })
    return known
  }
}
