import type { Address } from './resolve.ts'
import type { SealedPlace } from './seal.ts'

/** What players resolve the references of a document with. */
export interface ReferenceBase {
  /** At the origin. */
  readonly address: Address
  /** Directory below the channel, with its slash, or another as deep. */
  readonly directory: string
}

/**
 * The place of a remote element. It stands for the element that links to it, and its references are resolved where that stands (ISO/IEC 23009-1, section 5.5), so the
 * base goes along: how deep players are below the channel, and where at the origin.
 */
export const remotePlace = (
  { origin, path }: Address,
  { address, directory }: ReferenceBase,
): SealedPlace => ({
  kind: 'remote',
  origin,
  path: [path, directory.split('/').length - 1, address.origin, address.path].join('\n'),
})

/** The path that such a place is fetched from. */
export const remotePath = ({ path }: SealedPlace): string => path.split('\n', 1)[0] ?? ''

/** The base that goes along with such a place; `null` for any other. */
export const remoteBase = ({ kind, path }: SealedPlace): ReferenceBase | null => {
  const [, depth, origin, from] = path.split('\n')
  if (kind !== 'remote' || depth === undefined || origin === undefined || from === undefined)
    return null
  return { address: { origin, path: from, query: '' }, directory: 'x/'.repeat(Number(depth)) }
}
