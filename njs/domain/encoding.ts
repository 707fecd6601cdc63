const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Value of a base64url character, or 255. */
const VALUES = new Uint8Array(128).fill(255)
for (let value = 0; value < 64; value += 1) VALUES[ALPHABET.charCodeAt(value)] = value

/** Base64url without padding. */
export const encodeBase64url = (bytes: Uint8Array): string => {
  let text = ''
  for (let at = 0; at < bytes.length; at += 3) {
    const left = bytes.length - at
    const word = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0)
    text += ALPHABET.charAt(word >>> 18) + ALPHABET.charAt((word >>> 12) & 63)
    if (left > 1) text += ALPHABET.charAt((word >>> 6) & 63)
    if (left > 2) text += ALPHABET.charAt(word & 63)
  }
  return text
}

/** Reads base64url and refuses every spelling but the canonical one: no padding, no foreign character, no stray bits. */
export const decodeBase64url = (text: string): Uint8Array | null => {
  const rest = text.length % 4
  if (rest === 1) return null
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4))
  let word = 0
  let bits = 0
  let at = 0
  for (let index = 0; index < text.length; index += 1) {
    const value = VALUES[text.charCodeAt(index)] ?? 255
    if (value === 255) return null
    word = ((word << 6) | value) & 0xffff
    bits += 6
    if (bits >= 8) {
      bits -= 8
      bytes[at] = (word >>> bits) & 255
      at += 1
    }
  }
  return (word & ((1 << bits) - 1)) === 0 ? bytes : null
}

/** The UTF-8 bytes of a text; lone surrogates become U+FFFD. */
export const encodeUtf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Reads UTF-8, or `null` where the bytes are none. */
export const decodeUtf8 = (bytes: Uint8Array): string | null => {
  let text = ''
  let isAscii = true
  for (const byte of bytes) {
    if (byte < 128 && byte !== 37) text += String.fromCharCode(byte)
    else {
      text += `%${byte.toString(16).padStart(2, '0')}`
      isAscii = false
    }
  }
  if (isAscii) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

/** Decodes percent-encoding; a broken one is left as it stands. */
export const decodePercent = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Hex digits to bytes, or `null`. */
export const decodeHex = (text: string): Uint8Array | null => {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) return null
  const bytes = new Uint8Array(text.length / 2)
  for (let at = 0; at < bytes.length; at += 1)
    bytes[at] = parseInt(text.slice(at * 2, at * 2 + 2), 16)
  return bytes
}
