import { useEffect, useRef, useState } from 'preact/hooks'
import { onSignedOut, readAuth } from '../data/api.ts'
import { closeStream } from '../data/live.ts'
import { parseRoute, replaceRoute } from '../data/route.ts'
import type { AuthState } from '../data/types.ts'
import { messageOf } from '../text/failure.ts'

const PLACE = 'gatehouse.place'

/** Remembers the link somebody came by while a provider signs in. */
export const keepPlace = (): void => sessionStorage.setItem(PLACE, location.hash)

/** Goes on at the link somebody came by before the provider signed in. */
const returnToPlace = (): void => {
  const place = sessionStorage.getItem(PLACE)
  sessionStorage.removeItem(PLACE)
  const isOther = parseRoute(place ?? '').path[0] !== 'sign-in'
  if (place !== null && isOther && location.hash === '') replaceRoute(place)
}

/** Between two tries while nothing has answered yet. */
const AGAIN_MS = 3_000

/** Who is signed in, and what came in the way of asking. */
export const useAuth = () => {
  const [auth, setAuth] = useState<AuthState | null>(null)
  const [error, setError] = useState<string | null>(null)
  const turn = useRef(0)
  const enter = (found: AuthState) => {
    turn.current += 1
    setAuth(found)
  }
  const read = () => {
    turn.current += 1
    const mine = turn.current
    readAuth().then(
      (found) => {
        setError(null)
        // Somebody may have signed in meanwhile.
        if (mine !== turn.current) return
        if (found.user !== null) returnToPlace()
        setAuth(found)
      },
      (failure: unknown) => setError(messageOf(failure)),
    )
  }
  useEffect(() => {
    read()
    onSignedOut(() => {
      closeStream()
      read()
    })
    addEventListener('online', read)
    return () => removeEventListener('online', read)
  }, [])
  // Before anybody is known there is no stream of events that would tell.
  const isStuck = error !== null && auth === null
  useEffect(() => {
    if (!isStuck) return undefined
    const timer = setInterval(read, AGAIN_MS)
    return () => clearInterval(timer)
  }, [isStuck])
  return { auth, error, read, enter }
}
