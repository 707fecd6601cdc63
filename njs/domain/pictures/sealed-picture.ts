import { openText, type SealKey, sealText } from '../addresses/seal.ts'
import type { Crypto, SecretOf } from '../credentials/crypto.ts'

/** No channel has such an id: a seal of a channel's opens no picture, and a picture's nothing of a channel. */
const BINDING = { channel: '@pictures', origin: '' }

/** Path of sealed pictures at the edge, with its slash. */
export const PICTURE_PATH = '/s/pictures/'

/** Address below which viewers find pictures; `base` is `scheme://host` of the edge. */
export const picturesBelow = (base: string): string => base + PICTURE_PATH.slice(0, -1)

/** Types of pictures that players show, by the names the configuration has for them. */
export const PICTURE_TYPES = {
  png: 'image/png',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  avif: 'image/avif',
  svg: 'image/svg+xml',
} as const

/** A type of picture. */
export type PictureType = keyof typeof PICTURE_TYPES

/** Some players look at the end of an address to know a picture. */
const EXTENSION = /\.(?:png|jpe?g|gif|webp|avif|svg)(?=$|[?#])/i

/**
 * The name of a picture below {@link PICTURE_PATH}: its whole address under a seal, and the extension it had. The same for every viewer. `null` where the
 * address is longer than 4 kB.
 */
export const sealPicture = (crypto: Crypto, key: SealKey, address: string): string | null => {
  const seal = sealText(crypto, key, BINDING, address)
  const extension = EXTENSION.exec(address)?.[0].toLowerCase() ?? ''
  return seal === null ? null : `${seal}${extension}`
}

/** The address in a seal without its extension; `null` where it is malformed or forged, or sealed something else. */
export const openPicture = (crypto: Crypto, secretOf: SecretOf, seal: string): string | null =>
  openText(crypto, secretOf, BINDING, seal)
