import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { resolveTool } from '../../../control/runtime/resolve.ts'
import { startChild } from '../../../test/support/programs/child.ts'
import { freePort, until } from '../../../test/support/programs/port.ts'
import { tempDir } from '../../../test/support/temp-dir.ts'
import { FORMS, type Form, type Kind, type Playing } from '../player.ts'
import { type InputStream, playlistOf, writeHome } from './home.ts'

const START_MS = 60_000
const ADDONS = ['pvr.iptvsimple', 'inputstream.adaptive', 'inputstream.ffmpegdirect']

/** Calls a method of Kodi's JSON-RPC API (version 12 or later); undefined where it answers with an error or not at all. */
const rpc = async <T>(
  port: number,
  method: string,
  params: unknown = {},
): Promise<T | undefined> => {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
  const headers = { 'Content-Type': 'application/json' }
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/jsonrpc`, {
      method: 'POST',
      headers,
      body,
    })
    const { result }: { result?: T } = JSON.parse(await answer.text())
    return result
  } catch {
    return undefined
  }
}

interface Channel {
  readonly channelid: number
  readonly label: string
}

const asked = async <T>(
  what: string,
  ask: () => Promise<T | undefined>,
  ms = START_MS,
): Promise<T> => {
  for (const end = Date.now() + ms; Date.now() < end; await sleep(200)) {
    const got = await ask()
    if (got !== undefined) return got
  }
  throw new Error(`Kodi: ${what} did not come within ${ms / 1000} s`)
}

const channelsOf = (port: number, count: number) =>
  asked('its channels', async () => {
    const params = { channelgroupid: 'alltv' }
    const got = await rpc<{ channels?: Channel[] }>(port, 'PVR.GetChannels', params)
    return (got?.channels ?? []).length >= count ? got?.channels : undefined
  })

/** Seconds of the clock on the screen, `MM:SS` or `HH:MM:SS`: live channels have no other. */
const positionOf = async (port: number): Promise<number | null> => {
  const params = { labels: ['Player.Time'] }
  const got = await rpc<{ 'Player.Time': string }>(port, 'XBMC.GetInfoLabels', params)
  const parts = (got?.['Player.Time'] ?? '').split(':').map(Number)
  const seconds = parts.reduce((sum, part) => sum * 60 + part, 0)
  return seconds > 0 ? seconds : null
}

/** A programme as Kodi knows it; times are its clock's, `YYYY-MM-DD HH:MM:SS` in UTC. */
export interface Broadcast {
  readonly broadcastid: number
  readonly title: string
  readonly starttime: string
  readonly endtime: string
}

/** Kodi saves what it has read once a minute; before that a programme has no id to be opened by. */
const SAVE_MS = 150_000

/** The programmes of a channel, once Kodi has read its guide and saved it. */
const broadcastsOf = (port: number, channelid: number) =>
  asked(
    'its guide',
    async () => {
      const params = { channelid, properties: ['title', 'starttime', 'endtime'] }
      const got = await rpc<{ broadcasts?: Broadcast[] }>(port, 'PVR.GetBroadcasts', params)
      return (got?.broadcasts ?? []).some((it) => it.broadcastid > 0) ? got?.broadcasts : undefined
    },
    SAVE_MS,
  )

/** The channels of each group Kodi has found: `group: channel, channel; …`. */
const groupsOf = async (port: number): Promise<string> => {
  interface Groups {
    readonly channelgroups: readonly { readonly channelgroupid: number; readonly label: string }[]
  }
  const got = await rpc<Groups>(port, 'PVR.GetChannelGroups', { channeltype: 'tv' })
  const told: string[] = []
  for (const { channelgroupid, label } of got?.channelgroups ?? []) {
    const params = { channelgroupid }
    const within = await rpc<{ channels?: Channel[] }>(port, 'PVR.GetChannels', params)
    told.push(`${label}: ${(within?.channels ?? []).map((it) => it.label).join(', ')}`)
  }
  return told.join('; ')
}

/** Kodi on a screen of its own, and with a sound card of its own that keeps time: without one it stops for seconds to look for one. */
async function startPrograms(home: string) {
  const display = `:${await freePort()}`
  const screen = ['-screen', '0', '320x240x24', '-nolisten', 'tcp']
  const socket = join(home, 'pulse.sock')
  const card = ['module-null-sink', `module-native-protocol-unix socket=${socket} auth-anonymous=1`]
  const plain = ['-n', '--daemonize=no', '--exit-idle-time=-1', '--use-pid-file=no']
  const env = {
    ...process.env,
    HOME: home,
    XDG_RUNTIME_DIR: home,
    PULSE_SERVER: `unix:${socket}`,
    DISPLAY: display,
    LIBGL_ALWAYS_SOFTWARE: '1',
    LP_NUM_THREADS: '1',
    KODI_HOME: '/usr/share/kodi',
  }
  const sound = [...(await resolveTool('pulseaudio')).argv, ...plain]
  const beside = [
    startChild([...(await resolveTool('xvfb')).argv, display, ...screen]),
    startChild([...sound, ...card.map((it) => `--load=${it}`)], { env }),
  ]
  await until('the sound card', () => existsSync(socket))
  const kodi = startChild([...(await resolveTool('kodi')).argv, '--standalone'], { cwd: home, env })
  return {
    kodi,
    async stop() {
      await kodi.stop('SIGKILL')
      for (const child of beside) await child.stop()
    },
  }
}

/** Kodi with a list, by its address or its text, once it has found `count` channels; nothing is opened yet. */
export async function startKodiOn(list: string, count: number) {
  const home = await tempDir()
  const port = await freePort()
  writeHome(home.path, port, list)
  const { kodi, ...programs } = await startPrograms(home.path)
  const stop = async () => {
    await programs.stop()
    await home.remove()
  }
  const ready = async () => {
    await asked('its API', () => rpc<string>(port, 'JSONRPC.Ping'))
    for (const addonid of ADDONS)
      await rpc(port, 'Addons.SetAddonEnabled', { addonid, enabled: true })
    return await channelsOf(port, count)
  }
  const channels = await ready().catch(async (error: unknown) => {
    await stop()
    throw error
  })
  return {
    /** Opens an entry of the list. */
    open: async (entry: number) => {
      const { channelid } = channels[entry] ?? {}
      await rpc(port, 'Player.Open', { item: { channelid } })
    },
    /** Ends what plays; Kodi goes on. */
    quiet: async () => void (await rpc(port, 'Player.Stop', { playerid: 1 })),
    groups: () => groupsOf(port),
    labels: channels.map(({ label }) => label),
    /** The programmes of an entry. */
    broadcasts: (entry: number) => broadcastsOf(port, channels[entry]?.channelid ?? 0),
    /** Opens a programme of the past. */
    openBroadcast: async (broadcastid: number) =>
      void (await rpc(port, 'Player.Open', { item: { broadcastid } })),
    position: () => positionOf(port),
    isOver: () => kodi.exitCode() !== null,
    output: () => readFileSync(join(home.path, '.kodi/temp/kodi.log'), 'utf8'),
    stop,
  }
}

/** {@link startKodiOn} a list of addresses. */
export const startKodi = (list: readonly string[], stream: InputStream) =>
  startKodiOn(playlistOf(list, stream), list.length)

async function playWithKodi(list: readonly string[], stream: InputStream): Promise<Playing> {
  const kodi = await startKodi(list, stream)
  await kodi.open(0)
  return { ...kodi, zap: kodi.open }
}

const kodiWith = (stream: InputStream, forms: readonly Form[]): Kind => {
  const name = stream === 'internal' ? 'Kodi' : `Kodi ${stream}`
  return {
    name,
    async prepare() {
      await resolveTool('xvfb')
      await resolveTool('pulseaudio')
      const { version } = await resolveTool('kodi')
      return { name, version, isHeavy: true, forms, play: (list) => playWithKodi(list, stream) }
    },
  }
}

/** Kodi's ways to play the channels of pvr.iptvsimple. */
export const KODI: readonly Kind[] = [
  kodiWith('internal', FORMS),
  kodiWith(
    'inputstream.adaptive',
    FORMS.filter((it) => it !== 'MPEG-TS'),
  ),
  kodiWith('inputstream.ffmpegdirect', FORMS),
]
