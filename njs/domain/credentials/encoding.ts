// `Buffer` is the only native encoder that both Node and njs have; in JavaScript a ticket costs 60 µs in QuickJS.

/** Base64url without padding. */
export const encodeBase64url = (bytes: Uint8Array): string =>
  Buffer.from(bytes).toString('base64url')

/** Decodes canonical base64url; `null` for padding, other characters or unused bits that are set. */
export const decodeBase64url = (text: string): Uint8Array | null => {
  const bytes = Buffer.from(text, 'base64url')
  return bytes.toString('base64url') === text ? bytes : null
}

/** The UTF-8 bytes of a text; lone surrogates become U+FFFD. */
export const encodeUtf8 = (text: string): Uint8Array => Buffer.from(text, 'utf8')

/**
 * Whether a text holds only characters of URIs (RFC 3986) and no encoding: true of most paths. The engine's own function costs a tenth of a loop or
 * a regular expression.
 */
export const isPlainText = (text: string): boolean => {
  try {
    return encodeURI(text) === text
  } catch {
    return false
  }
}

/** Decodes UTF-8; `null` where the bytes are not valid. */
export const decodeUtf8 = (bytes: Uint8Array): string | null => {
  const given = Buffer.from(bytes)
  const text = given.toString('utf8')
  // As many characters as bytes, all of them ASCII: nothing was replaced.
  if (text.length === given.length && isPlainText(text)) return text
  // Invalid sequences become U+FFFD, and encode to other bytes.
  return Buffer.from(text, 'utf8').equals(given) ? text : null
}

/** Decodes percent-encoding; text with an invalid sequence is returned unchanged. */
export const decodePercent = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** The bytes of hex digits; `null` for any other text. */
export const decodeHex = (text: string): Uint8Array | null => {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) return null
  const bytes = new Uint8Array(text.length / 2)
  for (let at = 0; at < bytes.length; at += 1)
    bytes[at] = parseInt(text.slice(at * 2, at * 2 + 2), 16)
  return bytes
}
