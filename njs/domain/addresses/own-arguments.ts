/** Stands in manifests for the value of an argument that the channel's own address has: often a login of the provider. */
const OWN = '~own'

/** Shorter values are no secret, such as a number. */
const LEAST = 4

/** The arguments of a channel's own address that no viewer is shown, as `name=value`. */
export const ownArguments = (query: string): readonly string[] =>
  query.split('&').filter((pair) => {
    const at = pair.indexOf('=')
    return at > 0 && pair.length - at > LEAST
  })

const nameOf = (pair: string): string => pair.slice(0, pair.indexOf('='))

const LEAVES_THE_EDGE = /^(?:[a-z][a-z0-9+.-]*:|\/\/)/i

/** A reference of a rewritten manifest without the values of the channel's own arguments, which its origin has put into it. */
export const hideArguments = (reference: string, own: readonly string[]): string => {
  const mark = own.length === 0 ? -1 : reference.indexOf('?')
  if (mark < 0 || LEAVES_THE_EDGE.test(reference)) return reference
  const pairs = reference.slice(mark + 1).split('&')
  if (!pairs.some((pair) => own.includes(pair))) return reference
  const shown = pairs.map((pair) => (own.includes(pair) ? `${nameOf(pair)}=${OWN}` : pair))
  return `${reference.slice(0, mark + 1)}${shown.join('&')}`
}

/** Whether a text may have hidden arguments. */
export const hasHidden = (text: string): boolean => text.includes(`=${OWN}`)

/** The arguments of a request as its origin has written them. */
export const openArguments = (args: string, own: readonly string[]): string => {
  if (own.length === 0 || !hasHidden(args)) return args
  const values = new Map(own.map((pair) => [`${nameOf(pair)}=${OWN}`, pair]))
  return args
    .split('&')
    .map((pair) => values.get(pair) ?? pair)
    .join('&')
}
