import { type Lane, startLane } from './lane.ts'

/** One thing to do in a lane. */
export interface Job<T> {
  /** Heavy ones are done one after another, in the first lane. */
  readonly isHeavy: boolean
  readonly name: string
  readonly run: (lane: Lane) => Promise<T>
}

/** Does jobs in `count` lanes at once; one that throws is printed and left out. Results come in the order they are done. */
export async function inLanes<T>(
  jobs: readonly Job<T>[],
  count: number,
  say: (text: string) => void,
): Promise<T[]> {
  const heavy = jobs.filter(({ isHeavy }) => isHeavy)
  const light = jobs.filter(({ isHeavy }) => !isHeavy)
  const results: T[] = []
  const work = async (isFirst: boolean) => {
    const next = () => (isFirst ? heavy.shift() : undefined) ?? light.shift()
    let job = next()
    if (job === undefined) return
    const lane = await startLane()
    try {
      for (; job !== undefined; job = next()) {
        const result = await job.run(lane).catch((error: unknown) => {
          say(`${job?.name}: ${error instanceof Error ? error.message : String(error)}`)
          return null
        })
        if (result === null) continue
        say(JSON.stringify(result))
        results.push(result)
      }
    } finally {
      await lane.stop()
    }
  }
  await Promise.all(Array.from({ length: count }, (_, n) => work(n === 0)))
  return results
}
