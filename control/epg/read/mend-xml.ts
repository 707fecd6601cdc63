import { decodeHTML } from 'entities'
import { escapeXml } from './xmltv-reader.ts'

/** The entities XML knows by itself. */
const OWN = /^&(?:amp|lt|gt|quot|apos);$/
/** A place that XML has no reading for; CDATA sections are taken whole, since everything may stand in them. */
const PLACES =
  // oxlint-disable-next-line no-control-regex -- XML 1.0 has no place for them
  /<!\[CDATA\[[^]*?(?:\]\]>|$)|&(?:#?[A-Za-z0-9]{1,31};)?|<(?![A-Za-z_:/!?])|[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g
/** An entity, or the opening of a CDATA section, that may go on in the next piece. */
const UNFINISHED = /(?:&#?[A-Za-z0-9]{0,31}|<(?:!(?:\[(?:C(?:D(?:A(?:T(?:A)?)?)?)?)?)?)?)$/
const CDATA = '<![CDATA['
const CDATA_END = ']]>'
/** A CDATA section that is longer is no section, but a missing end. */
const MOST_CDATA = 1024 * 1024

const isInXml = (code: number): boolean =>
  code === 9 ||
  code === 10 ||
  code === 13 ||
  (code >= 0x20 && code < 0xd800) ||
  (code > 0xdfff && code < 0xfffe) ||
  (code > 0xffff && code <= 0x10ffff)

const referenceOf = (entity: string): number | null => {
  const [, hex, decimal] = /^&#(?:[xX]([0-9a-fA-F]+)|([0-9]+));$/.exec(entity) ?? []
  return hex !== undefined
    ? Number.parseInt(hex, 16)
    : decimal === undefined
      ? null
      : Number(decimal)
}

/**
 * Guides as they are published, for a parser that insists on XML 1.0 (https://www.w3.org/TR/xml/): an `&` or `<` that begins nothing is text,
 * entities of HTML are their characters, references to half a character pair are joined, characters XML has no place for are left out, and so
 * is white space before the declaration. What is well-formed comes through as it is.
 */
export class XmlMender {
  /** Places that were changed. */
  mended = 0
  private rest = ''
  private hasBegun = false
  private high = 0

  /** The next piece, as far as it can be judged. */
  write(text: string): string {
    let piece = this.rest + text
    this.rest = ''
    if (!this.hasBegun) {
      piece = piece.replace(/^[\ufeff\s]+/, '')
      if (piece === '') return ''
      this.hasBegun = true
    }
    return this.mend(this.keepUnfinished(piece))
  }

  /** What was held back; the text is complete. */
  end(): string {
    const { rest } = this
    this.rest = ''
    return this.mend(rest)
  }

  private keepUnfinished(piece: string): string {
    const opened = piece.lastIndexOf(CDATA)
    const isOpen = opened >= 0 && !piece.includes(CDATA_END, opened)
    const from =
      isOpen && piece.length - opened < MOST_CDATA ? opened : (UNFINISHED.exec(piece)?.index ?? -1)
    if (from < 0) return piece
    this.rest = piece.slice(from)
    return piece.slice(0, from)
  }

  private mend(piece: string): string {
    return piece.replace(PLACES, (place) => {
      if (place.startsWith(CDATA) || OWN.test(place)) return place
      const mended = this.replacement(place)
      if (mended !== place) this.mended += 1
      return mended
    })
  }

  private replacement(place: string): string {
    if (place === '&' || place === '<') return escapeXml(place)
    if (!place.startsWith('&')) return ''
    const code = referenceOf(place)
    if (code === null) return escapeXml(decodeHTML(place))
    if (isInXml(code)) return place
    // Exporters that think in UTF-16 write one character as two references.
    if (code >= 0xd800 && code < 0xdc00) {
      this.high = code
      return ''
    }
    const { high } = this
    this.high = 0
    return code >= 0xdc00 && code <= 0xdfff && high !== 0 ? String.fromCharCode(high, code) : ''
  }
}
