import { Columns } from '../../components/bars.tsx'
import { Card, Shown } from '../../components/parts.tsx'
import { getAll } from '../../data/api.ts'
import { useQuery } from '../../data/use-query.ts'
import { number } from '../../text/format.ts'
import { language, t } from '../../text/text.ts'
import { byClock } from './by-clock.ts'

const HOUR_MS = 3_600_000
/** A Monday at midnight; names of hours and weekdays are made from it. */
const MONDAY = Date.UTC(2026, 0, 5)

const hourNames = new Intl.DateTimeFormat(language, { hour: 'numeric', timeZone: 'UTC' })
const dayNames = new Intl.DateTimeFormat(language, { weekday: 'long', timeZone: 'UTC' })
const hourName = (hour: number): string => hourNames.format(MONDAY + hour * HOUR_MS)
const dayName = (day: number): string => dayNames.format(MONDAY + day * 24 * HOUR_MS)

const Chart = ({
  label,
  values,
  nameOf,
}: {
  readonly label: string
  readonly values: readonly number[]
  readonly nameOf: (at: number) => string
}) => {
  const most = nameOf(values.indexOf(Math.max(...values)))
  return (
    <div>
      <p>
        {label} <span class="dim">{t('history.most', { when: most })}</span>
      </p>
      <Columns
        label={`${label} ${t('history.most', { when: most })}`}
        values={values.map((value, at) => ({
          at,
          value,
          text: `${nameOf(at)}: ${number(Math.round(value / HOUR_MS))}`,
        }))}
      />
    </div>
  )
}

/** When people watch: hours watched by hour of the day and by day of the week. */
export const ClockCard = ({ range, zone }: { readonly range: string; readonly zone: string }) => {
  const query = useQuery(`clock ${range} ${zone}`, async (signal) =>
    byClock(await getAll(`/history/hours?${range}&tz=${encodeURIComponent(zone)}`, signal), zone),
  )
  return (
    <Card title={t('history.clock')}>
      <Shown query={query} isEmpty={({ hours }) => hours.every((value) => value === 0)}>
        {({ hours, weekdays }) => (
          <div class="cards">
            <Chart label={t('history.by_hour')} values={hours} nameOf={hourName} />
            <Chart label={t('history.by_weekday')} values={weekdays} nameOf={dayName} />
          </div>
        )}
      </Shown>
      <p class="dim">{t('history.counts.clock')}</p>
    </Card>
  )
}
