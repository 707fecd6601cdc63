import type { Address } from '../networks/address.ts'
import { compileNetworks, findNetwork } from './rule-networks.ts'

export type RuleAction = 'allow' | 'deny'
export type RuleKind = 'token' | 'ip' | 'country' | 'ua'

/**
 * A one-way hash to text (SHA-256): tokens are looked up by their hash, so that the time of a look-up reveals nothing about
 * them.
 */
export type Digest = (text: string) => string

/** A request, prepared for comparison with the lists. */
export interface PreparedRequest {
  readonly tokenDigest: string | null
  readonly address: Address | null
  /** Upper case. */
  readonly country: string | null
  readonly userAgent: string
}

/** A value of a list that is not valid. */
export interface ListProblem {
  readonly index: number
  readonly message: string
}

/** A compiled list of rules of one kind. */
export interface RuleList {
  /** Index of the first value that matches; -1 = none. */
  readonly find: (request: PreparedRequest) => number
  /** The value for traces and logs; of a token only the beginning of its hash. */
  readonly describe: (index: number) => string
  readonly problems: readonly ListProblem[]
}

const firstPlaces = (keys: readonly string[]): ReadonlyMap<string, number> => {
  const places = new Map<string, number>()
  for (const [index, key] of keys.entries()) if (!places.has(key)) places.set(key, index)
  return places
}

const refused = (values: readonly string[], judge: (value: string) => string | null) =>
  values.flatMap((value, index): ListProblem[] => {
    const message = value === '' ? 'is empty' : judge(value)
    return message === null ? [] : [{ index, message }]
  })

const tokenList = (values: readonly string[], digest: Digest): RuleList => {
  const digests = values.map((value) => (value === '' ? '' : digest(value)))
  const places = firstPlaces(digests)
  return {
    find: ({ tokenDigest }) => (tokenDigest === null ? -1 : (places.get(tokenDigest) ?? -1)),
    describe: (index) => `#${(digests[index] ?? '').slice(0, 8)}`,
    problems: refused(values, () => null),
  }
}

const networkList = (values: readonly string[]): RuleList => {
  const { index, problems } = compileNetworks(values)
  return {
    find: ({ address }) => (address === null ? -1 : findNetwork(index, address)),
    describe: (at) => values[at] ?? '',
    problems: problems.map(({ index: at, reason }) => ({
      index: at,
      message: values[at] === '' ? 'is empty' : `\`${values[at]}\`: ${reason}`,
    })),
  }
}

const isCountry = (value: string): boolean => /^[A-Za-z]{2}$/.test(value)

const countryList = (values: readonly string[]): RuleList => {
  const places = firstPlaces(values.map((value) => (isCountry(value) ? value.toUpperCase() : '')))
  return {
    find: ({ country }) => (country === null || country === '' ? -1 : (places.get(country) ?? -1)),
    describe: (index) => values[index]?.toUpperCase() ?? '',
    problems: refused(values, (value) =>
      isCountry(value) ? null : `\`${value}\` is no ISO 3166-1 code of two letters`,
    ),
  }
}

const agentList = (values: readonly string[]): RuleList => ({
  find: ({ userAgent }) => values.findIndex((value) => value !== '' && userAgent.includes(value)),
  describe: (index) => values[index] ?? '',
  problems: refused(values, () => null),
})

/** Compiles one list; values that are not valid are reported in `problems` and match nothing. */
export const compileList = (
  kind: RuleKind,
  values: readonly string[],
  digest: Digest,
): RuleList => {
  if (kind === 'token') return tokenList(values, digest)
  if (kind === 'ip') return networkList(values)
  return kind === 'country' ? countryList(values) : agentList(values)
}
