import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { ApiError } from './api.ts'
import { serverNow } from './clock.ts'
import { listen, onStream } from './live.ts'

/** What is known of something that is read from the API. */
export interface Query<T> {
  readonly data: T | null
  readonly error: ApiError | null
  readonly isLoading: boolean
  readonly reload: () => void
}

/** A list is read again at most so often while things happen. */
const CALM_MS = 1_000
/** History is written some seconds after things happened: what is live is read again so long after the last of them, or after it was shown. */
const WRITTEN_MS = [5_000, 15_000]

const errorOf = (error: unknown): ApiError =>
  error instanceof ApiError ? error : new ApiError(0, 'internal', String(error))

/**
 * Reads something, and again when `key` changes or, where it is live, when something happens to plays or, where `live` names it, to an import: not more than once a second, and never more than a
 * fifth of the time, and once more when it has been written to history. What was shown before stays until the new is there.
 */
export const useQuery = <T>(
  key: string,
  read: (signal: AbortSignal) => Promise<T>,
  live: boolean | 'import.progress' = false,
): Query<T> => {
  const [state, setState] = useState<Omit<Query<T>, 'reload'>>({
    data: null,
    error: null,
    isLoading: true,
  })
  const [turn, setTurn] = useState(0)
  const lastTook = useRef(0)
  const reload = useCallback(() => setTurn((now) => now + 1), [])

  useEffect(() => {
    const abort = new AbortController()
    const begun = performance.now()
    setState((before) => ({ ...before, isLoading: true }))
    read(abort.signal).then(
      (data) => {
        lastTook.current = performance.now() - begun
        if (!abort.signal.aborted) setState({ data, error: null, isLoading: false })
      },
      (error: unknown) => {
        if (!abort.signal.aborted)
          setState((before) => ({ ...before, error: errorOf(error), isLoading: false }))
      },
    )
    return () => abort.abort()
  }, [key, turn])

  // What failed while nothing answered is read again as soon as something does.
  const isFailed = state.error !== null
  useEffect(() => {
    if (!isFailed) return undefined
    return onStream((isOpen) => {
      if (isOpen) reload()
    })
  }, [isFailed, reload])

  useEffect(() => {
    if (live === false) return undefined
    const isWanted = (event: string) =>
      live === true ? event !== 'import.progress' : event === live || event === 'reset'
    let timer: ReturnType<typeof setTimeout> | null = null
    let written: ReturnType<typeof setTimeout>[] = []
    const awaitWritten = () => {
      written.forEach(clearTimeout)
      if (live === true) written = WRITTEN_MS.map((ms) => setTimeout(reload, ms))
    }
    awaitWritten()
    const stop = listen(({ event }) => {
      if (!isWanted(event)) return
      awaitWritten()
      timer ??= setTimeout(
        () => {
          timer = null
          reload()
        },
        Math.max(CALM_MS, 4 * lastTook.current),
      )
    })
    return () => {
      stop()
      if (timer !== null) clearTimeout(timer)
      written.forEach(clearTimeout)
    }
  }, [key, live, reload])

  return { ...state, reload }
}

/** The time of day, anew each `everyMs`: for "since 3 min". */
export const useNow = (everyMs: number): number => {
  const [now, setNow] = useState(serverNow())
  useEffect(() => {
    const timer = setInterval(() => setNow(serverNow()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return now
}
