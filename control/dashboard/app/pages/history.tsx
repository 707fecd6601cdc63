import { type Bar, Bars, Columns } from '../components/bars.tsx'
import { Card, ColumnHeads, PageHead, Shown } from '../components/parts.tsx'
import { SpanChoice } from '../components/span.tsx'
import { get } from '../data/api.ts'
import { hrefOf, useParam } from '../data/route.ts'
import type { DayTotals, KeyTotals } from '../data/types.ts'
import { type Query, useQuery } from '../data/use-query.ts'
import { country, day, moment, number } from '../text/format.ts'
import { t } from '../text/text.ts'
import { zone } from '../text/zone.ts'

const SPANS = ['1', '7', '30', '90', '365']
const HOUR_MS = 3_600_000

const barsOf = (
  rows: readonly KeyTotals[],
  labelOf: (key: string) => string,
  linkOf?: (key: string) => string,
): Bar[] =>
  rows.map(({ key, plays, playedMs }) => ({
    key,
    label: labelOf(key),
    value: playedMs,
    text: `${number(Math.round(playedMs / HOUR_MS))} · ${number(plays)}`,
    ...(linkOf === undefined ? {} : { href: linkOf(key) }),
  }))

const Top = ({
  title,
  query,
  labelOf,
  linkOf,
}: {
  readonly title: string
  readonly query: Query<KeyTotals[]>
  readonly labelOf: (key: string) => string
  readonly linkOf?: (key: string) => string
}) => (
  <Card title={title} tools={<span class="dim">{`${t('col.hours')} · ${t('col.plays')}`}</span>}>
    <Shown query={query} isEmpty={(rows) => rows.length === 0}>
      {(rows) => <Bars bars={barsOf(rows, labelOf, linkOf)} />}
    </Shown>
  </Card>
)

/** Quotes a field of a comma-separated file where it must be (RFC 4180). */
const field = (value: string | number): string =>
  /[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value)

const csvOf = (days: readonly DayTotals[]): string =>
  [
    ['day', 'plays', 'refusals', 'hours', 'viewers', 'bytes'],
    ...days.map((row) => [
      new Date(row.day).toISOString().slice(0, 10),
      row.plays,
      row.refusals,
      (row.playedMs / HOUR_MS).toFixed(2),
      row.viewers,
      row.bytes,
    ]),
  ]
    .map((cells) => cells.map(field).join(','))
    .join('\r\n')

const save = (name: string, text: string): void => {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/csv' }))
  link.download = name
  link.click()
  URL.revokeObjectURL(link.href)
}

const DayTable = ({ days }: { readonly days: readonly DayTotals[] }) => (
  <details>
    <summary>{t('history.per_day')}</summary>
    <table class="small">
      <ColumnHeads of={['col.when', 'col.plays', 'col.refusals', 'col.hours', 'col.viewers']} />
      <tbody>
        {days.map((row) => (
          <tr key={row.day}>
            <td>{day(row.day)}</td>
            <td>{number(row.plays)}</td>
            <td>{number(row.refusals)}</td>
            <td>{number(Math.round(row.playedMs / HOUR_MS))}</td>
            <td>{number(row.viewers)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </details>
)

/** What was played: days, channels, accounts, countries. */
export const History = () => {
  const [days, setDays] = useParam('days', '30')
  const read = (what: 'accounts' | 'channels' | 'countries', more = '') =>
    useQuery(`${what} ${days}`, (signal) =>
      get(`/history/${what}?days=${days}&limit=15${more}`, signal),
    )
  const perDay = useQuery(`days ${days}`, (signal) =>
    get(`/history/days?days=${days}&tz=${encodeURIComponent(zone)}`, signal),
  )
  const peak = useQuery(`peak ${days}`, (signal) => get(`/history/peak?days=${days}`, signal))
  return (
    <>
      <PageHead title={t('history.title')}>
        <SpanChoice label={t('history.title')} spans={SPANS} days={days} setDays={setDays} />
      </PageHead>
      <Card
        title={t('history.per_day')}
        tools={
          <button
            type="button"
            onClick={() => save('gatehouse-days.csv', csvOf(perDay.data ?? []))}
          >
            {t('action.csv')}
          </button>
        }
      >
        <Shown query={perDay} isEmpty={(rows) => rows.length === 0}>
          {(rows) => (
            <>
              <Columns
                label={t('history.per_day')}
                values={rows.map((row) => ({
                  at: row.day,
                  value: row.plays,
                  text: `${day(row.day)}: ${number(row.plays)}`,
                }))}
              />
              {peak.data?.at !== null && peak.data !== null && (
                <p>{t('history.peak', { n: peak.data.streams, when: moment(peak.data.at) })}</p>
              )}
              <DayTable days={rows} />
            </>
          )}
        </Shown>
        <p class="dim">{t('history.counts')}</p>
      </Card>
      <div class="cards">
        <Top title={t('history.channels')} query={read('channels')} labelOf={(key) => key} />
        <Top
          title={t('history.accounts')}
          query={read('accounts')}
          labelOf={(key) => key}
          linkOf={(key) => hrefOf(['accounts', key])}
        />
        <Top title={t('history.countries')} query={read('countries')} labelOf={country} />
      </div>
    </>
  )
}
