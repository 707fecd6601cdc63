import { createMapper, type Mapper } from '#domain/addresses/mapper'
import type { SealedPlace } from '#domain/addresses/seal'
import { fitsTemplate, splitTemplate } from '#domain/addresses/template'

export const ORIGIN = 'http://o:1'
export const BASE = '/dash/c/'
const EDGE = 'http://edge/s/pass/c/'

/** A mapper of a manifest below the channel, and where its addresses lead at the origin. */
interface Places {
  readonly mapper: Mapper
  /** The manifest's address at the origin, and at the edge. */
  readonly direct: string
  readonly edge: string
  readonly back: (address: string) => string
}

/** A sealed place with the name behind its seal, as an edge opens it. */
const opened = ({ kind, origin, path }: SealedPlace, name: string): string | null => {
  const [file = '', ...rest] = name.split('?')
  const query = rest.length === 0 ? '' : `?${rest.join('?')}`
  if (kind === 'remote') return null
  if (kind === 'manifest') return new URL(path + query, origin).href
  if (kind === 'template') {
    const { head, tail } = splitTemplate(path)
    return fitsTemplate(file, tail) ? new URL(head + file + query, origin).href : null
  }
  if (kind === 'file' && !path.endsWith(`/${file}`)) return null
  if (kind === 'files' && file.includes('/')) return null
  return new URL((kind === 'file' ? path : path + file) + query, origin).href
}

/** Places of the manifest at a path below the channel; the edge goes to its origin and to `http://cdn:2`. */
export const placesOf = (rest: string): Places => {
  const sealed: SealedPlace[] = []
  const mapper = createMapper({
    channel: { origin: ORIGIN, base: BASE, isClosed: false, isShared: false },
    manifest: { origin: ORIGIN, path: BASE + rest, query: '' },
    rest,
    isMoved: false,
    seal: null,
    ownValues: [],
    isAllowed: (it) => it === ORIGIN || it === 'http://cdn:2',
    isOthers: () => false,
    sealOf: (place) => `~${sealed.push(place) - 1}`,
  })
  return {
    mapper,
    direct: ORIGIN + BASE + rest,
    edge: EDGE + rest,
    back(address) {
      if (!address.startsWith(EDGE)) return address
      const inside = address.slice(EDGE.length)
      const [, mark, name = ''] = /^@\/~(\d+)\/(.*)$/.exec(inside) ?? []
      if (mark === undefined) return new URL(BASE + inside, ORIGIN).href
      const place = sealed[Number(mark)]
      return (place === undefined ? null : opened(place, name)) ?? `does not open: ${address}`
    },
  }
}
