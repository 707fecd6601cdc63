import { escapeText } from '../doors/shape.ts'
import { decodePath } from './owners.ts'
import { hasHiddenSlash } from './unclear.ts'

/** A template's path in two. */
export interface SplitTemplate {
  /** To the last slash before its first variable, or before the file of what has none. */
  readonly head: string
  /** The rest, with its arguments. */
  readonly tail: string
}

/** Divides a template of DASH (ISO/IEC 23009-1, section 5.3.9.4.4). */
export const splitTemplate = (value: string): SplitTemplate => {
  const mark = value.indexOf('?')
  const path = mark < 0 ? value : value.slice(0, mark)
  const dollar = path.indexOf('$')
  const end = path.lastIndexOf('/', dollar < 0 ? path.length : dollar) + 1
  return { head: value.slice(0, end), tail: value.slice(end) }
}

const VARIABLE = /(\$(?:RepresentationID|(?:Number|Time|Bandwidth|SubNumber)(?:%0\d+[dxXou])?)?\$)/

/** What stands in place of a part of a template. */
const patternOf = (part: string, at: number): string => {
  // Split by a pattern with one group: text and variables alternate.
  if (at % 2 === 0) return escapeText(decodePath(part))
  if (part === '$$') return escapeText('$')
  return part === '$RepresentationID$' ? '([^/]+)' : '-?[\\dA-Fa-f]+'
}

/** Whether a name is one that a template gives: numbers are numbers, and what a representation is called is one part of a path. */
export const fitsTemplate = (name: string, template: string): boolean => {
  const pattern = new RegExp(`^${template.split(VARIABLE).map(patternOf).join('')}$`)
  const found = pattern.exec(decodePath(name))
  return found !== null && !found.slice(1).some(hasHiddenSlash)
}
