import type { PlayRecord } from '#domain/types'
import type { ImportInput, InputRow } from '../../migrate/plays/import-input.ts'
import type { ReadRow } from '../../migrate/plays/play-row.ts'
import type { PlaySource } from '../model/play-source.ts'
import { placedAt, type WatchedServer } from './placed.ts'

const DAY_MS = 86_400_000

const readPlay = (play: PlayRecord, watched: WatchedServer): ReadRow => {
  const user = play.account.slice(play.account.lastIndexOf(':') + 1)
  if (user === '' || user === 'null' || user === 'undefined')
    return { problem: 'user_id is missing' }
  return play.startedAt > 0 ? { play: placedAt(play, watched) } : { problem: 'started is no time' }
}

/**
 * The past of a Tautulli as its API returns it: single plays of everybody since a moment (Unix ms), oldest first, so that an import that
 * broke off goes on from the day it stands at. Reading throws a `SourceError`.
 */
export const tautulliHistory = (
  source: Pick<PlaySource, 'label' | 'history'>,
  { since, now, ...watched }: WatchedServer & { readonly since: number; readonly now: number },
): ImportInput => {
  let [first, latest]: [number | null, number] = [null, 0]
  return {
    kind: 'tautulli',
    name: source.label,
    identity: ['tautulli', source.label, watched.server ?? '', watched.owner ?? ''].join('\n'),
    // Rows come in the order of time, and nobody knows how many there are before the last.
    fraction: () =>
      first === null ? null : Math.min(1, (latest - first) / Math.max(1, now - first)),
    async *rows(after): AsyncGenerator<InputRow> {
      const from = after > 0 ? Math.max(since, after - DAY_MS) : since
      const pages = source.history?.plays({ user: null, since: from, oldestFirst: true }) ?? []
      let position = after
      for await (const page of pages)
        for (const play of page) {
          // What still runs is left to those who watch it.
          if (play.endedAt === null) continue
          position = Math.max(position, play.startedAt)
          if (play.startedAt > 0) first ??= play.startedAt
          latest = position
          yield { read: readPlay(play, watched), where: `row ${play.id}`, raw: play, position }
        }
    },
  }
}
