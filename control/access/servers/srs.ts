import { type Fields, fieldsOf, textOf } from '../../sources/model/read-fields.ts'
import type { HookPlay } from '../admission/hook-play.ts'
import { createApiClient, itemsOf, orMissing } from './api-client.ts'
import { channelOfStream, tokenOfQuery } from './names.ts'
import type { ServerAccess, ServerApi } from './server-api.ts'

const PAGE = 500
const MOST_PAGES = 200

/** SRS names what plays by words such as `rtmp-play`, `hls-play`, `rtc-play` and `flv-play`. */
const protoOf = (type: string): string => {
  const [word = ''] = type.toLowerCase().split('-')
  return { rtc: 'webrtc', fmle: 'rtmp', flash: 'rtmp', haivision: 'rtmp' }[word] ?? (word || 'rtmp')
}

/** The HTTP API of SRS (ossrs.net/lts/en-us/docs/v6/doc/http-api): clients, and their end by DELETE. */
export const createSrsApi = (access: ServerAccess): ServerApi => {
  const client = createApiClient('SRS', access)
  const path = '/api/v1/clients/'
  const playOf = (item: Fields): HookPlay => {
    const url = textOf(item['url'])
    const query = url.includes('?') ? url.slice(url.indexOf('?') + 1) : ''
    return {
      server: access.server,
      playback: textOf(item['id']),
      channel: channelOfStream(textOf(item['name']) || url.replace(/\?.*$/, '')),
      proto: protoOf(textOf(item['type'])),
      address: textOf(item['ip']),
      token: tokenOfQuery(query) ?? tokenOfQuery(textOf(item['tcUrl']).split('?')[1] ?? ''),
      userAgent: null,
      referer: textOf(item['pageUrl']) || null,
      host: null,
      qs: '',
      quietSec: access.quietSec,
      bytes: Number(item['send_bytes'] ?? 0) || 0,
    }
  }
  return {
    list: async () => {
      const all = new Map<string, HookPlay>()
      for (let page = 0; page < MOST_PAGES; page += 1) {
        const query = { start: page * PAGE, count: PAGE }
        const { data } = await client.ask({ path, query })
        if (fieldsOf(data)['code'] !== 0) throw new Error('SRS answered with an error code')
        const items = itemsOf(data, 'clients', path)
        const before = all.size
        for (const item of items.filter((one) => one['publish'] !== true))
          all.set(textOf(item['id']), playOf(item))
        // Versions that know no `start` answer every page with the same clients.
        if (items.length < PAGE || all.size === before) break
      }
      return [...all.values()]
    },
    kick: async (playback) => {
      const one = `${path}${encodeURIComponent(playback)}`
      const answer = await orMissing(async () => await client.ask({ method: 'DELETE', path: one }))
      return answer !== null && fieldsOf(answer.data)['code'] === 0
    },
    close: async () => await client.close(),
  }
}
