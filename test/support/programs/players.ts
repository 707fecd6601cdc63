import { chmod, chown, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { NOBODY, resolveTool } from '../../../control/runtime/resolve.ts'
import { tempDir } from '../cleanup.ts'
import { startChild } from './child.ts'

/** How a viewer shows itself. */
export interface PlayerOptions {
  readonly headers?: Readonly<Record<string, string>>
  readonly userAgent?: string
  /** Further options of the player itself, before the address. */
  readonly args?: readonly string[]
}

/** A player at work. */
export interface Screen {
  /** Frames decoded (ffmpeg), or bytes taken (VLC), so far. */
  readonly progress: () => Promise<number>
  /** `null` while it plays. */
  readonly exitCode: () => number | null
  readonly output: () => string
  readonly ended: Promise<void>
  readonly stop: () => Promise<void>
}

/** What a finished playback came to. */
export interface Playback {
  readonly exitCode: number
  readonly frames: number
  /** Warnings and errors the player printed. */
  readonly output: string
}

function inputOptions({ headers = {}, userAgent, args = [] }: PlayerOptions): string[] {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return [
    ...args,
    ...(lines.length > 0 ? ['-headers', lines.join('')] : []),
    ...(userAgent === undefined ? [] : ['-user_agent', userAgent]),
  ]
}

/** Starts ffmpeg on a URL at the pace of the stream; nothing is written. */
export async function startFfmpeg(url: string, options: PlayerOptions = {}): Promise<Screen> {
  const { argv } = await resolveTool('ffmpeg')
  let frames = 0
  const input = ['-nostdin', '-v', 'warning', '-progress', 'pipe:1', '-re']
  const child = startChild(
    [...argv, ...input, ...inputOptions(options), '-i', url, '-f', 'null', '-'],
    {
      onStdout: (text) => {
        for (const found of text.matchAll(/^frame=(\d+)/gm)) frames = Number(found[1])
      },
    },
  )
  return {
    progress: async () => frames,
    exitCode: child.exitCode,
    output: () => withoutProgress(child.output()),
    ended: new Promise((resolve) => child.process.on('close', () => resolve())),
    stop: () => child.stop('SIGINT'),
  }
}

/** Plays `seconds` of a URL with ffmpeg, as fast as it comes. */
export async function playWithFfmpeg(
  url: string,
  seconds: number,
  options: PlayerOptions = {},
): Promise<Playback> {
  const { argv } = await resolveTool('ffmpeg')
  let frames = 0
  const args = ['-nostdin', '-v', 'warning', '-progress', 'pipe:1', ...inputOptions(options)]
  const child = startChild(
    [...argv, ...args, '-i', url, '-t', String(seconds), '-f', 'null', '-'],
    {
      onStdout: (text) => {
        for (const found of text.matchAll(/^frame=(\d+)/gm)) frames = Number(found[1])
      },
    },
  )
  await new Promise<void>((resolve) => child.process.on('close', () => resolve()))
  return { exitCode: child.exitCode() ?? -1, frames, output: withoutProgress(child.output()) }
}

/** Hashes of the decoded pictures of `seconds` of a URL, in order, to compare two ways to the same stream. */
export async function frameHashes(
  url: string,
  seconds: number,
  options: PlayerOptions = {},
): Promise<string[]> {
  const { argv } = await resolveTool('ffmpeg')
  const args = [
    '-nostdin',
    '-v',
    'error',
    ...inputOptions(options),
    '-i',
    url,
    '-t',
    String(seconds),
  ]
  const child = startChild([...argv, ...args, '-map', '0:v:0', '-f', 'framemd5', '-'])
  await new Promise<void>((resolve) => child.process.on('close', () => resolve()))
  const lines = child
    .output()
    .split('\n')
    .filter((line) => line.startsWith('0,'))
  return lines.map((line) => line.split(',').at(-1)?.trim() ?? '')
}

/** Starts VLC without a screen; what it plays goes to a file, whose size is its progress. */
export async function startVlc(url: string, options: PlayerOptions = {}): Promise<Screen> {
  const { argv } = await resolveTool('vlc')
  const folder = await tempDir()
  await chmod(folder.path, 0o777)
  if (process.getuid?.() === 0) await chown(folder.path, NOBODY, NOBODY)
  const file = join(folder.path, 'out.ts')
  const quiet = ['-I', 'dummy', '--no-color', '--ignore-config', '--no-plugins-cache', '-v']
  const agent = options.userAgent === undefined ? [] : ['--http-user-agent', options.userAgent]
  const out = ['--sout', `#std{access=file,mux=ts,dst=${file}}`]
  const all = [...quiet, ...agent, ...(options.args ?? []), ...out, url, 'vlc://quit']
  const child = startChild([...argv, ...all], {
    cwd: folder.path,
    env: { ...process.env, HOME: folder.path, XDG_RUNTIME_DIR: folder.path },
  })
  const ended = new Promise<void>((resolve) => child.process.on('close', () => resolve()))
  return {
    progress: async () => (await stat(file).catch(() => null))?.size ?? 0,
    exitCode: child.exitCode,
    output: child.output,
    ended,
    async stop() {
      await child.stop()
      await folder.remove()
    },
  }
}

/** Plays `seconds` of a URL with VLC and says how many bytes it took. */
export async function playWithVlc(
  url: string,
  seconds: number,
  options: PlayerOptions = {},
): Promise<{ bytes: number; output: string }> {
  const screen = await startVlc(url, options)
  let timer: NodeJS.Timeout | undefined
  const time = new Promise((resolve) => {
    timer = setTimeout(resolve, seconds * 1000)
  })
  await Promise.race([screen.ended, time])
  clearTimeout(timer)
  const bytes = await screen.progress()
  await screen.stop()
  return { bytes, output: screen.output() }
}

function withoutProgress(output: string): string {
  return output
    .split('\n')
    .filter((line) => line !== '' && !/^\w+=\s*\S*$/.test(line))
    .join('\n')
}
