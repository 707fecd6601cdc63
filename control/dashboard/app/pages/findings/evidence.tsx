import type { ComponentChildren } from 'preact'
import { lazy, Suspense } from 'preact/compat'
import { useMemo } from 'preact/hooks'
import { DEVICE_NAMES } from '../../../../notify/text/catalogue.ts'
import { seenIn } from '../../data/evidence.ts'
import { country, duration, moment, number, player, radiusText } from '../../text/format.ts'
import { language, t, words } from '../../text/text.ts'
import { PlayClock } from './clock.tsx'

/** A time in Unix milliseconds, by its name and size. */
const isTime = (key: string, value: number): boolean => /at$/i.test(key) && value > 1e11

/** A number by its name: a time, how long something took, or as much of it as is worth reading. */
const shownNumber = (key: string, value: number): string => {
  if (isTime(key, value)) return moment(value)
  if (/(?:Ms|_ms)$/.test(key)) return duration(value)
  return number(/(?:Km|_km|Kmh|_kmh)$/.test(key) ? Math.round(value) : value)
}

const shownValue = (key: string, value: unknown): ComponentChildren => {
  if (typeof value === 'number') return shownNumber(key, value)
  if (value === null || value === undefined) return '–'
  if (key === 'countries' && Array.isArray(value)) return value.map(String).map(country).join(', ')
  if (typeof value === 'object') return <Evidence evidence={value} />
  if (typeof value === 'boolean') return t(value ? 'yes' : 'no')
  return typeof value === 'string' ? value : '–'
}

const labelOf = (key: string): string => {
  const known = words('evidence', key)
  if (known !== key) return known
  return key
    .replace(/(?:Ms|_ms)$/, '')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ')
    .toLowerCase()
}

/** What a finding stands on, as it was recorded: names and values, lists as lists. */
export const Evidence = ({ evidence }: { readonly evidence: unknown }) => {
  if (Array.isArray(evidence)) {
    return (
      <ol class="evidence-list">
        {evidence.map((item, at) => (
          // Entries have no id but their order.
          <li key={at}>{shownValue('', item)}</li>
        ))}
      </ol>
    )
  }
  if (typeof evidence !== 'object' || evidence === null) return <p>–</p>
  return (
    <dl class="evidence">
      {Object.entries(evidence).map(([key, value]) => (
        <div key={key}>
          <dt>{labelOf(key)}</dt>
          <dd>{shownValue(key, value)}</dd>
        </div>
      ))}
    </dl>
  )
}

/** What a play ran on: `television (VLC/3.0.20)`, its kind in words and its player by name. */
const deviceName = (name: string | null): string => {
  const [, kind, agent] = /^([a-z ]+) \((.+)\)$/.exec(name ?? '') ?? []
  if (kind === undefined || agent === undefined) return name ?? '–'
  return `${DEVICE_NAMES[kind]?.[language] ?? kind} (${player(agent)})`
}

const EvidenceMap = lazy(async () => (await import('../map/evidence-map.tsx')).EvidenceMap)

/** Kinds whose two plays are joined on the map. */
const JOURNEYS: ReadonlySet<string> = new Set(['impossible_travel', 'simultaneous_places'])

/** Said elsewhere of the finding, or in the table of its plays. */
const ELSEWHERE = new Set(['summary', 'event', 'sessions', 'devices', 'networks'])

/** The plays a finding compares, one below the other, and the numbers it comes from. */
export const FindingEvidence = ({
  kind,
  evidence,
}: {
  readonly kind: string
  readonly evidence: unknown
}) => {
  const seen = useMemo(() => seenIn(evidence), [evidence])
  const rest = Object.entries(
    typeof evidence === 'object' && evidence !== null ? evidence : {},
  ).filter(([key]) => !ELSEWHERE.has(key))
  return (
    <>
      {seen.length > 0 && <PlayClock plays={seen} />}
      {seen.some(({ latitude }) => typeof latitude === 'number') && (
        <Suspense fallback={null}>
          <EvidenceMap plays={seen} isJourney={JOURNEYS.has(kind)} />
        </Suspense>
      )}
      {seen.length > 0 && (
        <table class="small plays">
          <thead>
            <tr>
              {[t('col.where'), t('col.player'), t('col.when'), t('col.until')].map((title) => (
                <th key={title} scope="col">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {seen.map((play) => (
              <tr key={play.playId}>
                <td data-title={t('col.where')}>
                  {play.place}{' '}
                  <span class="dim">
                    {radiusText(play.place, play.accuracyKm)} {play.network}
                  </span>
                </td>
                <td data-title={t('col.player')}>{deviceName(play.deviceName)}</td>
                <td data-title={t('col.when')}>{moment(play.startedAt)}</td>
                <td data-title={t('col.until')}>{moment(play.endedAt)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <Evidence evidence={Object.fromEntries(rest)} />
    </>
  )
}
