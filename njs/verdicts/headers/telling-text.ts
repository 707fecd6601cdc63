import type { Variables } from '../../platform/request.ts'
import { tellsOfOrigin } from './telling-headers.ts'

/** The response of a context, which has but one at a time. */
export const running = { hasBegun: false }

/** As many bytes are looked at. */
const MOST = 4096
/** Of an answer that nginx takes for the body: a redirection or a failure. */
const NO_STREAM = /^[\x21-\x7e]{3,12}[ \t]+[13-5]\d\d[^\d]/
const CONTROL = /[^\P{Cc}\t-\r]|\uFFFD/u

/**
 * Whether the first bytes of a stream are a text that its origin answers in place of it, such as why a login is refused: pages, XML and JSON, and whatever tells of the
 * origin.
 */
export const isTellingText = (variables: Variables, bytes: Uint8Array): boolean => {
  // The last character may be cut off.
  const text = Buffer.from(bytes.subarray(0, MOST))
    .toString('utf8')
    .replace(/\uFFFD{1,3}$/, '')
  if (NO_STREAM.test(text)) return true
  if (CONTROL.test(text)) return false
  return /^[\s\uFEFF]*[<{[]/.test(text) || tellsOfOrigin(variables, text)
}
