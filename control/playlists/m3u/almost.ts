/** What was meant for `#EXTINF:` or `#EXTGRP:` and is a comment to players. */
export const almostDirective =
  /^[#＃\s]*EX?T?[\s_-]?(?:[I1L]NF(?=O?\s*[:：;,=-])|GRP(?=\s*[:：;=]|\s))/i

/** What players read of an entry beside these, and what was meant for it. */
const OPTIONS: readonly [well: RegExp, almost: RegExp, meant: string][] = [
  [/^#EXTVLCOPT(?::|--)/i, /^#\s*(?:EXT)?[\s_-]?VLC[\s_-]?O(?:PT?|TP)S?\b/i, '#EXTVLCOPT:'],
  [/^#KODIPROP:/i, /^#\s*(?:EXT)?[\s_-]?KODI[\s_-]?P(?:ROP?|ORP)S?\b/i, '#KODIPROP:'],
  [/^#EXTHTTP:/i, /^#\s*EXT[\s_-]?HTTPS?\b/i, '#EXTHTTP:'],
]

/** What of a directive nobody reads, as a sentence; `null` where it is well, or a comment. */
export const unreadDirective = (text: string): string | null => {
  if (almostDirective.test(text))
    return `a comment, for it is no #EXT${/GRP/i.test(text) ? 'GRP' : 'INF'}:`
  for (const [well, almost, meant] of OPTIONS)
    if (!well.test(text) && almost.test(text)) return `a comment, for it is no ${meant}`
  const [, name] = /^#(EXTVLCOPT|KODIPROP):[^=]*$/i.exec(text) ?? []
  return name === undefined ? null : `#${name.toUpperCase()} without a value`
}

/** Attributes that rules, lists and players look for. */
const LOOKED_FOR = [
  'tvg-id',
  'tvg-name',
  'tvg-logo',
  'tvg-shift',
  'tvg-chno',
  'group-title',
  'catchup',
  'catchup-days',
  'catchup-source',
]

const lettersOf = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '')

/** Whether one letter more, less or other, or two that changed places are all the difference. */
const isOneSlip = (left: string, right: string): boolean => {
  let from = 0
  while (from < left.length && left[from] === right[from]) from += 1
  const [a, b] = [left.slice(from), right.slice(from)]
  return (
    a.slice(1) === b.slice(1) ||
    a === b.slice(1) ||
    a.slice(1) === b ||
    (a.slice(2) === b.slice(2) && a[0] === b[1] && a[1] === b[0])
  )
}

/** The attribute that a name was meant for; `null` where it is one, or one of its own. */
export const meantFor = (name: string): string | null => {
  if (name.length > 20 || LOOKED_FOR.includes(name.toLowerCase())) return null
  const letters = lettersOf(name)
  return (
    LOOKED_FOR.find((it) => lettersOf(it) === letters || isOneSlip(letters, lettersOf(it))) ?? null
  )
}
