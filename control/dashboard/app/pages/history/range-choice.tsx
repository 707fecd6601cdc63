import { SpanChoice } from '../../components/span.tsx'
import { useParam } from '../../data/route.ts'
import { t } from '../../text/text.ts'
import { zone as ownZone } from '../../text/zone.ts'
import type { Choice } from './range.ts'

const SPANS = ['1', '7', '30', '90', '365']

/** What stands in the address of the page. */
export const useChoice = (): Choice => {
  const [from] = useParam('from')
  const [to] = useParam('to')
  const [days] = useParam('days', '30')
  const [zone] = useParam('tz', ownZone)
  return { from, to, days, zone }
}

/** Chooses a range: the last days, or from one day to another, in any time zone. */
export const RangeChoice = () => {
  const [from, setFrom] = useParam('from')
  const [to, setTo] = useParam('to')
  const [days, setDays] = useParam('days', '30')
  const [zone, setZone] = useParam('tz', ownZone)
  const back = (span: string) => {
    setFrom('')
    setTo('')
    setDays(span)
  }
  return (
    <>
      <SpanChoice label={t('history.title')} spans={SPANS} days={days} setDays={back} />
      <label class="inline">
        {t('history.from')}
        <input
          type="date"
          value={from}
          max={to || undefined}
          onInput={({ currentTarget }) => setFrom(currentTarget.value)}
        />
      </label>
      <label class="inline">
        {t('history.to')}
        <input
          type="date"
          value={to}
          min={from || undefined}
          onInput={({ currentTarget }) => setTo(currentTarget.value)}
        />
      </label>
      <select
        aria-label={t('settings.zone')}
        value={zone}
        onChange={({ currentTarget }) => setZone(currentTarget.value)}
      >
        {[...new Set([ownZone, 'UTC', ...Intl.supportedValuesOf('timeZone')])].map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </>
  )
}
