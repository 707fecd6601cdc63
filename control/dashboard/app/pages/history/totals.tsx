import { Card, Shown } from '../../components/parts.tsx'
import { get, getAll } from '../../data/api.ts'
import { useQuery } from '../../data/use-query.ts'
import { bytes, moment, number } from '../../text/format.ts'
import { type Key, language, t } from '../../text/text.ts'
import { growth, type Span, spanBefore } from './range.ts'

const HOUR_MS = 3_600_000
const shares = new Intl.NumberFormat(language, {
  style: 'percent',
  signDisplay: 'exceptZero',
  maximumFractionDigits: 0,
})

/** What was played in a span. */
interface Totals {
  readonly plays: number
  readonly refusals: number
  readonly hours: number
  readonly bytes: number
  readonly viewers: number
  readonly peak: number
  readonly peakAt: number | null
}

const readTotals = async (span: Span, zone: string, signal: AbortSignal): Promise<Totals> => {
  const range = `from=${span.from}&to=${span.to}` as const
  const [days, { viewers }, peak] = await Promise.all([
    getAll(`/history/days?${range}&tz=${encodeURIComponent(zone)}`, signal),
    get(`/history/viewers?${range}`, signal),
    get(`/history/peak?${range}`, signal),
  ])
  const sum = (of: 'plays' | 'refusals' | 'playedMs' | 'bytes') =>
    days.reduce((total, row) => total + row[of], 0)
  return {
    plays: sum('plays'),
    refusals: sum('refusals'),
    hours: sum('playedMs') / HOUR_MS,
    bytes: sum('bytes'),
    viewers,
    peak: peak.streams,
    peakAt: peak.at,
  }
}

const FIGURES = [
  { of: 'plays', label: 'col.plays', counts: 'history.counts.plays' },
  { of: 'hours', label: 'col.hours', counts: 'history.counts.hours' },
  { of: 'viewers', label: 'col.viewers', counts: 'history.counts.viewers' },
  { of: 'peak', label: 'history.at_once', counts: 'history.counts.peak' },
  { of: 'bytes', label: 'history.sent', counts: 'history.counts.sent' },
  { of: 'refusals', label: 'col.refusals', counts: 'history.counts.refusals' },
] as const satisfies readonly { of: keyof Totals; label: Key; counts: Key }[]

const shown = (of: keyof Totals, value: number): string =>
  of === 'bytes' ? bytes(value) : number(Math.round(value))

const Compared = ({
  of,
  now,
  before,
}: {
  readonly of: keyof Totals
  readonly now: number
  readonly before: number
}) => {
  const change = growth(now, before)
  return (
    <span>
      {change === null ? '–' : shares.format(change)}{' '}
      {t('history.before', { value: shown(of, before) })}
    </span>
  )
}

/** The sums of a range beside those of the range before; each says what it counts. */
export const TotalsCard = ({ span, zone }: { readonly span: Span; readonly zone: string }) => {
  const { from, to } = span
  const query = useQuery(`totals ${from} ${to} ${zone}`, async (signal) => {
    const [now, before] = await Promise.all([
      readTotals(span, zone, signal),
      readTotals(spanBefore(span), zone, signal),
    ])
    return { now, before }
  })
  const earlier = spanBefore(span)
  return (
    <Card
      title={t('history.totals')}
      tools={
        <span class="dim">
          {t('history.against', { from: moment(earlier.from), to: moment(earlier.to) })}
        </span>
      }
    >
      <Shown query={query}>
        {({ now, before }) => (
          <div class="figures">
            {FIGURES.map(({ of, label, counts }) => (
              <div key={of} class="figure">
                <strong>{shown(of, now[of])}</strong>
                <span>{t(label)}</span>
                <Compared of={of} now={now[of]} before={before[of]} />
                <span class="counts">
                  {t(counts)} {of === 'peak' && now.peakAt !== null && moment(now.peakAt)}
                </span>
              </div>
            ))}
          </div>
        )}
      </Shown>
    </Card>
  )
}
