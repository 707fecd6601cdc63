import { type Ask, ask, type Reply } from './ask.ts'

/** Who watches, as the edge sees him. */
export interface Who {
  /** Sent as X-Forwarded-For; only from 127.0.0.1 it is believed. */
  readonly address?: string
  readonly token?: string
  readonly agent?: string
  /** Loopback address he really comes from. */
  readonly from?: string
}

/** A playback that was let in. */
export interface Playing {
  readonly pass: string
  readonly channel: string
  /** Path of the entry file. */
  readonly entry: string
  /** Asks for a file of the channel, as this viewer unless told otherwise. */
  readonly get: (rest: string, as?: Who) => Promise<Reply>
  /** One round of a live player: the list and its newest segment. */
  readonly poll: (as?: Who) => Promise<Reply>
}

/** A viewer with his playlist. */
export interface Viewer {
  readonly get: (path: string, options?: Ask) => Promise<Reply>
  readonly playlist: () => Promise<string>
  /** Ids of the channels in his playlist. */
  readonly channels: () => Promise<string[]>
  /** The ticket of a new download. */
  readonly ticket: () => Promise<string>
  /** Opens a channel by a ticket; a new download's unless one is given. */
  readonly open: (channel: string, ticket?: string) => Promise<Reply>
  /** Opens a channel and fails where that is refused. */
  readonly play: (channel: string, ticket?: string) => Promise<Playing>
}

const asked = (who: Who, options: Ask = {}): Ask => ({
  ...options,
  headers: {
    ...(who.agent === undefined ? {} : { 'User-Agent': who.agent }),
    ...(who.address === undefined ? {} : { 'X-Forwarded-For': who.address }),
    ...options.headers,
  },
  ...(who.from === undefined ? {} : { from: who.from }),
})

/** The last file a media playlist names. */
export function newestSegment(playlist: string): string {
  return (
    playlist
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .at(-1) ?? ''
  )
}

/** The playback behind an opening's answer. */
export function playing(edge: string, who: Who, opened: Reply): Playing {
  const found = /^\/s\/([^/]+)\/([^/]+)\/(.*)$/.exec(opened.location ?? '')
  if (opened.status !== 302 || found === null) {
    throw new Error(`not let in: ${opened.status} ${opened.reason} ${opened.location}`)
  }
  const [entry = '', pass = '', channel = ''] = found
  const get = (rest: string, as: Who = who) => ask(edge, `/s/${pass}/${channel}/${rest}`, asked(as))
  const poll = async (as: Who = who) => {
    const list = await ask(edge, entry, asked(as))
    return list.status === 200 ? await get(newestSegment(list.text), as) : list
  }
  return { pass, channel, entry, get, poll }
}

/** A viewer of one edge. */
export function viewer(edge: string, who: Who = {}): Viewer {
  const get = (path: string, options?: Ask) => ask(edge, path, asked(who, options))
  const playlist = async () => {
    const query = who.token === undefined ? '' : `?token=${who.token}`
    const reply = await get(`/playlist.m3u${query}`)
    if (reply.status !== 200) throw new Error(`no playlist: ${reply.status} ${reply.reason}`)
    return reply.text
  }
  const ticket = async () => /\/live\/([^/]+)\//.exec(await playlist())?.[1] ?? ''
  const open = async (channel: string, given?: string) =>
    get(`/live/${given ?? (await ticket())}/${channel}/index.m3u8`)
  return {
    get,
    playlist,
    channels: async () =>
      [...(await playlist()).matchAll(/\/live\/[^/]+\/([^/]+)\//g)].map((it) => it[1] ?? ''),
    ticket,
    open,
    play: async (channel, given) => playing(edge, who, await open(channel, given)),
  }
}
