import { existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as breath } from 'node:timers/promises'
import type { ImportCursors } from '../plays/import-cursors.ts'
import type { ImportInput, InputRow } from '../plays/import-input.ts'
import { type ImportPorts, importPlays } from '../plays/import-plays.ts'
import {
  type ImportAsked,
  type ImportState,
  importId,
  newImport,
  startingState,
} from '../plays/import-state.ts'
import { openRejected } from '../plays/rejected-file.ts'
import { type Received, removePartial } from './receive-upload.ts'

/** Why an import is not begun, cancelled or resumed: it is in another state. */
export class ImportStateError extends Error {
  readonly why: 'done' | 'gone' | 'no_upload' | 'not_running' | 'runs'
  constructor(why: ImportStateError['why']) {
    super(`the import is in another state: ${why}`)
    this.why = why
  }
}

class Cancelled extends Error {}

/** What imports of uploads stand on. */
export interface ImportJobPorts {
  /** Where uploads and lists of bad rows are kept. */
  readonly folder: string
  readonly cursors: ImportCursors
  readonly write: ImportPorts['write']
  readonly whereIs?: ImportPorts['whereIs']
  /** Reads an upload as what it was said to be. */
  readonly open: (path: string, asked: ImportAsked) => ImportInput
  /** Runs detection over what was imported; answers how many findings it made. */
  readonly judge: (state: ImportState) => Promise<number>
  /** What went wrong, for a person. */
  readonly inWords: (error: unknown) => string
  readonly now: () => number
}

/** Imports of uploads: one is read after the other. */
export interface ImportJobs {
  /** Takes an upload; one that is imported already answers with its state. */
  start(upload: Received, asked: ImportAsked): Promise<ImportState>
  /** Ends an import after the batch it writes; what was imported stays. Throws an {@link ImportStateError} where it does not run. */
  cancel(id: string): Promise<ImportState>
  /** Goes on with one that failed or was cancelled. Throws an {@link ImportStateError} where it cannot. */
  resume(id: string): Promise<ImportState>
  /** Forgets an import and its files; its plays stay. False where there is none. */
  remove(id: string): Promise<boolean>
  /** Goes on with those that a stop broke off. */
  resumeAll(): Promise<void>
  /** Whether an import that another process runs is to end, said once. */
  isToEnd(id: string): boolean
  readonly uploadOf: (id: string) => string
  readonly rejectedOf: (id: string) => string
  /** Ends what runs, so that it goes on at the next start. */
  stop(): Promise<void>
}

/** Rows written at once: between two batches viewers' requests are answered. */
const BATCH = 2000
const BREATH_MS = 15
/** An import of the command line that says nothing for longer has died. */
const SILENT_MS = 60_000

/** Rows, letting other work through in between. */
async function* unhurried(rows: AsyncIterable<InputRow>): AsyncGenerator<InputRow> {
  let last = performance.now()
  for await (const row of rows) {
    if (performance.now() - last > BREATH_MS) {
      await breath()
      last = performance.now()
    }
    yield row
  }
}

const isOpen = ({ state }: ImportState): boolean =>
  state === 'waiting' || state === 'reading' || state === 'judging'

class Jobs implements ImportJobs {
  readonly #ports: ImportJobPorts
  readonly #queued = new Map<
    string,
    { readonly running: AbortController; readonly end: Promise<void> }
  >()
  /** Imports of the command line that are to end. */
  readonly #ending = new Set<string>()
  #last: Promise<void> = Promise.resolve()
  #isStopped = false

  constructor(ports: ImportJobPorts) {
    this.#ports = ports
  }

  readonly uploadOf = (id: string): string => join(this.#ports.folder, `${id}.upload`)
  readonly rejectedOf = (id: string): string => join(this.#ports.folder, `${id}.rejected.ndjson`)

  async start({ path, digest }: Received, asked: ImportAsked): Promise<ImportState> {
    const id = importId([asked.kind, digest, asked.server ?? '', asked.owner ?? ''].join('\n'))
    const known = await this.#ports.cursors.get(id)
    if (await this.#isRunning(id, known)) {
      rmSync(path, { force: true })
      if (known !== null) return known
    }
    renameSync(path, this.uploadOf(id))
    const { now } = this.#ports
    const fresh = { ...newImport(id, asked, now()), ...asked }
    return await this.#enqueue(startingState(known, fresh))
  }

  async cancel(id: string): Promise<ImportState> {
    const state = await this.#known(id)
    if (!isOpen(state)) throw new ImportStateError('not_running')
    const running = this.#queued.get(id)?.running
    running?.abort()
    // The command line reads it: the next time it says how far it is, it is answered to end.
    if (running === undefined && this.#ports.now() - state.updatedAt < SILENT_MS)
      this.#ending.add(id)
    return await this.#put({ ...state, state: 'cancelled' })
  }

  isToEnd(id: string): boolean {
    return this.#ending.delete(id)
  }

  async resume(id: string): Promise<ImportState> {
    const state = await this.#known(id)
    if (state.state === 'done' || (await this.#isRunning(id, state)))
      throw new ImportStateError(state.state === 'done' ? 'done' : 'runs')
    if (!existsSync(this.uploadOf(id))) throw new ImportStateError('no_upload')
    return await this.#enqueue(state)
  }

  async remove(id: string): Promise<boolean> {
    const state = await this.#ports.cursors.get(id)
    if (state === null) return false
    if (await this.#isRunning(id, state)) throw new ImportStateError('runs')
    await this.#ports.cursors.remove(id)
    for (const path of [this.uploadOf(id), this.rejectedOf(id)]) rmSync(path, { force: true })
    return true
  }

  async resumeAll(): Promise<void> {
    await removePartial(this.#ports.folder)
    for (const state of await this.#ports.cursors.list())
      if (isOpen(state) && existsSync(this.uploadOf(state.id))) await this.#enqueue(state)
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    for (const { running } of this.#queued.values()) running.abort()
    await this.#last
  }

  async #known(id: string): Promise<ImportState> {
    const state = await this.#ports.cursors.get(id)
    if (state === null) throw new ImportStateError('gone')
    return state
  }

  async #put(state: ImportState): Promise<ImportState> {
    const kept = { ...state, updatedAt: this.#ports.now() }
    await this.#ports.cursors.put(kept)
    return kept
  }

  async #enqueue(state: ImportState): Promise<ImportState> {
    const { id } = state
    const before = this.#last
    const running = new AbortController()
    const waiting = this.#put({ ...state, state: 'waiting', problem: null })
    this.#last = (async () => {
      await before
      const kept = await waiting.catch(() => null)
      if (kept !== null) await this.#run(kept, running.signal)
      this.#queued.delete(id)
    })()
    this.#queued.set(id, { running, end: this.#last })
    return await waiting
  }

  /** Whether an import is under way; one that has just ended is let end first. */
  async #isRunning(id: string, state: ImportState | null): Promise<boolean> {
    const queued = this.#queued.get(id)
    if (queued === undefined) return false
    if (state === null || isOpen(state) || queued.running.signal.aborted) return true
    await queued.end
    return false
  }

  /** Whether another control plane has cancelled it. */
  async #isCancelled(id: string): Promise<boolean> {
    return (await this.#ports.cursors.get(id))?.state === 'cancelled'
  }

  /** Runs an import to its end, and keeps how it ended; never throws. */
  async #run(waiting: ImportState, signal: AbortSignal): Promise<void> {
    let state: ImportState = { ...waiting, state: 'reading' }
    const save = async (next: ImportState): Promise<void> => {
      state = next
      if (signal.aborted || (await this.#isCancelled(next.id))) throw new Cancelled()
      await this.#ports.cursors.put(next)
    }
    try {
      if (signal.aborted || (await this.#isCancelled(state.id))) throw new Cancelled()
      await this.#put(state)
      const read = await this.#read(state, save)
      const findings = await this.#ports.judge(read)
      await this.#put({ ...read, state: 'done', findings })
      rmSync(this.uploadOf(state.id), { force: true })
    } catch (error) {
      await this.#ended(state, error).catch(() => undefined)
    }
  }

  async #read(state: ImportState, save: ImportPorts['save']): Promise<ImportState> {
    const { open, write, whereIs, now } = this.#ports
    const input = open(this.uploadOf(state.id), state)
    const rejected = openRejected(this.rejectedOf(state.id), state.rejectedBytes)
    try {
      return await importPlays({ ...input, rows: (after) => unhurried(input.rows(after)) }, state, {
        write,
        whereIs,
        now,
        save,
        batch: BATCH,
        reject: (row) => rejected.add(row),
      })
    } finally {
      rejected.close()
    }
  }

  async #ended(state: ImportState, error: unknown): Promise<void> {
    if (!(error instanceof Cancelled))
      await this.#put({ ...state, state: 'failed', problem: this.#ports.inWords(error) })
    // What a stop breaks off goes on at the next start.
    else await this.#put({ ...state, state: this.#isStopped ? 'reading' : 'cancelled' })
  }
}

/** Imports of uploads over a folder and the kept states. */
export const createImportJobs = (ports: ImportJobPorts): ImportJobs => new Jobs(ports)
