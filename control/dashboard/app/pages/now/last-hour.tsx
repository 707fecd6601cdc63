import { useEffect, useState } from 'preact/hooks'
import { Columns } from '../../components/bars.tsx'
import { get } from '../../data/api.ts'
import { listen } from '../../data/live.ts'
import { useQuery } from '../../data/use-query.ts'
import { number } from '../../text/format.ts'
import { t } from '../../text/text.ts'

const HOUR_MS = 3_600_000
const SLICE_MS = 300_000

/** Moments of an hour, counted in slices of five minutes. */
const slicesOf = (moments: readonly number[], now: number) =>
  Array.from({ length: HOUR_MS / SLICE_MS }, (_, index) => {
    const from = now - HOUR_MS + index * SLICE_MS
    const value = moments.filter((at) => at >= from && at < from + SLICE_MS).length
    return { at: index, value, text: number(value) }
  })

const Spark = ({
  label,
  moments,
}: {
  readonly label: string
  readonly moments: readonly number[]
}) => {
  const now = Date.now()
  const recent = moments.filter((at) => at > now - HOUR_MS)
  return (
    <div class="figure spark">
      <strong>{number(recent.length)}</strong>
      <span>{label}</span>
      <Columns values={slicesOf(recent, now)} label={`${label}: ${number(recent.length)}`} />
    </div>
  )
}

/** Openings and refusals of the last hour: what history holds, and what has happened since. */
export const LastHour = () => {
  const past = useQuery('last-hour', (signal) =>
    get(`/history/plays?from=${Date.now() - HOUR_MS}&limit=1000`, signal),
  )
  const [live, setLive] = useState<{ opened: number[]; refused: number[] }>({
    opened: [],
    refused: [],
  })
  useEffect(
    () =>
      listen(({ event }) => {
        const kind = event === 'session.refused' ? 'refused' : 'opened'
        if (event !== 'session.refused' && event !== 'session.opened') return
        setLive((before) => ({ ...before, [kind]: [...before[kind], Date.now()].slice(-10_000) }))
      }),
    [],
  )
  const opened = (past.data?.items ?? []).map(({ startedAt }) => startedAt)
  return (
    <>
      <Spark label={t('now.opened')} moments={[...opened, ...live.opened]} />
      <Spark label={t('now.refused')} moments={live.refused} />
    </>
  )
}
