/** Hash functions the domain needs; Node and njs implement them. */
export interface Crypto {
  /** SHA-256 of the UTF-8 text, as base64url. */
  sha256(text: string): string
  /** HMAC-SHA-256 of the parts one behind the other, 32 bytes. */
  hmac(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array
}

/** Returns the secret of a key id; nothing where the key is unknown or retired. */
export type SecretOf = (kid: number) => Uint8Array | null | undefined

/** Bytes of the truncated HMAC in tickets and passes. */
export const MAC_LENGTH = 16

/** Four bytes in network byte order as a signed number; bytes beyond the end are zeros. */
export const wordAt = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] ?? 0) << 24) |
  ((bytes[at + 1] ?? 0) << 16) |
  ((bytes[at + 2] ?? 0) << 8) |
  (bytes[at + 3] ?? 0)

/** Compares the first 16 bytes in constant time; as four words, since sixteen bytes cost three times as much in QuickJS. */
export const isSameMac = (a: Uint8Array, b: Uint8Array): boolean => {
  if (a.length < MAC_LENGTH || b.length < MAC_LENGTH) return false
  let difference = 0
  for (let at = 0; at < MAC_LENGTH; at += 4) difference |= wordAt(a, at) ^ wordAt(b, at)
  return difference === 0
}
