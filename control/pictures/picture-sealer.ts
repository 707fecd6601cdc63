import { openPicture, sealPicture } from '#domain/pictures/sealed-picture'
import { compileThrough, type IsThrough } from '#domain/pictures/through'
import type { KeyRing } from '../keys/key-ring.ts'
import { nodeCrypto } from '../keys/node-crypto.ts'
import type { SealPicture } from '../playlists/lists/pictures.ts'

/** What pictures are sealed by: hosts as `pictures.through` names them, and a signing key. */
export interface Sealing {
  readonly through: readonly string[]
  readonly kid: number
  readonly secret: Uint8Array
}

/** Seals the addresses of pictures, and opens them. */
export interface PictureSealer {
  readonly seal: SealPicture
  /** The address in a seal; `null` where it is forged, or where its host's pictures no longer come through the edge. */
  readonly open: (seal: string) => URL | null
}

/** The address of a picture on such a host; `null` for any other. */
const throughUrl = (address: string, isThrough: IsThrough): URL | null => {
  if (!/^https?:\/\//i.test(address) || !URL.canParse(address)) return null
  const url = new URL(address)
  url.hash = ''
  return isThrough(url.hostname) ? url : null
}

/** Seals with one key. */
export const sealWith = ({ through, kid, secret }: Sealing): SealPicture => {
  const isThrough = compileThrough(through)
  return (address) => {
    const url = throughUrl(address.trim(), isThrough)
    return url === null ? null : sealPicture(nodeCrypto, { kid, secret }, url.href)
  }
}

/** A sealer for hosts as `pictures.through` names them: seals with the current key of the ring, opens with every key that is not retired. */
export const createPictureSealer = (
  through: readonly string[],
  ring: Pick<KeyRing, 'current' | 'secret'>,
): PictureSealer => {
  const isThrough = compileThrough(through)
  return {
    seal: (address) => {
      const url = throughUrl(address.trim(), isThrough)
      return url === null ? null : sealPicture(nodeCrypto, ring.current(), url.href)
    },
    open: (seal) => {
      const address = openPicture(nodeCrypto, (kid) => ring.secret(kid), seal)
      return address === null ? null : throughUrl(address, isThrough)
    },
  }
}
