/** What Windows-1252 has where Latin-1 has control characters; the blanks stand for nothing. */
const EXTRAS = '€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ'

/** Decodes Windows-1252, a superset of Latin-1; TextDecoder of Node.js 20 decodes Latin-1 only. */
export const decodeWindows1252 = (bytes: Buffer): string =>
  bytes
    .toString('latin1')
    .replace(/[\u{80}-\u{9f}]/gu, (found) => EXTRAS[found.charCodeAt(0) - 0x80]?.trim() || found)
