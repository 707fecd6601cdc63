/** Numbers that look random and are the same for the same seed. */
export interface Random {
  /** 0 to below 1. */
  readonly next: () => number
  /** A whole number from 0 to below `end`. */
  readonly below: (end: number) => number
  readonly pick: <T>(from: readonly T[]) => T
  /** True in one of `n` cases. */
  readonly oneIn: (n: number) => boolean
}

/** xorshift32 (Marsaglia 2003, "Xorshift RNGs"), its state stirred from two numbers. */
export const createRandom = (seed: number, index: number): Random => {
  let state = (Math.imul(seed + 1, 0x9e37_79b1) ^ Math.imul(index + 1, 0x85eb_ca6b)) >>> 0 || 1
  const step = (): number => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    state >>>= 0
    return state
  }
  for (let turn = 0; turn < 8; turn += 1) step()
  const next = () => step() / 2 ** 32
  const below = (end: number) => Math.floor(next() * end)
  return {
    next,
    below,
    oneIn: (n) => below(n) === 0,
    pick: <T>(from: readonly T[]): T => {
      const found = from[below(from.length)]
      if (found === undefined) throw new Error('there is nothing to pick from')
      return found
    },
  }
}
