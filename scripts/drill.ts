/** Breaks one part of a running Gatehouse after another, and prints the effect on viewers. */
import { adminOf, worldConfig } from '../test/e2e/world/world.ts'
import { startService, type TestService } from '../test/support/programs/service.ts'
import { clockScene } from './drill/clock.ts'
import { diskRow } from './drill/disk.ts'
import { missingFrom } from './drill/history.ts'
import { observe } from './drill/observe.ts'
import { type Population, populate } from './drill/population.ts'
import { SCENES, type Scene } from './drill/scenes.ts'
import { markdown, type Row } from './drill/table.ts'
import { readOptions } from './options.ts'

const USAGE = 'usage: npm run drill -- [--only PART OF A NAME,…]'
const CLOCKS = { idle_sec: 30, reserve_sec: 10, ban_sec: 30, deny_sec: 3 }

const say = (text: string): void => void process.stderr.write(`${text}\n`)
const pause = async (ms: number): Promise<void> =>
  await new Promise((resolve) => setTimeout(resolve, ms))

const untilControl = async (service: TestService): Promise<void> => {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const answer = await service.api('/health/ready').catch(() => null)
    if (answer?.ok === true) return
    await pause(200)
  }
  throw new Error('the control plane did not come back')
}

/** Sends one request for every screen; whether all were answered with 200. */
const pollAll = async ({ households }: Population): Promise<boolean> => {
  const screens = households.flatMap(({ screens: all }) => all)
  const replies = await Promise.all(screens.map(async ({ poll }) => await poll().catch(() => null)))
  return replies.every((reply) => reply?.status === 200)
}

/** Everybody plays on meanwhile. */
const playOn = async <T>(population: Population, work: Promise<T>): Promise<T> => {
  const over = new AbortController()
  const done = work.finally(() => over.abort())
  while (!over.signal.aborted) {
    await pollAll(population)
    await Promise.race([done, pause(1000)])
  }
  return await done
}

/** Between two failures every viewer plays again as before. */
const settle = async (population: Population): Promise<number> => {
  for (let attempt = 0; attempt < 60; attempt += 1) {
    if (await pollAll(population)) return attempt
    await pause(1000)
  }
  return Number.POSITIVE_INFINITY
}

/** Breaks one thing and looks at what is left. */
const play = async (service: TestService, population: Population, scene: Scene): Promise<Row> => {
  say(`· ${scene.name}`)
  const act = scene.act(service).then(async () => await pause(scene.watchSec * 1000))
  const seen = await observe(service.edge, population, act)
  await untilControl(service)
  const admin = adminOf(service)
  let counted = 0
  let aboveCap = 0
  for (const { id } of population.households) {
    const live = await admin.sessions(id)
    counted += Math.min(2, live.length)
    if (live.length > 2) aboveCap += 1
  }
  const bans = await admin.bans()
  const isBanKept = bans.some(({ subject }) => subject === `own:${population.banned.id}`)
  return { name: scene.name, seen, counted, aboveCap, isBanKept, missing: 0 }
}

const main = async (): Promise<void> => {
  const values = readOptions(USAGE, { only: { type: 'string' } })
  const parts = (values.only ?? '').split(',')
  const wanted = (name: string): boolean => parts.some((part) => name.includes(part))
  const rows: Row[] = []
  const notes: string[] = []
  say('Starting Gatehouse with its demo …')
  const service = await startService({ config: worldConfig({ clocks: CLOCKS }) })
  try {
    const population = await populate(service)
    const clock = await clockScene(notes)
    const scenes = [...SCENES, ...(clock === null ? [] : [clock])].filter(({ name }) =>
      wanted(name),
    )
    for (const scene of scenes) {
      const row = await play(service, population, scene)
      const took = await settle(population)
      // Before the next failure, which would otherwise be blamed on this one.
      row.missing = await playOn(population, missingFrom(service, row.seen.admitted))
      rows.push(row)
      if (took > 0) notes.push(`After “${scene.name}” all played again ${took} s after the watch.`)
    }
  } finally {
    await service.stop()
  }
  if (wanted('disk')) {
    const row = await diskRow(CLOCKS, notes, play)
    if (row !== null) rows.push(row)
  }
  process.stdout.write(`${markdown(rows)}\n`)
  if (notes.length > 0) process.stdout.write(`\n${notes.join('\n')}\n`)
}

await main()
