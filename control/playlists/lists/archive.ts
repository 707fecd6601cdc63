import type { Channel } from '../catalogue/channel.ts'
import { attributeOf, parseInfoLine } from '../m3u/info-line.ts'

/** How a channel's archive is asked for at its origin: the values of Kodi's `catchup`. */
export type ArchiveForm = 'flussonic' | 'shift' | 'append' | 'default' | 'xc'

/** A channel's archive, as its entry says. */
export interface Archive {
  readonly form: ArchiveForm
  /** Template of addresses, empty where the form has its own. */
  readonly source: string
  /** Days it reaches back, at least 1. */
  readonly days: number
}

const FORMS: Readonly<Record<string, ArchiveForm>> = {
  flussonic: 'flussonic',
  'flussonic-hls': 'flussonic',
  'flussonic-ts': 'flussonic',
  fs: 'flussonic',
  shift: 'shift',
  timeshift: 'shift',
  append: 'append',
  default: 'default',
  vod: 'default',
  xc: 'xc',
}

/** Days where an entry names none. */
const DEFAULT_DAYS = 7

/** The archive of a channel; `null` without one. Lists that give days alone mean the form `shift`. */
export const archiveOf = ({ item }: Pick<Channel, 'item'>): Archive | null => {
  if (item.info === null || !/catchup|timeshift|tvg-rec/i.test(item.info)) return null
  const { attributes } = parseInfoLine(item.info)
  const days = ['catchup-days', 'timeshift', 'tvg-rec']
    .map((name) => Number.parseFloat(attributeOf(attributes, name)))
    .find((value) => value > 0)
  const named = (
    attributeOf(attributes, 'catchup') || attributeOf(attributes, 'catchup-type')
  ).toLowerCase()
  const form = named === '' && days !== undefined ? 'shift' : FORMS[named]
  if (form === undefined) return null
  const source = attributeOf(attributes, 'catchup-source')
  if ((form === 'append' || form === 'default') && source === '') return null
  return { form, source, days: Math.ceil(days ?? DEFAULT_DAYS) }
}
