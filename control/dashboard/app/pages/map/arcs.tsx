import { Card } from '../../components/parts.tsx'
import { type SeenPlay, seenIn } from '../../data/evidence.ts'
import { hrefOf } from '../../data/route.ts'
import type { Finding } from '../../data/types.ts'
import { duration, moment } from '../../text/format.ts'
import { t } from '../../text/text.ts'
import type { Arc } from './draw.ts'

/** A journey nobody can have made, with both plays. */
export interface Journey extends Arc {
  readonly finding: Finding
  readonly first: SeenPlay
  readonly second: SeenPlay
}

/** Findings as journeys; those whose plays have no position are left out. */
export const journeysOf = (findings: readonly Finding[]): Journey[] =>
  findings.flatMap((finding) => {
    const [first, second] = seenIn(finding.evidence).toSorted((a, b) => a.startedAt - b.startedAt)
    if (typeof first?.latitude !== 'number' || typeof second?.latitude !== 'number') return []
    return [
      {
        id: finding.id,
        from: [first.longitude ?? 0, first.latitude],
        to: [second.longitude ?? 0, second.latitude],
        finding,
        first,
        second,
      },
    ]
  })

const One = ({ play }: { readonly play: SeenPlay }) => (
  <li>
    <strong>{play.place}</strong> {play.deviceName}{' '}
    <span class="dim">
      {play.network}, {moment(play.startedAt)} – {moment(play.endedAt)}
    </span>
  </li>
)

/** Both plays of a journey, with the way to its evidence. */
export const JourneyCard = ({
  journey,
  nameOf,
}: {
  readonly journey: Journey
  readonly nameOf: (account: string) => string
}) => (
  <Card title={t('finding.impossible_travel')}>
    <p>
      <a href={hrefOf(['accounts', journey.finding.account])}>{nameOf(journey.finding.account)}</a>{' '}
      {journey.finding.summary}
    </p>
    <ol class="evidence-list">
      <One play={journey.first} />
      <One play={journey.second} />
    </ol>
    <p>
      {t('map.between', {
        time: duration(Math.max(0, journey.second.startedAt - (journey.first.endedAt ?? 0))),
      })}{' '}
      <a href={hrefOf(['findings', journey.id])}>{t('findings.evidence')}</a>
    </p>
  </Card>
)

/** Journeys of the span as a list, for the keyboard. */
export const JourneyList = ({
  journeys,
  chosen,
  choose,
  nameOf,
}: {
  readonly journeys: readonly Journey[]
  readonly chosen: string | null
  readonly choose: (id: string) => void
  readonly nameOf: (account: string) => string
}) => (
  <details open={chosen !== null}>
    <summary>{t('map.journeys', { n: journeys.length })}</summary>
    <ul class="plain-list">
      {journeys.map(({ id, finding, first, second }) => (
        <li key={id}>
          <button type="button" aria-pressed={id === chosen} onClick={() => choose(id)}>
            {first.place} → {second.place}
          </button>{' '}
          <span class="dim">
            {nameOf(finding.account)}, {moment(finding.at)}
          </span>
        </li>
      ))}
    </ul>
  </details>
)
