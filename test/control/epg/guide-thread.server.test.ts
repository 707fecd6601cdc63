import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { beforeAll, expect, test } from 'vitest'
import { packageRoot } from '../../../control/config/paths.ts'
import { type GuideJob, makeGuide } from '../../../control/epg/build/make-guide.ts'
import { openPack } from '../../../control/epg/pack/pack-file.ts'
import { makeInWorker } from '../../../control/epg/worker/make-in-worker.ts'
import { run } from '../../../control/runtime/exec.ts'
import { tempDir, useCleanup } from '../../support/cleanup.ts'

const onCleanup = useCleanup()
const { signal } = new AbortController()

beforeAll(async () => {
  const { code, stderr } = await run([join(packageRoot(), 'scripts/build')])
  expect([code, code === 0 ? '' : stderr]).toEqual([0, ''])
})

const DAYS = 30
const stamp = (hour: number) =>
  new Date(Date.UTC(2026, 10, 1, hour)).toISOString().slice(0, 19).replace(/\D/g, '')
const programmes = (id: string) =>
  Array.from(
    { length: DAYS * 24 },
    (_, hour) =>
      `<programme start="${stamp(hour)}" stop="${stamp(hour + 1)}" channel="${id}"><title>${id}, ${hour}</title></programme>`,
  )

/** A job of `channels` channels in a folder of its own, from a source that is good and one that is none. */
const jobOf = async (channels: number): Promise<GuideJob> => {
  const folder = await tempDir()
  onCleanup(folder.remove)
  const ids = Array.from({ length: channels }, (_, at) => `c${at}`)
  const paths = ['bad.xml', 'good.xml'].map((name) => join(folder.path, name))
  await writeFile(paths[0] ?? '', '<tv><channel')
  await writeFile(paths[1] ?? '', `<tv>${ids.flatMap(programmes).join('\n')}</tv>`)
  const wanted = [...ids, 'lost'].map((id) => ({
    guideId: id,
    ids: [id],
    names: [],
    shiftMin: 0,
    archiveDays: DAYS,
  }))
  const nowSec = Date.UTC(2026, 10, 20) / 1000
  const sources = [{ name: 'one', zone: 'Europe/Lisbon', paths }]
  return { folder: folder.path, wanted, mapping: {}, sources, nowSec }
}

test('a thread of its own makes the same guide, and the process is free meanwhile', async () => {
  const job = await jobOf(12)
  const before = performance.eventLoopUtilization()
  const made = await makeInWorker(job, signal)
  const { utilization } = performance.eventLoopUtilization(before)
  const pack = await openPack(join(job.folder, 'guide.pack'))
  await pack?.close()
  expect(await makeGuide(job)).toEqual(made)
  const here = await openPack(join(job.folder, 'guide.pack'))
  await here?.close()
  expect(pack?.index).toEqual(here?.index)
  expect(made.unmatched).toEqual(['lost'])
  expect(made.sources[0]).toMatchObject({
    bad: [{ path: job.sources[0]?.paths[0] }],
    read: { path: job.sources[0]?.paths[1], channels: 12, programmes: 12 * DAYS * 24 },
  })
  expect(utilization).toBeLessThan(0.5)
})

test('what cannot be written is told, and the thread is ended when it is asked to stop', async () => {
  const job = await jobOf(1)
  const nowhere = { ...job, folder: join(job.folder, 'none') }
  await expect(makeInWorker(nowhere, signal)).rejects.toThrow(/ENOENT.*guide\.pack/)
  const leaving = new AbortController()
  const begun = makeInWorker(await jobOf(12), leaving.signal)
  leaving.abort()
  await expect(begun).rejects.toThrow('ended early')
})
