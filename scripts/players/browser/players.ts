import type { Browser } from 'playwright-core'
import { resolveTool } from '../../../control/runtime/resolve.ts'
import { launchBrowser } from '../../../test/support/programs/browser.ts'
import { FORMS, type Form, HLS, type Kind, type Playing } from '../player.ts'
import { PAGE, versionOfPackage } from './pages.ts'

const FLAGS = [
  '--autoplay-policy=no-user-gesture-required',
  '--mute-audio',
  // A page nobody looks at is slowed down otherwise.
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
]

let running: Promise<Browser> | null = null

/** Ends Chromium, where it runs. */
export async function closeBrowser(): Promise<void> {
  const browser = await running
  running = null
  await browser?.close()
}

/** A page of its own, with cookies of its own, on the host it plays from. */
async function playInPage(name: string, list: readonly string[]): Promise<Playing> {
  running ??= launchBrowser(FLAGS)
  const context = await (await running).newContext()
  const page = await context.newPage()
  await page.goto(new URL(PAGE, list[0]).href)
  const call = async <T>(text: string): Promise<T | null> => {
    const value: T | null = await page.evaluate<T>(text).catch(() => null)
    return value
  }
  const open = (entry: number) =>
    call(`openChannel(${JSON.stringify(name)}, ${JSON.stringify(list[entry] ?? '')})`)
  let told = ''
  await open(0)
  return {
    async position() {
      told = (await call<string>('told()')) ?? told
      const shown = await call<number>('shown()')
      return shown === 0 ? null : shown
    },
    isOver: () => page.isClosed(),
    zap: async (entry) => void (await open(entry)),
    output: () => told,
    async stop() {
      await call('closePlayer()')
      await context.close()
    },
  }
}

const inPage = (name: string, forms: readonly Form[], pack: string | null): Kind => ({
  name,
  async prepare() {
    const { version } =
      pack === null ? await resolveTool('chromium') : { version: versionOfPackage(pack) }
    return { name, version, forms, play: (list) => playInPage(name, list) }
  },
})

/** The players in Chromium. */
export const IN_BROWSER: readonly Kind[] = [
  inPage('hls.js', HLS, 'hls.js'),
  inPage(
    'Shaka',
    FORMS.filter((it) => it !== 'MPEG-TS'),
    'shaka-player',
  ),
  inPage(
    'video.js',
    FORMS.filter((it) => it !== 'MPEG-TS'),
    'video.js',
  ),
  inPage('dash.js', ['DASH'], 'dashjs'),
  inPage('mpegts.js', ['MPEG-TS'], 'mpegts.js'),
  inPage('Chromium', HLS, null),
]
