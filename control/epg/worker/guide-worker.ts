/** A thread that makes one guide: takes a `GuideJob` as its `workerData`, sends its `GuideOutcome`, and ends. */
import { setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import { type GuideJob, makeGuide } from '../build/make-guide.ts'

/** Of the scheduler's -20 to 19: viewers' questions go first where processors are short. */
const NICE = 10

// Linux takes it for the calling thread alone (setpriority(2), "C library/kernel differences").
setPriority(NICE)
const job: GuideJob = workerData
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- that is for windows of browsers
parentPort?.postMessage(await makeGuide(job))
