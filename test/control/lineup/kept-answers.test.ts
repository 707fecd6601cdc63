import { expect, it } from 'vitest'
import { chooseAuthBackend } from '../../../control/access/authorize/choose-backend.ts'
import { parseConfig } from '../../../control/config/load.ts'
import {
  createCatalog,
  type LineupIndex,
  noChannels,
} from '../../../control/lineup/lineup-catalog.ts'
import { channelsOf, entry } from '../playlists/channels.ts'

/** One channel of a name, under the id `n1`, with caps by name. */
const indexOf = async (name: string): Promise<LineupIndex> => {
  const { config } = parseConfig(
    `groups: [{ name: all, default: true }]
channels:
  - { match: '^Film', vod: true, max_sessions: 1 }
  - { match: '^News', max_sessions: 2 }
`,
    'g.yaml',
  )
  const channels = await channelsOf(entry(name, 'http://o/news/index.m3u8'))
  return { ...noChannels(config), channels: new Map(channels.map((one) => ['n1', one])) }
}

it('what is found by a channel’s names is found anew once they may have changed', async () => {
  let index = await indexOf('News')
  const catalog = createCatalog(
    () => index,
    () => null,
  )
  const choose = chooseAuthBackend({
    channels: [
      { match: '^Film', auth: 'films' },
      { match: '^News', auth: 'news' },
    ],
    groups: [{ name: 'guests', auth: 'door' }],
    global: null,
    naming: catalog,
  })
  const answers = () => [
    catalog.channel('n1')?.title,
    catalog.channel('n1')?.isVod,
    catalog.rule('n1')?.max_sessions,
    choose('n1', null),
    choose('none', 'guests'),
    choose('none', 'others'),
  ]
  expect(answers()).toEqual(['News', false, 2, 'news', 'door', null])
  expect(answers()).toEqual(['News', false, 2, 'news', 'door', null])
  expect(catalog.channel('n1')).toBe(catalog.channel('n1'))
  index = await indexOf('Film')
  expect(answers()).toEqual(['Film', true, 1, 'films', 'door', null])
  index = { ...index, channels: new Map() }
  expect(answers()).toEqual([undefined, undefined, undefined, null, 'door', null])
})
