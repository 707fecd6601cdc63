import { decodePercent } from '../credentials/encoding.ts'
import { type Address, resolveAddress } from './resolve.ts'
import { isUnclear } from './unclear.ts'

/** An archive elsewhere than in its channel's directory is asked for below this. */
export const ARCHIVE_MARK = '@catchup/'

/** What players put times in place of: `{utc}`, `${start}`, `{duration:60}`, `{Y}`, `${(b)yyyyMMdd}`. */
const PLACEHOLDER = /\$?\{[^{}]*\}/g

/** Times and spans; every other name may stand for anything, as `{catchup-id}` does. */
const TIME =
  /^\$?\{(?:(?:utc|utcend|lutc|start|end|timestamp|offset|duration|now|timeshift)(?::[^{}]*)?|[YmdHMS]|\([be]\)[^{}]*)\}$/

const TIME_VALUE = /^[\dTZ:_ .+-]{0,40}$/
const FREE_VALUE = /^[\w:.~+-]{1,64}$/

/** Placeholders of an archive's address, in order. */
export const placeholdersOf = (template: string): string[] => template.match(PLACEHOLDER) ?? []

/** Origins that a list itself names for a channel: its own, and its archive's. */
export const originsNamed = (channel: {
  readonly origin: string
  readonly archive: string
}): readonly string[] => {
  const { origin, archive } = channel
  if (archive === '') return [origin]
  const start = archive.split(placeholdersOf(archive)[0] ?? '?', 1)[0] ?? ''
  const address = resolveAddress(start, { origin, path: '/', query: '' })
  return address === null ? [origin] : [origin, address.origin]
}

/** Where an archive lies, filled with what a player asks for. */
export interface FilledArchive {
  readonly address: Address
  /** Some of it is the player's own word, and no time. */
  readonly isFree: boolean
}

/**
 * Fills the address of an archive with the path a player asks for, `@catchup/<value>/…/<name>`; `null` where the values are not as many, or no
 * times, or would lead out of where they stand.
 */
export const fillArchive = (template: string, rest: string): FilledArchive | null => {
  const wanted = placeholdersOf(template)
  const values = rest.slice(ARCHIVE_MARK.length).split('/').slice(0, -1)
  const base = resolveAddress(template.replace(PLACEHOLDER, ''), {
    origin: '',
    path: '/',
    query: '',
  })
  if (base === null || values.length !== wanted.length) return null
  let isFree = false
  for (const [index, name] of wanted.entries()) {
    const isTime = TIME.test(name)
    const value = decodePercent(values[index] ?? '')
    if (!(isTime ? TIME_VALUE : FREE_VALUE).test(value)) return null
    isFree ||= !isTime
  }
  let at = 0
  const filled = template.replace(PLACEHOLDER, () => values[at++] ?? '')
  const address = isUnclear(filled) ? null : resolveAddress(filled, base)
  return address === null || address.origin !== base.origin ? null : { address, isFree }
}
