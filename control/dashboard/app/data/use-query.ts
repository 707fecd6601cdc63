import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { ApiError } from './api.ts'
import { serverNow } from './clock.ts'
import { listen, onStream } from './live.ts'
import { isAbout, type Topic } from './topics.ts'

/** What is known of something that is read from the API. */
export interface Query<T> {
  readonly data: T | null
  readonly error: ApiError | null
  readonly isLoading: boolean
  readonly reload: () => void
}

/** A list is read again at most so often while things happen. */
const CALM_MS = 1_000
/** The same of what takes long to read, or moves under somebody who reads it. */
export const SLOW_MS = 10_000

const errorOf = (error: unknown): ApiError =>
  error instanceof ApiError ? error : new ApiError(0, 'internal', String(error))

/** Calls `act` a while after something happened that topics name, once for all that happens meanwhile. */
const useTopics = (topics: readonly Topic[], act: () => void, calmMs: () => number): void => {
  const followed = topics.join()
  useEffect(() => {
    if (followed === '') return undefined
    const wanted = new Set(followed.split(','))
    let timer: ReturnType<typeof setTimeout> | undefined
    const stop = listen((event) => {
      if (!isAbout(event, wanted)) return
      timer ??= setTimeout(() => {
        timer = undefined
        act()
      }, calmMs())
    })
    return () => {
      stop()
      clearTimeout(timer)
    }
  }, [followed])
}

/** When it was first shown, then when something happened last that topics name: the end of "the last 30 days". Unix milliseconds. */
export const useLatest = (topics: readonly Topic[]): number => {
  const [latest, setLatest] = useState(serverNow)
  useTopics(
    topics,
    () => setLatest(serverNow()),
    () => SLOW_MS,
  )
  return latest
}

/**
 * Reads something, and again when `key` changes or something happens that `topics` name: not more than once in `calmMs`, and never more than a fifth of the time. What was shown before
 * stays until the new is there; `begun` shows the beginning of a long list, unless the whole of `key` was there before.
 */
export const useQuery = <T>(
  key: string,
  read: (signal: AbortSignal, begun: (part: T) => void) => Promise<T>,
  topics: readonly Topic[] = [],
  calmMs = CALM_MS,
): Query<T> => {
  const [state, setState] = useState<Omit<Query<T>, 'reload'>>({
    data: null,
    error: null,
    isLoading: true,
  })
  const [turn, setTurn] = useState(0)
  const lastTook = useRef(0)
  const wholeKey = useRef<string | null>(null)
  const reload = useCallback(() => setTurn((now) => now + 1), [])

  useEffect(() => {
    const abort = new AbortController()
    const start = performance.now()
    setState((before) => ({ ...before, isLoading: true }))
    const begun = (data: T) => {
      if (abort.signal.aborted || wholeKey.current === key) return
      setState({ data, error: null, isLoading: true })
    }
    read(abort.signal, begun).then(
      (data) => {
        lastTook.current = performance.now() - start
        if (abort.signal.aborted) return
        wholeKey.current = key
        setState({ data, error: null, isLoading: false })
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

  useTopics(topics, reload, () => Math.max(calmMs, 4 * lastTook.current))

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
