import type { Address } from './resolve.ts'
import type { SealedPlace } from './seal.ts'

/** Where players take a document to be. */
export interface Standing {
  /** At the origin. */
  readonly address: Address
  /** Directory below the channel, with its slash, or another as deep. */
  readonly directory: string
}

/** What players resolve the references of a document with. */
export interface ReferenceBase extends Standing {
  /** Of a patch, the manifest that it changes. */
  readonly document?: Standing
  /** Of a patch, that its references are resolved with other bases too, by where they are put. */
  readonly isUnclear?: boolean
}

const UNCLEAR = '?'

const linesOf = ({ address, directory }: Standing): (string | number)[] => [
  directory.split('/').length - 1,
  address.origin,
  address.path,
]

const standingOf = (
  depth: string | undefined,
  origin: string | undefined,
  path: string | undefined,
): Standing | null =>
  depth === undefined || origin === undefined || path === undefined
    ? null
    : { address: { origin, path, query: '' }, directory: 'x/'.repeat(Number(depth)) }

/**
 * The place of a remote element. It stands for the element that links to it, and its references are resolved where that stands (ISO/IEC 23009-1, section 5.5), so the
 * base goes along: how deep players are below the channel, and where at the origin. Of a patch its manifest's address goes along too.
 */
export const remotePlace = ({ origin, path }: Address, base: ReferenceBase): SealedPlace => ({
  kind: 'remote',
  origin,
  path: [
    path,
    ...linesOf(base),
    ...(base.document ? linesOf(base.document) : []),
    ...(base.isUnclear === true ? [UNCLEAR] : []),
  ].join('\n'),
})

/** The path that such a place is fetched from. */
export const remotePath = ({ path }: SealedPlace): string => path.split('\n', 1)[0] ?? ''

/** The base that goes along with such a place; `null` for any other. */
export const remoteBase = ({ kind, path }: SealedPlace): ReferenceBase | null => {
  const [, ...lines] = path.split('\n')
  const base = kind === 'remote' ? standingOf(lines[0], lines[1], lines[2]) : null
  const document = standingOf(lines[3], lines[4], lines[5])
  const isUnclear = lines[6] === UNCLEAR
  return base === null || document === null ? base : { ...base, document, isUnclear }
}
