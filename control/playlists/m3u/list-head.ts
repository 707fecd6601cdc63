import { parseHeaderLine } from './info-line.ts'
import type { Attribute } from './playlist.ts'

const GUIDE = /^(?:x-tvg-url|url-tvg)$/i

/** What holds for entries that have none of their own: for those of the first header alone, as in Kodi. */
const DEFAULT = /^(?:tvg-shift|catchup|timeshift)/i

/** Where an `#EXTM3U` line stands: as the first line, below others, or below entries. */
export type HeadPlace = 'first' | 'below-lines' | 'below-entries'

const tell = (verb: string, names: readonly string[], of: string): string[] =>
  names.length === 0 ? [] : [`${verb}: ${names.join(', ')} of ${of}, which players pass over`]

/** The `#EXTM3U` lines of a list. */
export class ListHead {
  readonly attributes: Attribute[] = []
  private lines = 0
  private isAbove = false

  isThere(): boolean {
    return this.lines > 0
  }

  /** Whether one stands above the entries. */
  isInPlace(): boolean {
    return this.isAbove
  }

  /** Takes one; what of it is odd. */
  take(text: string, place: HeadPlace): readonly string[] {
    const { attributes, problems } = parseHeaderLine(text)
    const isOnly = this.lines === 0 && place !== 'below-entries'
    this.lines += 1
    this.isAbove ||= isOnly
    if (!isOnly) return [...problems, ...this.merge(attributes, place)]
    this.attributes.push(...attributes)
    const defaults = attributes.filter(({ name }) => DEFAULT.test(name)).map(({ name }) => name)
    return place === 'first'
      ? problems
      : [...problems, ...tell('read', defaults, 'an #EXTM3U that is not the first line')]
  }

  /** Takes more attributes for those of the line before. */
  goOn(text: string): readonly string[] {
    const { attributes, problems } = parseHeaderLine(`#EXTM3U ${text}`)
    this.attributes.push(...attributes)
    return problems
  }

  /** Addresses of EPGs may be several; those of another line are added, other attributes keep their first value. */
  private merge(more: readonly Attribute[], place: HeadPlace): readonly string[] {
    const unread: string[] = []
    const read: string[] = []
    for (const { name, value } of more) {
      const at = this.attributes.findIndex((it) => it.name.toLowerCase() === name.toLowerCase())
      const old = this.attributes[at]
      if (GUIDE.test(name) ? false : old ? old.value !== value : DEFAULT.test(name))
        unread.push(name)
      else if (!old) {
        this.attributes.push({ name, value })
        read.push(name)
      } else if (GUIDE.test(name) && !old.value.split(',').includes(value)) {
        this.attributes[at] = { name: old.name, value: `${old.value},${value}` }
        read.push(name)
      }
    }
    const of = place === 'below-entries' ? 'an #EXTM3U below entries' : 'another #EXTM3U'
    return [...tell('not read', unread, of), ...tell('read', read, of)]
  }
}
