import { createRandom, type Random } from '../../../fuzz/random.ts'

export type { Random } from '../../../fuzz/random.ts'

// FNV-1a (Fowler, Noll and Vo), 32 bits.
const hashOf = (name: string): number => {
  let hash = 0x81_1c_9d_c5
  for (const letter of name) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01_00_01_93)
  return hash >>> 0
}

/** Random numbers that a name determines. */
export const randomOf = (name: string): Random => createRandom(hashOf(name), 0)

/** A whole number from `least` to `most`, both included. */
export const between = (random: Random, least: number, most: number): number =>
  least + random.below(most - least + 1)
