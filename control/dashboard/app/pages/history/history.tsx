import { useMemo } from 'preact/hooks'
import { type Bar, Bars, Columns } from '../../components/bars.tsx'
import { Card, ColumnHeads, PageHead, Shown } from '../../components/parts.tsx'
import { get, getAll } from '../../data/api.ts'
import { hrefOf } from '../../data/route.ts'
import type { DayTotals, KeyTotals } from '../../data/types.ts'
import { useLatest, useQuery } from '../../data/use-query.ts'
import { country, number, player, serverName } from '../../text/format.ts'
import { language, t, words } from '../../text/text.ts'
import { ClockCard } from './clock.tsx'
import { csvOfDays, csvOfKeys } from './csv.ts'
import { mergedBy } from './merged.ts'
import { spanOf } from './range.ts'
import { RangeChoice, useChoice } from './range-choice.tsx'
import { saveCsv } from './save-csv.ts'
import { TotalsCard } from './totals.tsx'

const HOUR_MS = 3_600_000

/** Hours; less than ten to a tenth. */
const hoursText = (ms: number): string =>
  number(ms < 10 * HOUR_MS ? Math.round((10 * ms) / HOUR_MS) / 10 : Math.round(ms / HOUR_MS))

const barsOf = (
  rows: readonly KeyTotals[],
  labelOf: (key: string) => string,
  linkOf?: (key: string) => string,
): Bar[] =>
  rows.map(({ key, accountName, plays, playedMs }) => ({
    key,
    label: accountName ?? labelOf(key),
    value: plays,
    text: `${number(plays)} · ${hoursText(playedMs)}`,
    ...(linkOf === undefined ? {} : { href: linkOf(key) }),
  }))

interface CsvProps {
  readonly name: string
  /** What the file holds, in words. */
  readonly of: string
  readonly text: () => string
}

const Csv = ({ name, of, text }: CsvProps) => (
  <button type="button" onClick={() => saveCsv(`gatehouse-${name}.csv`, text())}>
    {t('action.csv')} <span class="hidden">{of}</span>
  </button>
)

/** What is counted by what it is: the name of its file, its heading, and how a key is written and where it leads. */
interface Counted {
  readonly name:
    | 'channels'
    | 'titles'
    | 'accounts'
    | 'countries'
    | 'devices'
    | 'edges'
    | 'deliveries'
  readonly labelOf?: (key: string) => string
  readonly linkOf?: (key: string) => string
  /** Rows with the same answer are one, whatever its capitals. */
  readonly mergeBy?: (key: string) => string
}

const SHOWN = 15
/** Rows that are read where some become one. */
const MERGED = 500

const COUNTED: readonly Counted[] = [
  { name: 'channels', linkOf: (key) => hrefOf(['now'], { filter: key }) },
  { name: 'titles' },
  { name: 'accounts', linkOf: (key) => hrefOf(['accounts', key]) },
  { name: 'countries', labelOf: country, linkOf: (key) => hrefOf(['map'], { country: key }) },
  { name: 'devices', mergeBy: player },
  { name: 'edges', labelOf: serverName, linkOf: (key) => hrefOf(['map'], { source: key }) },
  { name: 'deliveries', labelOf: (key) => words('delivery', key) },
]

const same = (key: string): string => key

const Top = ({ counted, range }: { readonly counted: Counted; readonly range: string }) => {
  const { name, labelOf = same, linkOf, mergeBy } = counted
  const query = useQuery(`${name} ${range}`, async (signal) => {
    const limit = mergeBy === undefined ? SHOWN : MERGED
    const { items } = await get(`/history/${name}?${range}&limit=${limit}`, signal)
    return mergeBy === undefined ? items : mergedBy(items, mergeBy).slice(0, SHOWN)
  })
  return (
    <Card
      title={t(`history.${name}`)}
      tools={
        <Csv name={name} of={t(`history.${name}`)} text={() => csvOfKeys(name, query.data ?? [])} />
      }
    >
      <p class="dim">{`${t('col.plays')} · ${t('col.hours')}. ${t(`history.counts.${name}`)}`}</p>
      <Shown query={query} isEmpty={(rows) => rows.length === 0}>
        {(rows) => <Bars bars={barsOf(rows, labelOf, linkOf)} />}
      </Shown>
    </Card>
  )
}

const DayTable = ({
  days,
  dayOf,
}: {
  readonly days: readonly DayTotals[]
  readonly dayOf: (at: number) => string
}) => (
  <details>
    <summary>{t('history.per_day')}</summary>
    <table class="small">
      <ColumnHeads of={['col.when', 'col.plays', 'col.refusals', 'col.hours', 'col.viewers']} />
      <tbody>
        {days.map((row) => (
          <tr key={row.day}>
            <td data-title={t('col.when')}>{dayOf(row.day)}</td>
            <td data-title={t('col.plays')}>{number(row.plays)}</td>
            <td data-title={t('col.refusals')}>{number(row.refusals)}</td>
            <td data-title={t('col.hours')}>{hoursText(row.playedMs)}</td>
            <td data-title={t('col.viewers')}>{number(row.viewers)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </details>
)

const Days = ({ range, zone }: { readonly range: string; readonly zone: string }) => {
  const query = useQuery(`days ${range} ${zone}`, (signal) =>
    getAll(`/history/days?${range}&tz=${encodeURIComponent(zone)}`, signal),
  )
  const dates = new Intl.DateTimeFormat(language, {
    day: 'numeric',
    month: 'short',
    timeZone: zone,
  })
  const dayOf = (at: number) => dates.format(at)
  return (
    <Card
      title={t('history.per_day')}
      tools={
        <Csv name="days" of={t('history.per_day')} text={() => csvOfDays(query.data ?? [], zone)} />
      }
    >
      <Shown query={query} isEmpty={(rows) => rows.length === 0}>
        {(rows) => (
          <>
            <Columns
              label={t('history.per_day')}
              values={rows.map((row) => ({
                at: row.day,
                value: row.plays,
                text: `${dayOf(row.day)}: ${number(row.plays)}`,
              }))}
            />
            <DayTable days={rows} dayOf={dayOf} />
          </>
        )}
      </Shown>
      <p class="dim">{t('history.counts')}</p>
    </Card>
  )
}

/** What was played: sums beside those of before, days, and what was played most. */
export const History = () => {
  const choice = useChoice()
  const { from, to, days, zone } = choice
  const latest = useLatest(['history'])
  const span = useMemo(() => spanOf(choice, latest), [from, to, days, zone, latest])
  const range = `from=${span.from}&to=${span.to}`
  return (
    <>
      <PageHead title={t('history.title')}>
        <RangeChoice />
      </PageHead>
      <TotalsCard span={span} zone={zone} />
      <Days range={range} zone={zone} />
      <ClockCard range={range} zone={zone} />
      <div class="cards">
        {COUNTED.map((counted) => (
          <Top key={counted.name} counted={counted} range={range} />
        ))}
      </div>
    </>
  )
}
