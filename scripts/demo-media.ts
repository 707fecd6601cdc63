import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packageRoot } from '../control/config/paths.ts'
import { run } from '../control/runtime/exec.ts'
import { resolveTool } from '../control/runtime/resolve.ts'

/**
 * Makes the demo's clip anew, or the renditions named: a test pattern and a tone, 16 s in eight segments. 16 s are exactly 750 AAC frames, and the eight segments are cut
 * from the middle of a longer take, so that the end runs into the beginning without a gap.
 */
const SEGMENTS = 8
const wanted = process.argv.slice(2)
const target = join(packageRoot(), 'control/demo/media')
const work = mkdtempSync(join(tmpdir(), 'gh-media-'))
const ffmpeg = (await resolveTool('ffmpeg')).argv

const pattern = (size: string) => ['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=25`]
const tone = ['-f', 'lavfi', '-i', 'sine=frequency=440:beep_factor=2:sample_rate=48000']
const video = (rate: string) =>
  `-c:v libx264 -preset veryslow -profile:v main -pix_fmt yuv420p -b:v ${rate} -maxrate ${rate}
   -bufsize ${rate} -bf 0 -g 50 -keyint_min 50 -sc_threshold 0 -flags +cgop`.split(/\s+/)
const audio = ['-c:a', 'aac', '-b:a', '32k', '-ac', '1']
const hls = ['-f', 'hls', '-hls_time', '2', '-hls_list_size', '0']

async function make(name: string, args: readonly string[], type: 'ts' | 'm4s') {
  if (wanted.length > 0 && !wanted.includes(name)) return
  const folder = join(work, name)
  mkdirSync(folder)
  const kind =
    type === 'm4s' ? ['-hls_segment_type', 'fmp4', '-hls_fmp4_init_filename', 'init.mp4'] : []
  const out = [...hls, ...kind, '-hls_segment_filename', join(folder, `%02d.${type}`)]
  const done = await run([
    ...ffmpeg,
    '-v',
    'error',
    '-y',
    ...args,
    '-t',
    '40',
    ...out,
    join(folder, 'x.m3u8'),
  ])
  if (done.code !== 0) throw new Error(done.stderr)
  const into = join(target, name)
  rmSync(into, { recursive: true, force: true })
  mkdirSync(into, { recursive: true })
  if (type === 'm4s') cpSync(join(folder, 'init.mp4'), join(into, 'init.mp4'))
  for (let i = 0; i < SEGMENTS; i++) {
    const from = String(i + SEGMENTS).padStart(2, '0')
    // Compilers take `.ts` for TypeScript, hence the longer name.
    const file = type === 'ts' ? `${i}.mpegts` : `${i}.m4s`
    cpSync(join(folder, `${from}.${type}`), join(into, file))
  }
  const size = readdirSync(into).reduce((sum, it) => sum + statSync(join(into, it)).size, 0)
  process.stdout.write(`${name}: ${Math.round(size / 1024)} kB\n`)
}

await make('both', [...pattern('320x180'), ...tone, ...video('70k'), ...audio], 'ts')
await make('high', [...pattern('480x270'), ...video('110k')], 'ts')
await make('low', [...pattern('240x136'), ...video('40k')], 'ts')
await make('sound', [...tone, ...audio], 'ts')
await make('fmp4', [...pattern('320x180'), ...tone, ...video('70k'), ...audio], 'm4s')
await make('dash-video', [...pattern('320x180'), ...video('70k')], 'm4s')
await make('dash-sound', [...tone, ...audio], 'm4s')
rmSync(work, { recursive: true, force: true })
