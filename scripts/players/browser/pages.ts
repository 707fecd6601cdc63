import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { packageRoot } from '../../../control/config/paths.ts'

/** Where the page of the players stands. */
export const PAGE = '/players/page.html'

/** The scripts the page loads, by the name it asks for. */
const SCRIPTS: Readonly<Record<string, string>> = {
  'hls.js': 'hls.js/dist/hls.min.js',
  'shaka.js': 'shaka-player/dist/shaka-player.compiled.js',
  'video.js': 'video.js/dist/video.min.js',
  'dash.js': 'dashjs/dist/modern/umd/dash.all.min.js',
  'mpegts.js': 'mpegts.js/dist/mpegts.js',
}

/** The version of a package of players. */
export const versionOfPackage = (name: string): string => {
  const text = readFileSync(join(packageRoot(), 'node_modules', name, 'package.json'), 'utf8')
  const { version }: { version: string } = JSON.parse(text)
  return version
}

/** Answers requests for the page and its scripts, so that players in it play from their own host; leaves others alone. */
export function servePlayers({ url = '' }: IncomingMessage, response: ServerResponse): boolean {
  if (url === PAGE) {
    response.writeHead(200, { 'Content-Type': 'text/html' })
    response.end(readFileSync(join(packageRoot(), 'scripts/players/browser/page.html')))
    return true
  }
  const script = SCRIPTS[url.slice('/players/'.length)]
  if (!url.startsWith('/players/') || script === undefined) return false
  response.writeHead(200, { 'Content-Type': 'text/javascript', 'Cache-Control': 'max-age=3600' })
  response.end(readFileSync(join(packageRoot(), 'node_modules', script)))
  return true
}
