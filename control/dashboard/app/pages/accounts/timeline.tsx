import { type Lane, lanesOf, type Placed } from '../../data/lanes.ts'
import { useParam } from '../../data/route.ts'
import type { Play } from '../../data/types.ts'
import { day, moment, placeName, player } from '../../text/format.ts'
import { t } from '../../text/text.ts'

const DAY_MS = 86_400_000
const SPANS = [1, 7, 30] as const
/** Lanes that are drawn at most: the busiest. */
const MOST = 12

const titleOf = ({ play, from, to, isOverlapping }: Placed<Play>): string =>
  [
    play.title ?? play.channel ?? '–',
    player(play.client ?? play.platform ?? '–'),
    `${moment(from)} – ${moment(to)}`,
    ...(isOverlapping ? [t('account.overlaps')] : []),
  ].join(' · ')

const LaneRow = ({
  lane,
  from,
  to,
}: {
  readonly lane: Lane<Play>
  readonly from: number
  readonly to: number
}) => {
  const percent = (at: number) => (100 * (Math.max(at, from) - from)) / (to - from)
  const [first] = lane.plays
  return (
    <li>
      <span>
        {placeName(first?.play.city ?? null, first?.play.country ?? null)}{' '}
        <span class="dim">{lane.key}</span>
      </span>
      <span class="clock-track">
        {lane.plays.map((placed) => (
          <span
            key={placed.play.id}
            class={`clock-bar ${placed.isOverlapping ? 'overlap' : ''}`}
            style={{
              left: `${percent(placed.from)}%`,
              width: `${Math.max(0.3, percent(placed.to) - percent(placed.from))}%`,
            }}
            title={titleOf(placed)}
          />
        ))}
      </span>
      <span class="dim">{t('account.plays.n', { n: lane.plays.length })}</span>
    </li>
  )
}

/** When an account played on which line, and what ran at the same time elsewhere. */
export const Timeline = ({
  plays,
  now,
}: {
  readonly plays: readonly Play[]
  readonly now: number
}) => {
  const [days, setDays] = useParam('span', '7')
  const from = now - Number(days) * DAY_MS
  const seen = plays.filter((play) => (play.endedAt ?? play.lastSeenAt) > from)
  const lanes = lanesOf(seen)
  const overlaps = lanes.flatMap((lane) => lane.plays).filter(({ isOverlapping }) => isOverlapping)
  return (
    <figure class="clock" aria-label={t('account.timeline')}>
      <p class="row-actions">
        {SPANS.map((span) => (
          <button
            key={span}
            type="button"
            aria-pressed={String(span) === days}
            onClick={() => setDays(String(span))}
          >
            {t('history.days', { n: span })}
          </button>
        ))}
      </p>
      {lanes.length === 0 ? (
        <p class="state">{t('state.empty')}</p>
      ) : (
        <ol>
          {lanes.slice(0, MOST).map((lane) => (
            <LaneRow key={lane.key} lane={lane} from={from} to={now} />
          ))}
        </ol>
      )}
      <figcaption class="dim">
        {day(from)} – {day(now)} · <span class="overlap-key" aria-hidden="true" />{' '}
        {t('account.overlap.n', { n: overlaps.length })}
      </figcaption>
    </figure>
  )
}
