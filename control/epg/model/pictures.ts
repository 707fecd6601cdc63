import { PICTURE_PATH } from '#domain/pictures/sealed-picture'
import { type Sealing, sealWith } from '../../pictures/picture-sealer.ts'
import type { Channel } from '../../playlists/catalogue/channel.ts'
import {
  logoOf,
  picturesPlaceholder,
  type SealPicture,
  sealNone,
} from '../../playlists/lists/pictures.ts'
import { showsLogin } from '../../playlists/logins/without-logins.ts'

/** How a guide's pictures come through the edge. */
export interface GuidePictures {
  readonly seal: SealPicture
  /** `scheme://host` of the edge as viewers reach it; `null` = not known: pictures that would come through the edge are left out. */
  readonly base: string | null
  /** Passwords of the provider: an address with a login in it stays out of the guide. */
  readonly passwords?: ReadonlySet<string>
}

/** The same as plain values, which can be sent to another thread. */
export interface PictureJob extends Sealing {
  readonly base: string | null
}

/** A guide whose pictures all stay where they are. */
export const PLAIN_PICTURES: GuidePictures = { seal: sealNone, base: null }

/** How pictures come through the edge by these values. */
export const picturesOf = (
  job: PictureJob | null = null,
  passwords: readonly string[] = [],
): GuidePictures => ({
  ...(job === null ? PLAIN_PICTURES : { seal: sealWith(job), base: job.base }),
  passwords: new Set(passwords),
})

/** The address of a channel's logo for viewers of a guide; empty without one. */
export const iconOf = (
  channel: Pick<Channel, 'item' | 'hiddenLogo'>,
  { seal, base }: GuidePictures,
): string => {
  const logo = logoOf(channel, seal)
  if (!logo.startsWith(picturesPlaceholder)) return logo
  return base === null ? '' : `${base}${PICTURE_PATH}${logo.slice(picturesPlaceholder.length + 1)}`
}

/** `<icon src="…"/>` and `<image>…</image>` as the reader of XMLTV writes them. */
const PICTURE =
  /<icon\b[^>]*?\ssrc="([^"]*)"[^>]*?(?:\/>|>[^<]*<\/icon>)|<image\b[^>]*>([^<]*)<\/image>/g

const LETTERS: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', amp: '&' }

const plainText = (xml: string): string =>
  xml.replace(/&(lt|gt|quot|amp);/g, (_, name: string) => LETTERS[name] ?? '')

const ADDRESS = /(?:[a-z][a-z0-9+.-]*:)?\/\/[^\s"'<>]+/gi
const NO_PASSWORDS: ReadonlySet<string> = new Set()

/** What stands in a programme without addresses that hold a login, and with the pictures that come through the edge under the edge's addresses. */
export const programmePictures = (
  inner: string,
  { seal, base, passwords = NO_PASSWORDS }: GuidePictures,
): string => {
  const isPrivate = (written: string): boolean => showsLogin(plainText(written), passwords)
  const open = (text: string): string =>
    text.includes('//') ? text.replace(ADDRESS, (it) => (isPrivate(it) ? '' : it)) : text
  if (!inner.includes('<icon') && !inner.includes('<image')) return open(inner)
  const shown = inner.replace(PICTURE, (whole: string, icon?: string, image?: string) => {
    const written = icon ?? image ?? ''
    const name = seal(plainText(written))
    if (name === null) return isPrivate(written) ? '' : whole
    return base === null ? '' : whole.replace(written, () => `${base}${PICTURE_PATH}${name}`)
  })
  return open(shown)
}
