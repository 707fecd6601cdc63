import { MAC_LENGTH } from './crypto.ts'
import { decodeBase64url } from './encoding.ts'

/** The two parts of a credential: the signed bytes and their MAC, not verified yet. */
export interface Sealed {
  readonly body: Uint8Array
  readonly mac: Uint8Array
}

/** Decodes a ticket or pass into its parts; `null` where it is not canonical base64url or its length is out of bounds. */
export const readSealed = (
  text: string,
  characters: { readonly min: number; readonly max: number },
): Sealed | null => {
  if (text.length < characters.min || text.length > characters.max) return null
  const whole = decodeBase64url(text)
  if (whole === null || whole.length < MAC_LENGTH) return null
  const end = whole.length - MAC_LENGTH
  return { body: whole.subarray(0, end), mac: whole.subarray(end) }
}
