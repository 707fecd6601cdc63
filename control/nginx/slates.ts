import { chmodSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { SLATE_SECONDS, SLATE_WORDS } from '#domain/channels/slates'
import { SLATE_LANGUAGES } from '#domain/doors/given-again'
import { packageRoot } from '../config/paths.ts'
import { replaceFile } from './replace-file.ts'

/** First byte of every packet of MPEG-TS (ISO/IEC 13818-1, 2.4.3.2), and a packet's length in bytes. */
const SYNC = 0x47
const PACKET = 188

const isStream = (file: string): boolean => {
  const bytes = readFileSync(file)
  return bytes.length >= 2 * PACKET && bytes[0] === SYNC && bytes[PACKET] === SYNC
}

/** The operator's own clip of a name, `en/cap`; `null` where there is none that is MPEG-TS. */
const ownClip = (
  folder: string | null,
  name: string,
  complain: (sentence: string) => void,
): string | null => {
  if (folder === null) return null
  const file = ['.ts', '.mpegts'].map((it) => join(folder, name + it)).find((it) => existsSync(it))
  if (file === undefined) return null
  if (isStream(file)) return file
  complain(`${file} is no MPEG-TS; the clip that comes along is used.`)
  return null
}

/**
 * Lays the clips of refused openings beside nginx's configuration, where its workers can read them: the operator's own from `folder`, else those that
 * come along.
 */
export const copySlates = (
  confDir: string,
  folder: string | null,
  complain: (sentence: string) => void,
): void => {
  for (const language of SLATE_LANGUAGES) {
    const into = join(confDir, 'slates', language)
    mkdirSync(into, { recursive: true })
    for (const path of [join(confDir, 'slates'), into]) chmodSync(path, 0o755)
    for (const word of SLATE_WORDS) {
      const name = `${language}/${word}`
      const built = join(packageRoot(), 'nginx/slates', `${name}.mpegts`)
      const target = join(into, `${word}.mpegts`)
      replaceFile(target, readFileSync(ownClip(folder, name, complain) ?? built))
    }
  }
}

/** The list of HLS that names a clip, in nginx's spelling. */
export const slateList = (basePath: string, clip: string): string =>
  [
    '#EXTM3U',
    '#EXT-X-VERSION:3',
    '#EXT-X-PLAYLIST-TYPE:VOD',
    `#EXT-X-TARGETDURATION:${SLATE_SECONDS}`,
    `#EXTINF:${SLATE_SECONDS},`,
    `${basePath}/s/slates/${clip}.ts`,
    '#EXT-X-ENDLIST',
    '',
  ].join('\\n')

/** The `Content-Range` of all of such a list (RFC 9110, section 14.4). */
export const wholeRangeOf = (list: string): string => {
  const size = Buffer.byteLength(list.replaceAll('\\n', '\n'))
  return `bytes 0-${size - 1}/${size}`
}

/** One map line for each clip: that range. */
export const slateRanges = (basePath: string): string =>
  SLATE_LANGUAGES.flatMap((language) =>
    SLATE_WORDS.map((word) => {
      const clip = `${language}/${word}`
      return `    "bytes=0-/${clip}" "${wholeRangeOf(slateList(basePath, clip))}";`
    }),
  ).join('\n')
