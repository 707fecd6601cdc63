import { apiUrl } from './api.ts'
import { KINDS, type Kind, type LiveEvent } from './topics.ts'

/** Until a stream that was refused is asked for again. */
const RETRY_MS = 5_000

type Listener = (event: LiveEvent) => void

const listeners = new Set<Listener>()
const states = new Set<(isOpen: boolean) => void>()
let source: EventSource | null = null

const tell = (event: Kind, text: string) => {
  const data = JSON.parse(text) as Omit<LiveEvent, 'event'>
  for (const listener of listeners) listener({ ...data, event })
}

const open = () => {
  source = new EventSource(apiUrl('/events'))
  for (const kind of KINDS) {
    source.addEventListener(kind, ({ data }: MessageEvent<string>) => tell(kind, data))
  }
  source.addEventListener('open', () => states.forEach((state) => state(true)))
  source.addEventListener('error', () => {
    for (const state of states) state(false)
    // A refused stream is not tried again by the browser.
    if (source?.readyState === EventSource.CLOSED) {
      source = null
      setTimeout(() => {
        if (source === null && listeners.size > 0) open()
      }, RETRY_MS)
    }
  })
}

/** Calls a listener for what happens from now on; returns how to stop. One connection serves all. */
export const listen = (listener: Listener): (() => void) => {
  listeners.add(listener)
  if (source === null) open()
  return () => listeners.delete(listener)
}

/** Calls a listener when the stream opens or breaks. */
export const onStream = (listener: (isOpen: boolean) => void): (() => void) => {
  states.add(listener)
  return () => states.delete(listener)
}

/** Ends the stream: somebody signed out. */
export const closeStream = (): void => {
  source?.close()
  source = null
}
