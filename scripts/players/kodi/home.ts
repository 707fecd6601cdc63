import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The ways pvr.iptvsimple plays a channel: Kodi's own player, or one of its input streams. */
export type InputStream = 'internal' | 'inputstream.adaptive' | 'inputstream.ffmpegdirect'

const settings = (values: Readonly<Record<string, string | number | boolean>>): string => {
  const lines = Object.entries(values).map(
    ([id, value]) => `<setting id="${id}">${value}</setting>\n`,
  )
  return `<settings version="2">\n${lines.join('')}</settings>\n`
}

/** A list for pvr.iptvsimple: an entry for each address, named by its number. */
export const playlistOf = (list: readonly string[], stream: InputStream): string => {
  const choice = (url: string): string => {
    if (stream === 'internal') return ''
    const type = url.includes('.mpd') ? 'mpd' : 'hls'
    // inputstream.adaptive opens nothing without a manifest type, and ffmpegdirect reads lists only through ffmpeg itself.
    const how = stream === 'inputstream.adaptive' ? `manifest_type=${type}` : 'open_mode=ffmpeg'
    return `#KODIPROP:inputstream=${stream}\n#KODIPROP:${stream}.${how}\n`
  }
  const entry = (url: string, n: number) =>
    `#EXTINF:-1 tvg-id="entry-${n}" tvg-chno="${n + 1}" group-title="All",Entry ${n}\n${choice(url)}${url}\n`
  return `#EXTM3U\n${list.map(entry).join('')}`
}

/** Writes what Kodi reads at its start below `home`: a web server for commands on `port`, and one list, by its address or its text. */
export function writeHome(home: string, port: number, list: string): void {
  const data = join(home, '.kodi/userdata')
  const addon = join(data, 'addon_data/pvr.iptvsimple')
  mkdirSync(addon, { recursive: true })
  const isAddress = list.startsWith('http')
  const file = join(home, 'list.m3u')
  if (!isAddress) writeFileSync(file, list)
  writeFileSync(
    join(data, 'guisettings.xml'),
    settings({
      'services.webserver': true,
      'services.webserverport': port,
      'services.webserverauthentication': false,
      'services.esenabled': false,
      'services.zeroconf': false,
      'general.addonupdates': 2,
      'videoscreen.screensaver': '',
    }),
  )
  writeFileSync(
    join(addon, 'settings.xml'),
    settings({
      m3uPathType: isAddress ? 1 : 0,
      m3uPath: file,
      m3uUrl: isAddress ? list : '',
      m3uCache: false,
      // The guide is the one the list names.
      epgPathType: 1,
      epgUrl: '',
      catchupEnabled: true,
    }),
  )
}
