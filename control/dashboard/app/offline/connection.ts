import { useEffect, useState } from 'preact/hooks'
import { listen, onStream } from '../data/live.ts'

/** Whether Gatehouse answers; asks for the stream of events on every page, since that tells at once. */
export const useConnection = (): boolean => {
  const [isOpen, setOpen] = useState(navigator.onLine)
  useEffect(() => {
    const lost = () => setOpen(false)
    const stops = [onStream(setOpen), listen(() => undefined)]
    addEventListener('offline', lost)
    return () => {
      removeEventListener('offline', lost)
      for (const stop of stops) stop()
    }
  }, [])
  return isOpen
}
