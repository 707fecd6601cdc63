import { packed } from '../../domain/spellings/packed.ts'
import { logError } from '../../platform/log.ts'
import { setVariables } from '../../platform/reply.ts'
import { type Request, variablesOf } from '../../platform/request.ts'
import { loginsOfAnswer } from '../../verdicts/headers/telling-headers.ts'

/** Of texts, which may have words of their path. */
const TEXT_PATH = /^[^?]*\.(?:webvtt|vtt|srt|ttml|dfxp|xml|json|txt|css|js)(?:\?|$)/i

/** Variables that `sub_filter` looks for, beside the first. */
const FURTHER = Array.from({ length: 17 }, (_, at) => `gh_masked_${at + 2}`)

const percent = (hex: string): string => hex.replace(/../g, '%$&')

/** Words, and what else may stand for them: nginx looks for them in any letters. */
const withPacked = (words: readonly string[]): string[] => {
  const others = words.flatMap((it) => {
    const { base64, hex } = packed(it)
    return [...base64, hex, percent(hex)]
  })
  return [...new Set([...words, ...others])].slice(0, FURTHER.length + 1)
}

/**
 * js_set, for `sub_filter`: the first of the logins that are masked in a text an origin sends in place of a segment; the others are in variables. Empty where there is none,
 * by which nothing is looked through.
 */
export const maskLogins = (r: Request): string => {
  try {
    const variables = variablesOf(r)
    const words = loginsOfAnswer(variables, !TEXT_PATH.test(variables['gh_path'] ?? ''))
    // One may be part of another.
    const [first = '', ...others] = withPacked(words).sort((a, b) => b.length - a.length)
    setVariables(r, Object.fromEntries(FURTHER.map((name, at) => [name, others[at] ?? ''])))
    return first
  } catch (problem) {
    logError('maskLogins', problem)
    return ''
  }
}
