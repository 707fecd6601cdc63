/** An address as text, from its number. */
export const textOf = (value: bigint, family: 4 | 6): string => {
  const [size, bits] = family === 4 ? [4, 8n] : [8, 16n]
  const groups = Array.from(
    { length: size },
    (_, i) => (value >> (bits * BigInt(size - 1 - i))) & ((1n << bits) - 1n),
  )
  return family === 4 ? groups.join('.') : groups.map((group) => group.toString(16)).join(':')
}
