/** Spellings are undone so many times: one layer may lie in another. */
const ROUNDS = 3

/** A character by its code, or what was found where it is none of a word. */
const letter = (found: string, digits: string, base: number): string => {
  const code = parseInt(digits, base)
  return code >= 32 && code < 127 ? String.fromCharCode(code) : found
}

const unwrapOnce = (text: string): string =>
  text
    .replace(/%([\da-f]{2})/gi, (found, digits: string) => letter(found, digits, 16))
    .replace(/\\u00([\da-f]{2})/gi, (found, digits: string) => letter(found, digits, 16))
    .replace(/\\x([\da-f]{2})/gi, (found, digits: string) => letter(found, digits, 16))
    .replace(/&#x0*([\da-f]{2});/gi, (found, digits: string) => letter(found, digits, 16))
    .replace(/&#0*(\d{2,3});/g, (found, digits: string) => letter(found, digits, 10))
    .replace(/&amp;/gi, '&')

/** Whether a text may have one of these encodings. */
export const mayBeWrapped = (text: string): boolean => /[%\\&]/.test(text)

/** A text without the encodings of addresses, JSON and pages: each character by itself, since what stands beside may be none. */
export const unwrap = (text: string): string => {
  let before = text
  for (let round = 0; round < ROUNDS; round += 1) {
    const now = unwrapOnce(before)
    if (now === before) break
    before = now
  }
  return before
}
