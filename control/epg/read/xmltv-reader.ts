import { SaxesParser } from 'saxes'
import { parseXmltvTime } from './xmltv-time.ts'

/** A `<channel>`. */
export interface XmltvChannel {
  readonly id: string
  readonly names: readonly string[]
}

/** A `<programme>`. */
export interface XmltvProgramme {
  readonly channel: string
  /** Unix seconds. */
  readonly start: number
  /** Unix seconds; `null` where the file does not say: until the next one. */
  readonly stop: number | null
  readonly title: string
  readonly lang: string
  readonly description: string
  /** All that stands between its tags, as XML. */
  readonly inner: string
}

export interface XmltvHandlers {
  readonly onChannel: (channel: XmltvChannel) => void
  readonly onProgramme: (programme: XmltvProgramme) => void
  /** A programme without a channel or with times that cannot be read. */
  readonly onBad: () => void
}

export interface XmltvOptions {
  /** Zone of times without an offset; UTC when `null`. */
  readonly zone: string | null
  /** Whether programmes of a channel are wanted; the others are not even put together. */
  readonly isWanted: (channel: string) => boolean
}

/** Text that one programme may have; what goes beyond is cut. */
const MOST_TEXT = 64 * 1024

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
}

/** Text as it may stand in XML, in an element or an attribute in double quotes. */
export const escapeXml = (text: string): string =>
  text
    .replace(/[&<>"]/g, (letter) => ENTITIES[letter] ?? '')
    // oxlint-disable-next-line no-control-regex -- XML 1.0 has no place for them
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')

interface Attributes {
  readonly [name: string]: string
}

/** What is gathered of the element that is open. */
interface Gathered {
  readonly attributes: Attributes
  readonly names: string[]
  inner: string
  title: string
  lang: string
  description: string
}

/** Reads XMLTV from text as it comes. Throws an `Error` with line and column where it is not well-formed XML, or none of XMLTV's. */
export class XmltvReader {
  private readonly parser = new SaxesParser({ xmlns: false, fragment: false })
  private readonly handlers: XmltvHandlers
  private readonly options: XmltvOptions
  private open: Gathered | null = null
  private depth = 0
  private text = ''
  private wantsInner = false
  private lang = ''
  private hasRoot = false

  constructor(handlers: XmltvHandlers, options: XmltvOptions) {
    this.handlers = handlers
    this.options = options
    this.parser.on('error', (error) => {
      throw error
    })
    this.parser.on('opentag', ({ name, attributes, isSelfClosing }) => {
      this.take(name, attributes, isSelfClosing)
    })
    this.parser.on('text', (text) => this.takeText(text))
    this.parser.on('cdata', (text) => this.takeText(text))
    this.parser.on('closetag', ({ name, isSelfClosing }) => this.close(name, isSelfClosing))
  }

  /** Takes the next piece of text. */
  write(text: string): void {
    this.parser.write(text)
  }

  /** The text is complete. */
  end(): void {
    this.parser.close()
    if (!this.hasRoot) throw new Error('there is no <tv> in it')
  }

  private take(name: string, attributes: Attributes, isSelfClosing: boolean): void {
    this.depth += 1
    if (this.depth === 1) {
      if (name !== 'tv') throw new Error(`a <${name}> document, not XMLTV`)
      this.hasRoot = true
    } else if (this.depth === 2) {
      const isProgramme = name === 'programme'
      const isRead = isProgramme || name === 'channel'
      this.wantsInner = isProgramme && this.options.isWanted(attributes['channel'] ?? '')
      this.open =
        isRead && (!isProgramme || this.wantsInner)
          ? { attributes, names: [], inner: '', title: '', lang: '', description: '' }
          : null
    } else if (this.open !== null) {
      this.text = ''
      this.lang = attributes['lang'] ?? ''
      if (this.wantsInner) this.add(this.tagOf(name, attributes, isSelfClosing))
    }
  }

  private tagOf(name: string, attributes: Attributes, isSelfClosing: boolean): string {
    const written = Object.entries(attributes).map(
      ([key, value]) => ` ${key}="${escapeXml(value)}"`,
    )
    return `<${name}${written.join('')}${isSelfClosing ? '/' : ''}>`
  }

  private add(text: string): void {
    if (this.open !== null) this.open.inner += text
  }

  private takeText(text: string): void {
    if (this.open === null || this.depth < 3) return
    const kept = text.slice(0, Math.max(0, MOST_TEXT - this.text.length))
    this.text += kept
    if (this.wantsInner && this.open.inner.length < MOST_TEXT && kept.trim() !== '')
      this.add(escapeXml(kept))
  }

  private close(name: string, isSelfClosing: boolean): void {
    const { open } = this
    if (open !== null && this.depth === 2) this.finish(name, open)
    else if (open !== null && this.depth > 2) {
      if (this.wantsInner && !isSelfClosing) this.add(`</${name}>`)
      if (this.depth === 3) this.takePart(name, open)
    }
    this.depth -= 1
  }

  private takePart(name: string, open: Gathered): void {
    if (name === 'display-name') open.names.push(this.text.trim())
    if (name === 'title' && open.title === '') {
      open.title = this.text.trim()
      open.lang = this.lang
    }
    if (name === 'desc' && open.description === '') open.description = this.text.trim()
  }

  private finish(name: string, open: Gathered): void {
    this.open = null
    if (name === 'channel') {
      const id = (open.attributes['id'] ?? '').trim()
      if (id !== '') this.handlers.onChannel({ id, names: open.names.filter((it) => it !== '') })
      return
    }
    const { zone } = this.options
    const start = parseXmltvTime(open.attributes['start'] ?? '', zone)
    const stopText = open.attributes['stop'] ?? ''
    const stop = stopText === '' ? null : parseXmltvTime(stopText, zone)
    if (start === null || (stop === null && stopText !== '') || (stop !== null && stop <= start))
      return this.handlers.onBad()
    const { title, lang, description, inner } = open
    const channel = open.attributes['channel'] ?? ''
    this.handlers.onProgramme({ channel, start, stop, title, lang, description, inner })
  }
}
