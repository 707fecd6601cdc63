/** Tags of an HLS manifest that no list of channels carries. */
export const manifestTag =
  /^#EXT-X-(?:STREAM-INF|I-FRAME-STREAM-INF|TARGETDURATION|MEDIA-SEQUENCE|BYTERANGE|PART-INF|PART:|SERVER-CONTROL|SKIP:|PRELOAD-HINT|RENDITION-REPORT|CONTENT-STEERING|MEDIA:|MAP:|KEY:)/i

/** Tags of a manifest that stand in lists, too. */
const AMID =
  /^#EXT-X-(?:ENDLIST|DISCONTINUITY|PROGRAM-DATE-TIME|INDEPENDENT-SEGMENTS|ALLOW-CACHE|DATERANGE|GAP|BITRATE|START)\b/i

/** No segment is longer, in seconds. */
const LONGEST = 60

interface Described {
  readonly duration: number
  readonly name: string
  readonly attributes: readonly unknown[]
}

/** Watches a list for being the manifest of one stream: its entries are segments then, each with a length, and without name or attributes. */
export class Segments {
  private first: number | undefined
  private others = 0
  private named = 0
  private hasTag = false

  tag(text: string): void {
    this.hasTag ||= AMID.test(text)
  }

  entry(line: number, { duration, name, attributes }: Described, address: string): void {
    const isList = /\.(?:m3u8?|mpd)(?:[?#]|$)/i.test(address)
    if (duration <= 0 || duration > LONGEST || attributes.length > 0 || isList) this.others += 1
    else this.first ??= line
    if (name !== '') this.named += 1
  }

  /** The line of the first segment, where there is nothing else. */
  found(): number | undefined {
    return this.others === 0 && (this.named === 0 || this.hasTag) ? this.first : undefined
  }
}
