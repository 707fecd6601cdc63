import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SLATE_SECONDS, SLATE_WORDS } from '#domain/channels/slates'
import { VIEWER_WORDS, type Words } from '#domain/viewer-words'
import { packageRoot } from '../../control/config/paths.ts'
import { run } from '../../control/runtime/exec.ts'
import { resolveTool } from '../../control/runtime/resolve.ts'

/**
 * Makes the clips of refused openings anew, from the words for viewers: a picture with the text and silence, H.264 and AAC in MPEG-TS, one file
 * for each word and language in `nginx/slates`. `made.json` there says which text each was made from.
 */
const target = join(packageRoot(), 'nginx/slates')
const LANGUAGES = ['en', 'ru'] as const satisfies readonly (keyof Words)[]
const FONTS = [
  '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf',
  join(packageRoot(), '.runtime/chromium/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf'),
]
/** Characters in a line, and the distance of lines in pixels. */
const WIDTH = 36
const LINE = 34

const font = FONTS.find((file) => existsSync(file))
if (font === undefined)
  throw new Error('No DejaVu Sans: apt-get install fonts-dejavu-core, or npm run runtime chromium')
const { argv: ffmpeg } = await resolveTool('ffmpeg')

const linesOf = (text: string): string[] => {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && `${last} ${word}`.length <= WIDTH)
      lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}

const drawing = (lines: readonly string[], folder: string): string =>
  lines
    .map((line, index) => {
      const file = join(folder, `${index}.txt`)
      writeFileSync(file, line)
      const up = Math.round((index - (lines.length - 1) / 2) * LINE)
      return `drawtext=fontfile=${font}:textfile=${file}:expansion=none:fontsize=25:fontcolor=white:x=(w-text_w)/2:y=(h-line_h)/2+${up}`
    })
    .join(',')

const PICTURE =
  '-c:v libx264 -preset veryslow -profile:v main -pix_fmt yuv420p -crf 33 -bf 0 -g 250 -threads 1'
const SOUND = '-c:a aac -b:a 8k -ac 1 -ar 48000'
// Tables twice a second: as often as a player needs that begins anywhere.
const STREAM =
  '-map_metadata -1 -fflags +bitexact -flags:v +bitexact -flags:a +bitexact -f mpegts -pat_period 0.5 -sdt_period 4'

const make = async (words: string, file: string): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'gh-slate-'))
  const inputs = [
    ['-f', 'lavfi', '-i', 'color=c=0x20242c:size=640x360:rate=5'],
    ['-f', 'lavfi', '-i', 'anullsrc=channel_layout=mono:sample_rate=48000'],
  ].flat()
  const coding = `${PICTURE} ${SOUND} ${STREAM} -t ${SLATE_SECONDS}`.split(' ')
  const filter = ['-vf', drawing(linesOf(words), folder)]
  const done = await run([...ffmpeg, '-v', 'error', '-y', ...inputs, ...filter, ...coding, file])
  rmSync(folder, { recursive: true, force: true })
  if (done.code !== 0) throw new Error(done.stderr)
}

const made: Record<string, string> = {}
for (const language of LANGUAGES) {
  mkdirSync(join(target, language), { recursive: true })
  for (const word of SLATE_WORDS) {
    const words = VIEWER_WORDS[word][language]
    // Compilers take `.ts` for TypeScript, hence the longer name.
    const name = `${language}/${word}.mpegts`
    await make(words, join(target, name))
    made[name] = createHash('sha256').update(words).digest('hex').slice(0, 16)
    process.stdout.write(`${name}: ${Math.round(statSync(join(target, name)).size / 1024)} kB\n`)
  }
}
writeFileSync(join(target, 'made.json'), `${JSON.stringify(made, null, 2)}\n`)
