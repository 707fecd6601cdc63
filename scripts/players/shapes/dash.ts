import { SEGMENT_SECONDS } from '../../../control/demo/media-files.ts'
import { dashManifest, liveListing } from '../../../control/demo/timeline.ts'
import type { Asked, Shape } from './shape.ts'

type Change = (text: string, asked: Asked) => string

/** The demo's file of a path that begins with one of the directories. */
const fileBelow =
  (directories: readonly string[]) =>
  (path: string): string | null => {
    const found = /^(.*?)((?:video|sound)\/(?:init\.mp4|\d+\.m4s))$/.exec(path)
    const [, directory = '', file = ''] = found ?? []
    return found !== null && directories.includes(directory) ? `/sport-2/${file}` : null
  }

const shape = (
  id: string,
  name: string,
  change: Change,
  {
    directories = [''],
    ...more
  }: { directories?: readonly string[] } & Partial<Pick<Shape, 'encoding'>> = {},
): Shape => ({
  id,
  name,
  form: 'DASH',
  entry: 'index.mpd',
  ...more,
  manifest: (asked) =>
    asked.path.endsWith('.mpd') ? { text: change(dashManifest(asked.now), asked) } : null,
  media: fileBelow(directories),
})

const TEMPLATE =
  /<SegmentTemplate [^>]*initialization="(\w+)\/init\.mp4"[^>]*>[\s\S]*?<\/SegmentTemplate>/g

const timeline = (first: number, count: number): string =>
  `<SegmentTimeline><S t="${first * SEGMENT_SECONDS}" d="${SEGMENT_SECONDS}" r="${count - 1}"/></SegmentTimeline>`

/** Segments named one by one (ISO/IEC 23009-1, 5.3.9.3). */
const asList: Change = (text, { now }) => {
  const { first, count } = liveListing(now)
  return text.replace(TEMPLATE, (_all, track: string) => {
    const urls = Array.from(
      { length: count },
      (_, n) => `<SegmentURL media="${track}/${first + n}.m4s"/>`,
    )
    return `<SegmentList timescale="1" startNumber="${first}">
<Initialization sourceURL="${track}/init.mp4"/>${timeline(first, count)}${urls.join('')}</SegmentList>`
  })
}

/** A new period every eight seconds (5.3.2), so that two or three of them are in the window. */
const PERIOD_SEGMENTS = 4

const asPeriods: Change = (text, { now }) => {
  const { first, count } = liveListing(now)
  const end = first + count
  const [, inner = ''] = /<Period[^>]*>([\s\S]*)<\/Period>/.exec(text) ?? []
  const periods: string[] = []
  for (let at = first; at < end; ) {
    const begin = at - (at % PERIOD_SEGMENTS)
    const next = Math.min(begin + PERIOD_SEGMENTS, end)
    const offset = begin * SEGMENT_SECONDS
    const [from, many] = [at, next - at]
    const sets = inner.replace(
      TEMPLATE,
      (_all, track: string) =>
        `<SegmentTemplate timescale="1" presentationTimeOffset="${offset}" startNumber="${from}" initialization="${track}/init.mp4" media="${track}/$Number$.m4s">${timeline(from, many)}</SegmentTemplate>`,
    )
    periods.push(`<Period id="p${begin}" start="PT${offset}S">${sets}</Period>`)
    at = next
  }
  return text.replace(/<Period[\s\S]*<\/Period>/, () => periods.join('\n'))
}

/** Elements put at the beginning of others, by name. */
const within =
  (parts: Readonly<Record<string, string>>): Change =>
  (text) =>
    Object.entries(parts).reduce(
      (changed, [name, inner]) =>
        changed.replace(new RegExp(`(<${name} (?:[^>"]|"[^"]*")*>)`, 'g'), `$1${inner}`),
      text,
    )

/** The shapes of DASH. */
export const DASH_SHAPES: readonly Shape[] = [
  shape(
    'dash-packed',
    'gzip unasked, BOM, CRLF',
    (text) => `\uFEFF${text.replace(/\n/g, '\r\n')}`,
    {
      encoding: 'gzip',
    },
  ),
  shape('dash-periods', 'a period every eight seconds', asPeriods),
  shape('dash-list', '`SegmentList`', asList),
  shape(
    'dash-bases',
    'two `BaseURL`, one absolute',
    (text, asked) =>
      within({
        MPD: `<BaseURL>a/</BaseURL><BaseURL>${asked.base}/dash-bases/b/</BaseURL>`,
      })(text, asked),
    { directories: ['a/', 'b/'] },
  ),
  shape(
    'dash-levels',
    '`BaseURL` on every level, one in CDATA',
    within({
      MPD: '<BaseURL>a/</BaseURL>',
      Period: '<BaseURL><![CDATA[b/]]></BaseURL>',
      AdaptationSet: '<BaseURL> ./c/ </BaseURL>',
    }),
    { directories: ['a/b/c/'] },
  ),
  shape('dash-location', '`Location`', (text, asked) =>
    within({ MPD: `<Location>${asked.base}/dash-location/again.mpd?from=there</Location>` })(
      text,
      asked,
    ),
  ),
]
