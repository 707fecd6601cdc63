import { t } from '../text/text.ts'

/** Chooses how many days back a page looks; `0` is what plays now. */
export const SpanChoice = ({
  label,
  spans,
  days,
  setDays,
}: {
  readonly label: string
  readonly spans: readonly string[]
  readonly days: string
  readonly setDays: (days: string) => void
}) => (
  <select
    aria-label={label}
    value={days}
    onChange={({ currentTarget }) => setDays(currentTarget.value)}
  >
    {spans.map((span) => (
      <option key={span} value={span}>
        {span === '0' ? t('map.playing') : t('history.days', { n: Number(span) })}
      </option>
    ))}
  </select>
)
