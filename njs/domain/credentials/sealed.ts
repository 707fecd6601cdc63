import { MAC_LENGTH } from './crypto.ts'
import { decodeBase64url } from './encoding.ts'

/** A credential taken apart: what was signed of it, and its MAC, which nobody has checked yet. */
export interface Sealed {
  readonly body: Uint8Array
  readonly mac: Uint8Array
}

/** Takes a ticket or pass apart; `null` where its text is no canonical base64url or cannot hold a MAC. */
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
