import { PICTURE_TYPES, type PictureType } from '#domain/pictures/sealed-picture'

const startsWith = (bytes: Uint8Array, text: string, at = 0): boolean =>
  Buffer.from(bytes.subarray(at, at + text.length)).toString('latin1') === text

/** Byte-order mark, blanks, XML declaration, comments and document type before the first element. */
const SVG = /^\uFEFF?(?:\s+|<\?xml[^>]*>|<!--[\s\S]*?-->|<!DOCTYPE\s+svg[^>]*>)*<svg[\s>]/i

/** The type of a picture by its first bytes, as the WHATWG's MIME Sniffing Standard knows them (section 6.1), AVIF and SVG besides; `null` = none of ours. */
export const pictureTypeOf = (bytes: Uint8Array): PictureType | null => {
  if (startsWith(bytes, '\x89PNG\r\n\x1a\n')) return 'png'
  if (startsWith(bytes, '\xff\xd8\xff')) return 'jpeg'
  if (startsWith(bytes, 'GIF87a') || startsWith(bytes, 'GIF89a')) return 'gif'
  if (startsWith(bytes, 'RIFF') && startsWith(bytes, 'WEBP', 8)) return 'webp'
  if (
    startsWith(bytes, 'ftyp', 4) &&
    /^avi[fs]/.test(Buffer.from(bytes.subarray(8, 12)).toString('latin1'))
  )
    return 'avif'
  return SVG.test(Buffer.from(bytes.subarray(0, 4096)).toString('utf8')) ? 'svg' : null
}

/** What servers call what they do not know. */
const UNKNOWN = /^(?:application\/octet-stream|binary\/octet-stream)?$/

/** Whether what a server calls its answer does not speak against a picture: any type of picture, or none at all. */
export const mayBePicture = (contentType: string): boolean => {
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  return type.startsWith('image/') || UNKNOWN.test(type)
}

/** The `Content-Type` of a type. */
export const contentTypeOf = (type: PictureType): string => PICTURE_TYPES[type]
