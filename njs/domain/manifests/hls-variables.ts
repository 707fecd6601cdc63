import { withoutMarks } from './marks.ts'

/** What a variable `{$name}` in a playlist stands for (RFC 8216bis, section 4.3). */
export interface HlsVariable {
  readonly value: string
  /**
   * `argument`: of the address the viewer asked for; `secret`: of one that no viewer knows, such as that in the source's list; `redirection`: of one
   * that the origin may have made of the viewer's.
   */
  readonly from: 'manifest' | 'argument' | 'secret' | 'redirection'
  /** Of one defined by others: what a viewer may have written of it leads nowhere else, in a path either. */
  readonly isSafe?: boolean
}

/** By their names. */
export type HlsVariables = Readonly<Record<string, HlsVariable>>

const VARIABLE = /\{\$([A-Za-z0-9_-]+)\}/g

/** In a path, what a viewer may have written must lead nowhere else. */
const IN_PATH = /^(?!\.{1,2}$)[\w.~!$&'()*+,;=:@-]*$/

/** Whether no viewer may read it. */
export const isHidden = ({ from }: HlsVariable): boolean =>
  from === 'secret' || from === 'redirection'

const isTrusted = ({ from }: HlsVariable): boolean => from === 'manifest' || from === 'secret'

const isInQuery = (text: string, at: number): boolean => {
  const mark = text.indexOf('?')
  return mark >= 0 && mark < at
}

/** Whether a variable leads nowhere else than where it stands in a text. */
const isSafeAt = (variable: HlsVariable, text: string, at: number): boolean =>
  isTrusted(variable) || isInQuery(text, at) || (variable.isSafe ?? IN_PATH.test(variable.value))

/** Where a text of two parts is from: hidden where one of them is, and no more trusted than either. */
const joined = (a: HlsVariable['from'], b: HlsVariable['from']): HlsVariable['from'] => {
  if (a === b || b === 'manifest') return a
  return a === 'manifest' ? b : 'redirection'
}

/** Substitutes variables; `null` where one is unknown. */
export const expand = (variables: HlsVariables, text: string): HlsVariable | null => {
  if (!text.includes('{$')) return { value: text, from: 'manifest' }
  let isKnown = true
  let isSafe = true
  let from: HlsVariable['from'] = 'manifest'
  const value = text.replace(VARIABLE, (_, name: string, at: number) => {
    const variable = variables[name]
    if (variable === undefined) isKnown = false
    else {
      from = joined(from, variable.from)
      isSafe &&= isSafeAt(variable, text, at)
    }
    return withoutMarks(variable?.value ?? '')
  })
  return isKnown ? { value, from, isSafe } : null
}
