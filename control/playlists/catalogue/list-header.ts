import { isLoginHeader, isSecretAttribute } from '../logins/without-logins.ts'
import { attributeOf, infoLineOf, parseInfoLine, withAttribute } from '../m3u/info-line.ts'
import type { Attribute, Playlist, PlaylistEntry } from '../m3u/playlist.ts'

/** Attributes of `#EXTM3U` that hold for each entry of its list which has none of its own, as Kodi and others read them. */
const DEFAULTS: ReadonlySet<string> = new Set([
  'tvg-shift',
  'catchup',
  'catchup-type',
  'catchup-days',
  'catchup-source',
  'catchup-correction',
  'timeshift',
  'tvg-rec',
  'user-agent',
  'http-user-agent',
  'http-referrer',
  'http-referer',
  'referrer',
  'referer',
  'aspect-ratio',
  'audio-track',
  'cache',
  'crop',
  'deinterlace',
])

/** A list's header with nothing in it that is an entry's or a login, and what was left out. */
export interface CleanHeader {
  readonly header: readonly Attribute[]
  readonly defaults: readonly Attribute[]
  readonly problems: readonly string[]
}

/** Takes a header apart. Several addresses of guides, comma between, are judged one by one. */
export const cleanHeader = (
  header: Playlist['header'],
  passwords: ReadonlySet<string>,
): CleanHeader => {
  const kept: Attribute[] = []
  const defaults: Attribute[] = []
  const problems: string[] = []
  for (const { name, value } of header) {
    const key = name.toLowerCase()
    if (DEFAULTS.has(key)) {
      defaults.push({ name: key, value })
      continue
    }
    const isGuide = key === 'url-tvg' || key === 'x-tvg-url'
    const parts = isGuide ? value.split(',') : [value]
    const open = parts.filter(
      (part) => !isLoginHeader(name, part) && !isSecretAttribute(name, part.trim(), passwords),
    )
    if (open.length < parts.length)
      problems.push(`${name} of #EXTM3U holds a login of the provider: it is left out of the lists`)
    if (open.length > 0) kept.push({ name, value: open.join(',') })
  }
  return { header: kept, defaults, problems }
}

const MODES: Readonly<Record<string, string>> = {
  catchup: 'catchup-type',
  'catchup-type': 'catchup',
}

/** An entry with its list's defaults written into it. */
export const withDefaults = (
  item: PlaylistEntry,
  defaults: readonly Attribute[],
): PlaylistEntry => {
  let info = item.info ?? infoLineOf(item.name)
  const { attributes } = parseInfoLine(info)
  const has = (name: string): boolean => attributeOf(attributes, name) !== ''
  for (const { name, value } of defaults)
    if (value !== '' && !has(name) && !has(MODES[name] ?? name))
      info = withAttribute(info, name, value)
  return info === item.info ? item : { ...item, info }
}
