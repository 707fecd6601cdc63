import { liveListing, MASTER, mediaPlaylist } from '../../../control/demo/timeline.ts'
import { lowLatencyList } from './low-latency.ts'
import type { Asked, Shape } from './shape.ts'

/** A list of the demo, changed. */
type Change = (text: string) => string

const list = ({ now }: Asked): string => mediaPlaylist(liveListing(now), 'ts')

/** The demo's segment of a path in one directory. */
const segmentIn =
  (directory: string, ending = '.ts') =>
  (path: string): string | null => {
    const isThere = path.startsWith(directory) && path.endsWith(ending)
    const name = isThere ? path.slice(directory.length, -ending.length) : ''
    return /^\d+$/.test(name) ? `/federal-1/${name}.ts` : null
  }

const mediaShape = (
  id: string,
  name: string,
  change: Change,
  { media = segmentIn(''), ...more }: Partial<Pick<Shape, 'entry' | 'encoding' | 'media'>> = {},
): Shape => ({
  id,
  name,
  form: 'HLS media',
  entry: 'index.m3u8',
  ...more,
  manifest: (asked) => (/\.(m3u8|php)$/i.test(asked.path) ? { text: change(list(asked)) } : null),
  media,
})

/** Names each segment by another address. */
const addressed =
  (to: (file: string) => string): Change =>
  (text) =>
    text.replace(/^\d+\.ts$/gm, to)

const defined = (tag: string): Change => {
  const rename = addressed((file) => `{$folder}/${file}`)
  return (text) => rename(text).replace(/VERSION:\d+/, `VERSION:11\n#EXT-X-DEFINE:${tag}`)
}

/** A multivariant playlist of one folder that is named by a variable, which its media playlists import. */
const imported: Shape = {
  id: 'define-import',
  name: 'master with `EXT-X-DEFINE`, lists that import it',
  form: 'HLS media',
  entry: 'index.m3u8',
  manifest(asked) {
    if (asked.path === 'index.m3u8')
      return {
        text: MASTER.replace(
          'VERSION:4',
          'VERSION:11\n#EXT-X-DEFINE:NAME="file",VALUE="index"',
        ).replace(/index\.m3u8/g, '{$file}.m3u8'),
      }
    if (!asked.path.endsWith('.m3u8')) return null
    const rename = addressed((file) => `./{$file}/../${file}`)
    const text = rename(list(asked))
    return { text: text.replace(/VERSION:\d+/, 'VERSION:11\n#EXT-X-DEFINE:IMPORT="file"') }
  },
  media: (path) => `/sport-1/${path}`,
}

/** The shapes of HLS. */
export const HLS_SHAPES: readonly Shape[] = [
  mediaShape(
    'packed',
    'gzip unasked, BOM, CRLF',
    (text) => `\uFEFF${text.replace(/\n/g, '\r\n')}`,
    {
      encoding: 'gzip',
    },
  ),
  mediaShape('brotli', 'brotli unasked', (text) => text, { encoding: 'br' }),
  mediaShape('returns', 'lines that end in CR alone', (text) => text.replace(/\n/g, '\r')),
  mediaShape(
    'upper',
    '`INDEX.M3U8` with `.TS`',
    addressed((file) => file.toUpperCase()),
    {
      entry: 'INDEX.M3U8',
      media: segmentIn('', '.TS'),
    },
  ),
  mediaShape('script', 'a list from `list.php?c=1`', (text) => text, { entry: 'list.php?c=1' }),
  mediaShape(
    'dots',
    'dot segments',
    addressed((file) => `./a/../b/./../${file}`),
  ),
  mediaShape('define', '`EXT-X-DEFINE` with `VALUE`', defined('NAME="folder",VALUE="files"'), {
    media: segmentIn('files/'),
  }),
  mediaShape('define-query', '`EXT-X-DEFINE` with `QUERYPARAM`', defined('QUERYPARAM="folder"'), {
    entry: 'index.m3u8?folder=files',
    media: segmentIn('files/'),
  }),
  imported,
  {
    id: 'says-stream',
    name: '`live.ts` that answers a list',
    form: 'HLS media',
    says: 'MPEG-TS',
    entry: 'live.ts',
    manifest: (asked) => (asked.path === 'live.ts' ? { text: list(asked) } : null),
    media: segmentIn(''),
  },
  {
    id: 'low-latency',
    name: 'low latency: parts, hints, blocking reloads, skipped segments',
    form: 'HLS media',
    entry: 'index.m3u8',
    manifest: (asked) => (asked.path.endsWith('.m3u8') ? lowLatencyList(asked) : null),
    media: segmentIn(''),
  },
]
