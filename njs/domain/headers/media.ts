/** Types that segments come as, in small letters. */
export const MEDIA_TYPES: readonly string[] = [
  'video/mp2t',
  'video/mp4',
  'video/iso.segment',
  'audio/mp4',
  'audio/aac',
  'audio/mpeg',
]

/** What servers call files whose ending they do not know, such as keys, and segments too. */
export const OCTETS = 'application/octet-stream'

/** Paths of media by their ending. */
export const MEDIA_PATH = /^[^?]*\.(?:ts|aac|mp4|m4[afsv]|cmf[atv])(?:\?|$)/i

/** Types of manifests and pages, and such as name a file. */
export const ODD_TYPE =
  /mpegurl|dash\+xml|^text\/html|xhtml\+xml|;[ \t]*(?!charset=|codecs=|boundary=|profiles=)[^ \t]/i

/** Whether what an origin answers is media, by its type; where that says nothing, by its address. */
export const isMedia = (type: string, path: string): boolean => {
  const small = type.toLowerCase()
  return MEDIA_TYPES.includes(small) || (small === OCTETS && MEDIA_PATH.test(path))
}
