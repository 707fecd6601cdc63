import type { Logger } from 'pino'
import { say } from '../../sentences/sentences.ts'
import type { MediaHub } from '../../sources/hub/hub.ts'

type Listed = Pick<MediaHub, 'list'>

/** Media servers that cannot be watched, each with why: `house: Plex refused the token: sign in again …`. */
export const mediaProblems = (hub: Listed): string[] =>
  hub.list().flatMap(({ server, source }) => {
    const { state, problem } = source.health()
    return state === 'failing'
      ? [say('about', { name: server.name, what: problem ?? say('server.silent') })]
      : []
  })

/** Work that logs each trouble of a media server once until it is over, and that it is over. */
export const createMediaAlarms = (
  hub: Listed,
  log: Pick<Logger, 'warn' | 'info'>,
): (() => void) => {
  let told = new Set<string>()
  return () => {
    const now = new Map(
      mediaProblems(hub).map((text) => [text.slice(0, text.indexOf(':')), text] as const),
    )
    for (const [name, text] of now) if (!told.has(name)) log.warn(`media server ${text}`)
    for (const name of told) if (!now.has(name)) log.info(`media server ${name} is watched again`)
    told = new Set(now.keys())
  }
}
