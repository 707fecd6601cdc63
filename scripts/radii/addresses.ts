import { readFileSync } from 'node:fs'
import { formatAddress, parseAddress } from '#domain/networks/network'

/** Random numbers from 0 to below 1. */
export type Draw = () => number

const GROUPS = 8
const GROUP_BITS = 16

/** An IPv6 address from its groups, in its canonical text. */
const sixthOf = (groups: readonly number[]): string => {
  const text = groups.map((group) => group.toString(16)).join(':')
  const address = parseAddress(text)
  return address === null ? text : formatAddress(address)
}

const groupsOf = (number: bigint): number[] =>
  Array.from({ length: GROUPS }, (_, i) =>
    Number((number >> BigInt(GROUP_BITS * (GROUPS - 1 - i))) & 0xff_ffn),
  )

/** The groups of an IPv6 address in canonical text. */
const parsedGroups = (address: string): number[] => {
  const [head = '', tail = ''] = address.split('::')
  const of = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16))
  const [left, right] = [of(head), of(tail)]
  return [
    ...left,
    ...Array.from({ length: GROUPS - left.length - right.length }, () => 0),
    ...right,
  ]
}

/** An address whose bits after the first `bits` are random; `bits` is a multiple of 8 for IPv4 and of 16 for IPv6. */
export const neighbourOf = (address: string, bits: number, draw: Draw): string => {
  if (address.includes(':')) {
    const kept = bits / GROUP_BITS
    return sixthOf(
      parsedGroups(address).map((group, i) => (i < kept ? group : Math.floor(draw() * 2 ** 16))),
    )
  }
  const kept = bits / 8
  return address
    .split('.')
    .map((byte, i) => (i < kept ? byte : Math.floor(draw() * 256)))
    .join('.')
}

/** Random IPv4 addresses. */
export const fourthAddresses = function* (count: number, draw: Draw): Generator<string> {
  for (let i = 0; i < count; i += 1) {
    const first = 1 + Math.floor(draw() * 223)
    yield [first, ...Array.from({ length: 3 }, () => Math.floor(draw() * 256))].join('.')
  }
}

/** First and last addresses of IPv6 networks that are announced, from CSV files of autonomous systems. */
const announced = (files: readonly string[]): (readonly [bigint, bigint])[] =>
  files
    .filter((path) => /ipv?6.*\.csv$/i.test(path))
    .flatMap((path) => readFileSync(path, 'utf8').trimEnd().split('\n'))
    .map((line) => {
      const [first = '0', last = '0'] = line.split(',')
      return [BigInt(first), BigInt(last)] as const
    })

/** Random addresses of announced IPv6 networks, each network as likely; none where no CSV file names them. */
export const sixthAddresses = function* (
  count: number,
  asnFiles: readonly string[],
  draw: Draw,
): Generator<string> {
  const networks = announced(asnFiles)
  for (let i = 0; i < count && networks.length > 0; i += 1) {
    const [first, last] = networks[Math.floor(draw() * networks.length)] ?? [0n, 0n]
    const share = BigInt(Math.floor(draw() * 2 ** 48))
    yield sixthOf(groupsOf(first + (((last - first) * share) >> 48n)))
  }
}
