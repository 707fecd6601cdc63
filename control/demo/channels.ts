import { logoPng } from './logos/logo.ts'

/** How a demo channel is delivered. */
export type Delivery = 'hls' | 'master' | 'fmp4' | 'archive' | 'mpegts'

/** One channel of the demo. */
export interface DemoChannel {
  readonly id: string
  readonly name: string
  readonly title: string
  readonly delivery: Delivery
}

/** The demo's twelve channels. */
export const CHANNELS: readonly DemoChannel[] = [
  { id: 'federal-1', name: 'Federal One', title: 'Federal', delivery: 'hls' },
  { id: 'federal-2', name: 'Federal Two', title: 'Federal', delivery: 'hls' },
  { id: 'federal-3', name: 'Federal Three', title: 'Federal', delivery: 'hls' },
  { id: 'federal-4', name: 'Federal Four, Late', title: 'Federal', delivery: 'hls' },
  { id: 'sport-1', name: 'Sport One HD', title: 'Sport', delivery: 'master' },
  { id: 'sport-2', name: 'Sport Two', title: 'Sport', delivery: 'fmp4' },
  { id: 'sport-3', name: 'Sport Three', title: 'Sport', delivery: 'hls' },
  { id: 'sport-4', name: 'Sport Four', title: 'Sport', delivery: 'mpegts' },
  { id: 'film-1', name: 'Film One', title: 'Film', delivery: 'hls' },
  { id: 'film-2', name: 'Film Two', title: 'Film', delivery: 'hls' },
  { id: 'film-3', name: 'Film of the Day', title: 'Film', delivery: 'archive' },
  { id: 'film-4', name: 'Film Four', title: 'Film', delivery: 'hls' },
]

/** The address of a channel below the origin. */
export function channelPath(channel: DemoChannel): string {
  return `/${channel.id}/${channel.delivery === 'mpegts' ? 'mpegts' : 'index.m3u8'}`
}

/** The M3U the demo's source serves. */
export function sourcePlaylist(base: string): string {
  const lines = [`#EXTM3U url-tvg="${base}/epg.xml"`]
  for (const channel of CHANNELS) {
    const { id, name, title, delivery } = channel
    const logo = `tvg-logo="${base}/logo/${id}.png"`
    const catchup = delivery === 'hls' ? ' catchup="flussonic" catchup-days="1"' : ''
    lines.push(
      `#EXTINF:-1 tvg-id="${id}" tvg-name="${name}" ${logo} group-title="${title}"${catchup},${name}`,
      `${base}${channelPath(channel)}`,
    )
  }
  return `${lines.join('\n')}\n`
}

/** What the channels of a title show, one after the other. */
const SHOWS: Readonly<Record<string, readonly string[]>> = {
  Federal: [
    'Morning News',
    'Breakfast Table',
    'Market Day',
    'Midday News',
    'Rivers of the North',
    'Afternoon Talk',
    'Regional News',
    'The Quiz',
    'Evening News',
    'Harbour Police',
    'Late Talk',
    'Night Concert',
  ],
  Sport: ['Cycling Tour', 'Handball League', 'Sports News', 'Football Classics', 'Ski Jumping'],
  Film: ['The Last Ferry', 'Snow over Lisbon', 'A Summer in Riga', 'The Clockmaker', 'Two Trains'],
}

/** A programme guide with one programme an hour, three days wide; no two channels of a title show the same at the same time. */
export function guide(now: number): string {
  const hour = 3_600_000
  const first = Math.floor(now / hour) - 24
  const stamp = (at: number) =>
    `${new Date(at).toISOString().replace(/\D/g, '').slice(0, 14)} +0000`
  const parts = ['<?xml version="1.0" encoding="UTF-8"?>\n<tv>\n']
  for (const { id, name } of CHANNELS) {
    parts.push(`<channel id="${id}"><display-name>${name}</display-name></channel>\n`)
  }
  for (const [index, { id, title }] of CHANNELS.entries()) {
    const shows = SHOWS[title] ?? [title]
    for (let at = first; at < first + 72; at++) {
      const times = `start="${stamp(at * hour)}" stop="${stamp((at + 1) * hour)}"`
      const show = `<title>${shows[(at + index) % shows.length]}</title>`
      const category = `<category lang="en">${title}</category>`
      parts.push(`<programme ${times} channel="${id}">${show}${category}</programme>\n`)
    }
  }
  return `${parts.join('')}</tv>\n`
}

/** A channel's logo, PNG: the first letter and number of its name. */
export function logoOf({ id, title }: DemoChannel): Buffer {
  return logoPng(`${id[0]?.toUpperCase()}${id.at(-1)}`, title)
}
