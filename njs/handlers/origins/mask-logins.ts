import { logError } from '../../platform/log.ts'
import { setVariables } from '../../platform/reply.ts'
import { type Request, variablesOf } from '../../platform/request.ts'
import { loginsOfAnswer } from '../../verdicts/headers/telling-headers.ts'

/** Of texts, which may have words of their path. */
const TEXT_PATH = /^[^?]*\.(?:webvtt|vtt|srt|ttml|dfxp|xml|json|txt|css|js)(?:\?|$)/i

/** Variables that `sub_filter` looks for, beside the first. */
const FURTHER = ['gh_masked_2', 'gh_masked_3', 'gh_masked_4', 'gh_masked_5', 'gh_masked_6'] as const

/**
 * js_set, for `sub_filter`: the first of the logins that are masked in a text an origin sends in place of a segment; the others are in variables. Empty where there is none,
 * by which nothing is looked through.
 */
export const maskLogins = (r: Request): string => {
  try {
    const variables = variablesOf(r)
    const words = new Set(loginsOfAnswer(variables, !TEXT_PATH.test(variables['gh_path'] ?? '')))
    // One may be part of another.
    const [first = '', ...others] = [...words].sort((a, b) => b.length - a.length)
    setVariables(r, Object.fromEntries(FURTHER.map((name, at) => [name, others[at] ?? ''])))
    return first
  } catch (problem) {
    logError('maskLogins', problem)
    return ''
  }
}
