import { once } from 'node:events'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { packageRoot } from '../../config/paths.ts'
import type { GuideOutcome, MakeGuide } from '../build/make-guide.ts'

const PROGRAM = join(packageRoot(), 'dist/guide-worker.js')

/** Megabytes of JavaScript objects the thread may hold; what a guide needs does not grow with its length. */
const HEAP = { maxOldGenerationSizeMb: 160, maxYoungGenerationSizeMb: 16 }

/** {@link MakeGuide} in a thread of its own with a lower priority. It takes the built program, which every script builds before it starts. */
export const makeInWorker: MakeGuide = async (job, signal) => {
  const worker = new Worker(PROGRAM, { workerData: job, resourceLimits: HEAP })
  const leave = () => void worker.terminate()
  signal.addEventListener('abort', leave, { once: true })
  try {
    // An `error` rejects; a thread that is ended early sends nothing.
    const ended = once(worker, 'exit').then(() => {
      throw new Error('the thread that makes the guide ended early')
    })
    const [outcome]: GuideOutcome[] = await Promise.race([once(worker, 'message'), ended])
    if (outcome === undefined) throw new Error('the thread that makes the guide sent nothing')
    return outcome
  } finally {
    signal.removeEventListener('abort', leave)
    await worker.terminate()
  }
}
