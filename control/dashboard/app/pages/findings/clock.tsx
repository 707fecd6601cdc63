import type { SeenPlay } from '../../data/evidence.ts'
import { clockTime, moment } from '../../text/format.ts'
import { t } from '../../text/text.ts'

/** Plays that are drawn at most. */
const MOST = 12

/** When plays ran, as bars on one line of time: what overlaps, and what lies between. */
export const PlayClock = ({ plays }: { readonly plays: readonly SeenPlay[] }) => {
  const shown = plays.slice(0, MOST)
  const ends = shown.map(({ startedAt, endedAt }) => endedAt ?? startedAt)
  const from = Math.min(...shown.map(({ startedAt }) => startedAt))
  const to = Math.max(from + 60_000, ...ends)
  const percent = (at: number) => (100 * (at - from)) / (to - from)
  return (
    <figure class="clock" aria-label={t('findings.clock')}>
      <ol>
        {shown.map((play, at) => {
          const begin = percent(play.startedAt)
          const end = percent(play.endedAt ?? play.startedAt)
          return (
            <li key={play.playId}>
              <span>
                {at + 1}. {play.place ?? '–'}
              </span>
              <span class="clock-track">
                <span
                  class="clock-bar"
                  style={{ left: `${begin}%`, width: `${Math.max(1, end - begin)}%` }}
                  title={`${moment(play.startedAt)} – ${moment(play.endedAt)}`}
                />
              </span>
              <span class="dim">
                {clockTime(play.startedAt)}–{play.endedAt === null ? '' : clockTime(play.endedAt)}
              </span>
            </li>
          )
        })}
      </ol>
      <figcaption class="dim">
        {moment(from)} – {moment(to)}
      </figcaption>
    </figure>
  )
}
