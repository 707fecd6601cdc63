import { PICTURE_PATH } from '#domain/pictures/sealed-picture'
import { type Sealing, sealWith } from '../../pictures/picture-sealer.ts'
import type { Channel } from '../../playlists/catalogue/channel.ts'
import {
  logoOf,
  picturesPlaceholder,
  type SealPicture,
  sealNone,
} from '../../playlists/lists/pictures.ts'

/** How a guide's pictures come through the edge. */
export interface GuidePictures {
  readonly seal: SealPicture
  /** `scheme://host` of the edge as viewers reach it; `null` = not known: pictures that would come through the edge are left out. */
  readonly base: string | null
}

/** The same as plain values, which can be sent to another thread. */
export interface PictureJob extends Sealing {
  readonly base: string | null
}

/** A guide whose pictures all stay where they are. */
export const PLAIN_PICTURES: GuidePictures = { seal: sealNone, base: null }

/** How pictures come through the edge by these values. */
export const picturesOf = (job: PictureJob | null = null): GuidePictures =>
  job === null ? PLAIN_PICTURES : { seal: sealWith(job), base: job.base }

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

/** What stands in a programme, with the pictures that come through the edge under the edge's addresses. */
export const programmePictures = (inner: string, { seal, base }: GuidePictures): string => {
  if (!inner.includes('<icon') && !inner.includes('<image')) return inner
  return inner.replace(PICTURE, (whole: string, icon?: string, image?: string) => {
    const written = icon ?? image ?? ''
    const name = seal(plainText(written))
    if (name === null) return whole
    return base === null ? '' : whole.replace(written, () => `${base}${PICTURE_PATH}${name}`)
  })
}
