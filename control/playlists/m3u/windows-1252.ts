/** What Windows-1252 has where Latin-1 has control characters; the blanks stand for nothing. */
const EXTRAS = '€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ'

/** Reads Windows-1252, of which Latin-1 is a part; the decoder of Node.js 20 knows Latin-1 alone. */
export const decodeWindows1252 = (bytes: Buffer): string =>
  bytes
    .toString('latin1')
    .replace(/[\u{80}-\u{9f}]/gu, (found) => EXTRAS[found.charCodeAt(0) - 0x80]?.trim() || found)
