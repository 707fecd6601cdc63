import type { Channel } from '../catalogue/channel.ts'
import { attributeOf, parseInfoLine } from '../m3u/info-line.ts'
import { formatAttribute } from '../m3u/plain-line.ts'

/** The name under which the edge serves a picture, where its address is one whose pictures come through the edge; `null` for any other. */
export type SealPicture = (address: string) => string | null

/** Nothing comes through the edge. */
export const sealNone: SealPicture = () => null

/** Stands where the edge puts `scheme://host/s/pictures`. */
export const picturesPlaceholder = '@pictures@'

/** Attributes that hold the address of a picture: `tvg-logo`, `tvg-logo-small`, `group-logo`, `logo`, `cover`, `tvg-poster` … */
const PICTURE_NAME =
  /(?:^|-)(?:logo|icon|cover|poster|thumb|thumbnail|image|art|fanart|background)(?:-[a-z]+)?$/i

/** Directives that do: VLC's `#EXTALBUMARTURL`, and `#EXTIMG`. */
const PICTURE_LINE = /^(#(?:EXTIMG|EXTALBUMARTURL):\s*)(\S+)\s*$/i

const placed = (address: string, seal: SealPicture): string | null => {
  const name = address.includes('://') ? seal(address) : null
  return name === null ? null : `${picturesPlaceholder}/${name}`
}

/** The address of a channel's logo as viewers get it; empty without one. */
export const logoOf = (
  { item, hiddenLogo }: Pick<Channel, 'item' | 'hiddenLogo'>,
  seal: SealPicture,
): string => {
  const shown = attributeOf(parseInfoLine(item.info ?? '').attributes, 'tvg-logo')
  return placed(hiddenLogo ?? shown, seal) ?? shown
}

/** An `#EXTINF` line with the pictures that come through the edge under the edge's addresses. */
export const withPictures = (info: string, seal: SealPicture): string => {
  if (!info.includes('://')) return info
  let made = info
  for (const { name, value, from, to } of parseInfoLine(info).attributes.toReversed()) {
    const address = PICTURE_NAME.test(name) ? placed(value, seal) : null
    if (address !== null)
      made = made.slice(0, from) + formatAttribute({ name, value: address }) + made.slice(to)
  }
  return made
}

/** The same of a directive. */
export const pictureLine = (line: string, seal: SealPicture): string => {
  const [, head = '', address = ''] = PICTURE_LINE.exec(line) ?? []
  const own = head === '' ? null : placed(address, seal)
  return own === null ? line : head + own
}
