import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { closeBrowser } from '../../scripts/players/browser/players.ts'
import { preparePlayers } from '../../scripts/players/kinds.ts'
import { type Lane, type Mode, startLane, type Viewer } from '../../scripts/players/lane.ts'
import { playsOf } from '../../scripts/players/log.ts'
import type { Form, Player, Playing } from '../../scripts/players/player.ts'
import { playAndCount } from '../../scripts/players/trial.ts'
import { shows } from '../../scripts/players/watch.ts'
import { until } from '../support/programs/port.ts'

let lane: Lane
const players = new Map<string, Player>()
const running: Playing[] = []

beforeAll(async () => {
  const failed: string[] = []
  const names = ['ffmpeg', 'VLC', 'mpv', 'hls.js', 'Chromium']
  for (const player of await preparePlayers(names, (text) => failed.push(text)))
    players.set(player.name, player)
  expect(failed).toEqual([])
  lane = await startLane()
}, 900_000)
afterEach(async () => {
  for (const playing of running.splice(0)) await playing.stop()
})
afterAll(async () => {
  await closeBrowser()
  await lane?.stop()
})

const playerOf = (name: string): Player => {
  const player = players.get(name)
  if (player === undefined) throw new Error(`${name} was not prepared`)
  return player
}

/** Plays eight seconds of a form on an account of one stream. */
async function playOn(name: string, form: Form, mode: Mode) {
  const viewer = await lane.viewer(mode)
  const what = { player: playerOf(name), form, seconds: 8 }
  const { playing, counted } = await playAndCount(lane, viewer, what)
  running.push(playing)
  return { viewer, playing, counted }
}

const open = async (name: string, list: readonly string[], form: Form): Promise<Playing> => {
  const playing = await playerOf(name).play(list, form)
  running.push(playing)
  return playing
}

const ONE = { sessions: 1, questions: 1, newSessions: 1, refusals: 0, isOver: false }

/** Ends the account’s session: the player gets nothing more, and the history has one play. */
async function endsAtOnce({ id }: Viewer): Promise<void> {
  await lane.admin.end(id)
  const from = lane.relay.seen.length
  const asked = () => lane.relay.seen.slice(from).filter(({ status }) => status > 0)
  await until('a request after the end', () => asked().length > 0)
  expect(asked().map(({ status }) => status)).not.toContain(200)
  await until('the play in the history', async () => (await playsOf(lane.service, id)) === 1)
}

describe('one press is one session', () => {
  test('for a player that asks the opening address at each reload', async () => {
    const { viewer, counted } = await playOn('Chromium', 'HLS media', 'replace')
    expect(counted).toMatchObject(ONE)
    expect(counted.openings).toBeGreaterThan(2)
    expect(counted.longestStop).toBeLessThan(3)
    await endsAtOnce(viewer)
  })

  test('for a player that opens twice, and the first refusal would be the last', async () => {
    const { counted } = await playOn('mpv', 'HLS media', 'hard')
    expect(counted).toMatchObject({ ...ONE, openings: 2 })
    expect(counted.longestStop).toBeLessThan(3)
  })

  test('for a player in a page, whose session ends with one request', async () => {
    const { viewer, counted } = await playOn('hls.js', 'HLS master', 'soft')
    expect(counted).toMatchObject({ ...ONE, openings: 1 })
    expect(counted.longestStop).toBeLessThan(3)
    await endsAtOnce(viewer)
  })
})

test('VLC goes through its list and is refused nowhere', async () => {
  const viewer = await lane.viewer('replace')
  const channels = ['federal-1', 'federal-2', 'federal-3'].map((id) =>
    viewer.address('HLS media', id),
  )
  const from = lane.relay.seen.length
  const playing = await open('VLC', channels, 'HLS media')
  for (const entry of [0, 1, 2, 0]) {
    if (lane.relay.seen.length > from) await playing.zap(entry)
    expect(await shows(playing, 20_000), `entry ${entry}`).toBe(true)
  }
  expect(lane.relay.seen.slice(from).filter(({ status }) => status >= 400)).toEqual([])
  expect(await lane.admin.bans(viewer.id)).toEqual([])
})

test('an MPEG-TS slot is free when its connection is closed', async () => {
  const { viewer, playing, counted } = await playOn('ffmpeg', 'MPEG-TS', 'replace')
  expect(counted).toMatchObject(ONE)
  await playing.stop()
  await until(
    'the end of its session',
    async () => (await lane.admin.sessions(viewer.id)).length === 0,
    10_000,
  )
  const next = await open('VLC', [viewer.address('HLS media')], 'HLS media')
  expect(await shows(next, 10_000), next.output()).toBe(true)
})

test('a second screen walks its list in vain, bans itself nowhere, and plays when the first is gone', async () => {
  const viewer = await lane.viewer('replace')
  // Other channels than the first screen's: the same channel within seconds would be the same press.
  const list = ['federal-2', 'federal-3', 'federal-4'].map((id) => viewer.address('HLS media', id))
  const first = await open('ffmpeg', [viewer.address('HLS media', 'federal-1')], 'HLS media')
  expect(await shows(first, 20_000)).toBe(true)
  const from = lane.relay.seen.length
  const second = await open('VLC', list, 'HLS media')
  const refused = () => lane.relay.seen.slice(from).filter(({ status }) => status === 403)
  await until('a refusal of each channel', () => new Set(refused().map((it) => it.path)).size === 3)
  expect(await shows(first, 5_000)).toBe(true)
  expect(await lane.admin.bans(viewer.id)).toEqual([])
  await first.stop()
  await lane.admin.end(viewer.id)
  // A refusal is remembered for a moment; the next press is another channel’s, or a later one.
  let isShown = false
  for (let press = 1; press <= 5 && !isShown; press += 1) {
    await second.zap(press % list.length)
    isShown = await shows(second, 4_000)
  }
  expect(isShown, second.output()).toBe(true)
})
