import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { commonSession } from '../../../control/demo/media-servers/mediabrowser-shapes.ts'
import { plexSession } from '../../../control/demo/media-servers/plex-shapes.ts'
import { type PopulationFiles, pastOf } from '../../../scripts/replay/past.ts'
import { replay } from '../../../scripts/replay/replay.ts'
import { scenesOf } from '../../../scripts/replay/staged-rows.ts'

const read = (name: string): Record<string, unknown> => {
  const path = fileURLToPath(new URL(`../../vectors/detection/sample/${name}.gz`, import.meta.url))
  return JSON.parse(gunzipSync(readFileSync(path)).toString('utf8'))
}

const history = read('history.json')

/** Four accounts of each kind that plays on many lines, and of the quiet ones. */
const SOME = Object.fromEntries(Object.entries(history).filter((_, i) => i % 36 === 0))
const FILES: PopulationFiles = { history: SOME, geo: read('geo.json'), asn: read('asn.json') }

describe('recorded days, played by a clock advanced by hand', () => {
  test.each(['plex', 'jellyfin'] as const)(
    'through a fake %s is judged as the report judges its rows',
    async (kind) => {
      const past = pastOf(FILES, { days: 4, users: null })
      const compared = await replay(kind, past, 10_000)
      expect(compared).toHaveLength(Object.keys(SOME).length)
      expect(compared.flatMap(({ reported }) => reported.kinds).length).toBeGreaterThan(0)
      for (const { user, watched, reported } of compared) {
        expect(watched.kinds, user).toEqual(reported.kinds)
        expect(watched.flagged, user).toBe(reported.flagged)
        expect(Math.abs(watched.confidence - reported.confidence), user).toBeLessThanOrEqual(3)
      }
    },
    120_000,
  )

  test.each([
    ['track', 'track', 'Audio'],
    ['movie', 'movie', 'Video'],
  ])('a row of the kind %s is shown as one by every server', (kind, plex, other) => {
    const row = { started: 100, stopped: 200, user_id: 7, media_type: kind }
    const [scene] = scenesOf([row], { from: 0, to: 300_000, stepMs: 10_000 })
    const [play] = scene?.plays ?? []
    if (play === undefined) throw new Error('nothing plays')
    expect(plexSession(play, '1')['type']).toBe(plex)
    expect(commonSession(play, 0)['NowPlayingItem']).toMatchObject({ MediaType: other })
  })
})
