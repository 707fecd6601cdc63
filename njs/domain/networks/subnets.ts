import { type Address, parseAddress, wordAt } from './address.ts'

/** One level of the table: the key of a page is the address' first `keyBits` bits, its records say which group begins at each value of the next bits, up to `toBits`. */
export interface PageLevel {
  readonly letter: string
  readonly keyBits: number
  readonly toBits: number
}

/** Levels of each family, finest first; a page that one group covers whole is a record of the level above. */
export const pageLevels: Readonly<Record<4 | 6, readonly PageLevel[]>> = {
  4: [
    { letter: '4', keyBits: 16, toBits: 32 },
    { letter: '3', keyBits: 8, toBits: 16 },
  ],
  6: [
    { letter: '6', keyBits: 32, toBits: 64 },
    { letter: '7', keyBits: 24, toBits: 32 },
    { letter: '8', keyBits: 12, toBits: 24 },
    { letter: '9', keyBits: 0, toBits: 12 },
  ],
}

/** Characters of a group code in a record. */
export const codeLength = 4

/** The code of addresses outside every group's networks. */
export const noGroup = '----'

/** Key prefix of the entries that map a group code to its group id. */
export const groupKeyPrefix = 'g'

/** Hex digits of a step number in a level's records. */
export const stepDigits = (level: PageLevel): number =>
  Math.ceil((level.toBits - level.keyBits) / 4)

/** Binary search for the code that holds at `step`: records are step and code, of fixed width, ascending, the first for step zero. */
const findRecord = (page: string, step: string): string => {
  const width = step.length + codeLength
  let low = 0
  let high = page.length / width - 1
  while (low < high) {
    const middle = (low + high + 1) >>> 1
    if (page.slice(middle * width, middle * width + step.length) <= step) low = middle
    else high = middle - 1
  }
  return page.slice(low * width + step.length, (low + 1) * width)
}

/** The first 64 bits as 16 hex digits, or IPv4's 32 as 8. */
const leadingHex = (address: Address): string => {
  const first = wordAt(address, 0).toString(16).padStart(8, '0')
  return address.family === 4 ? first : first + wordAt(address, 1).toString(16).padStart(8, '0')
}

/** Longest-prefix match: the id of the group that has the address, or `null`. `get` reads one value of the table. */
export const lookupAddress = (
  get: (key: string) => string | undefined,
  address: Address,
): string | null => {
  const hex = leadingHex(address)
  for (const level of pageLevels[address.family]) {
    const split = level.keyBits / 4
    const page = get(level.letter + hex.slice(0, split))
    if (page) {
      const code = findRecord(page, hex.slice(split, level.toBits / 4))
      return code === noGroup ? null : (get(groupKeyPrefix + code) ?? null)
    }
  }
  return null
}

/** `lookupAddress` for text; `null` also where the text is not an address. */
export const lookup = (
  get: (key: string) => string | undefined,
  address: string,
): string | null => {
  const parsed = parseAddress(address)
  return parsed && lookupAddress(get, parsed)
}
