import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { packageRoot } from '../../../control/config/paths.ts'
import { launchBrowser } from '../../support/programs/browser.ts'

export type PagePlayer = 'hls.js' | 'Shaka'

/** What a player said, and what its browser asked for. */
export interface Played {
  /** Beginnings and ends of interstitials and their assets, and errors. */
  readonly events: readonly string[]
  /** Status and address of each answer. */
  readonly answers: readonly { readonly status: number; readonly url: string }[]
}

type IsEnough = (events: readonly string[]) => boolean

/** Whether so many assets of interstitials have begun. */
export const afterAssets =
  (count: number): IsEnough =>
  (events) =>
    events.filter((it) => it === 'asset started').length >= count

/** Players in a page of another host than the edge. */
export interface PlayerPage {
  /** Plays an address until that is enough, for a minute at most. */
  play(player: PagePlayer, url: string, isEnough: IsEnough): Promise<Played>
  stop(): Promise<void>
}

const SCRIPTS: Readonly<Record<string, string>> = {
  '/hls.js': 'hls.js/dist/hls.min.js',
  '/shaka.js': 'shaka-player/dist/shaka-player.compiled.js',
}

const PAGE = `<!doctype html><title>players</title>
<div id="ads"><video id="video" muted autoplay width="320" height="180"></video></div>
<script src="/hls.js"></script><script src="/shaka.js"></script>
<script>
const video = document.getElementById('video')
const events = []
const playHls = (url) => {
  // Put into the channel's own buffer, an asset's times are a matter of its media.
  const hls = new Hls({ enableWorker: false, interstitialAppendInPlace: false })
  const { Events } = Hls
  hls.on(Events.ASSET_LIST_LOADED, () => events.push('list loaded'))
  hls.on(Events.INTERSTITIAL_STARTED, (_, { event }) => events.push('break ' + event.identifier))
  hls.on(Events.INTERSTITIAL_ASSET_STARTED, (_, { asset }) => events.push('asset started'))
  hls.on(Events.INTERSTITIAL_ASSET_ENDED, (_, { asset }) => events.push('asset ended'))
  hls.on(Events.INTERSTITIAL_ENDED, () => events.push('break ended'))
  hls.on(Events.INTERSTITIALS_PRIMARY_RESUMED, () => events.push('resumed'))
  hls.on(Events.INTERSTITIAL_ASSET_ERROR, (_, { details }) => events.push('asset error ' + details))
  hls.on(Events.ERROR, (_, { details, fatal }) => events.push((fatal ? 'fatal ' : 'error ') + details))
  hls.loadSource(url)
  hls.attachMedia(video)
}
const playShaka = async (url) => {
  shaka.polyfill.installAll()
  const player = new shaka.Player()
  await player.attach(video)
  const ads = player.getAdManager()
  ads.setContainers(document.getElementById('ads'), null)
  ads.addEventListener('ad-started', () => events.push('asset started'))
  ads.addEventListener('ad-complete', () => events.push('asset ended'))
  ads.addEventListener('ad-content-resume-requested', () => events.push('resumed'))
  ads.addEventListener('ad-error', () => events.push('asset error'))
  player.addEventListener('error', ({ detail }) => events.push('error ' + detail.code))
  await player.load(url)
}
window.start = (player, url) => (player === 'Shaka' ? playShaka(url) : playHls(url))
window.eventsSoFar = () => events
</script>`

const MOST_MS = 60_000

const playIn = async (
  browser: Browser,
  root: string,
  wish: { readonly player: PagePlayer; readonly url: string; readonly isEnough: IsEnough },
): Promise<Played> => {
  const { player, url, isEnough } = wish
  const page = await browser.newPage()
  try {
    const answers: { status: number; url: string }[] = []
    page.on('response', (it) => answers.push({ status: it.status(), url: it.url() }))
    await page.goto(root)
    await page.evaluate(`start(${JSON.stringify(player)}, ${JSON.stringify(url)})`)
    const until = Date.now() + MOST_MS
    let events: readonly string[] = []
    while (!isEnough(events) && Date.now() < until) {
      await page.waitForTimeout(250)
      events = await page.evaluate<string[]>('eventsSoFar()')
    }
    return { events, answers: answers.filter((it) => !it.url.startsWith(root)) }
  } finally {
    await page.close()
  }
}

/** Starts a browser and the server of its page. */
export const startPlayerPage = async (): Promise<PlayerPage> => {
  const server = createServer(({ url = '' }, response) => {
    const script = SCRIPTS[url]
    const type = script === undefined ? 'text/html' : 'text/javascript'
    const body =
      script === undefined ? PAGE : readFileSync(join(packageRoot(), 'node_modules', script))
    response.writeHead(200, { 'Content-Type': type }).end(body)
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const root = `http://localhost:${(server.address() as AddressInfo).port}/`
  const browser = await launchBrowser(['--autoplay-policy=no-user-gesture-required'])
  return {
    play: (player, url, isEnough) => playIn(browser, root, { player, url, isEnough }),
    async stop() {
      await browser.close()
      server.closeAllConnections()
      await new Promise<void>((resolve) => void server.close(() => resolve()))
    },
  }
}
