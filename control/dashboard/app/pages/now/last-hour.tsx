import { memo } from 'preact/compat'
import { useEffect, useMemo, useState } from 'preact/hooks'
import { Columns } from '../../components/bars.tsx'
import { isPlayed } from '../../components/plays.tsx'
import { getAll } from '../../data/api.ts'
import { listen } from '../../data/live.ts'
import { hrefOf } from '../../data/route.ts'
import { useQuery } from '../../data/use-query.ts'
import { number } from '../../text/format.ts'
import { t } from '../../text/text.ts'
import { HOUR_MS, MOST } from './opened.ts'

const SLICE_MS = 300_000

/** Moments of an hour, counted in slices of five minutes. */
const slicesOf = (moments: readonly number[], now: number) => {
  const counts = Array.from({ length: HOUR_MS / SLICE_MS }, () => 0)
  for (const at of moments) {
    const slice = Math.min(counts.length - 1, Math.floor((at - (now - HOUR_MS)) / SLICE_MS))
    counts[slice] = (counts[slice] ?? 0) + 1
  }
  return counts.map((value, index) => ({ at: index, value, text: number(value) }))
}

const Spark = ({
  label,
  moments,
  href,
}: {
  readonly label: string
  readonly moments: readonly number[]
  /** Where the rows behind the number are. */
  readonly href?: string
}) => {
  const now = Date.now()
  const recent = moments.filter((at) => at > now - HOUR_MS)
  return (
    <div class="figure spark">
      <strong>{number(recent.length)}</strong>
      {href === undefined ? <span>{label}</span> : <a href={href}>{label}</a>}
      <Columns values={slicesOf(recent, now)} label={`${label}: ${number(recent.length)}`} />
    </div>
  )
}

/** Openings and refusals of the last hour: what history holds, and what has happened since. */
export const LastHour = memo(() => {
  const past = useQuery('last-hour', (signal) =>
    getAll(`/history/plays?from=${Date.now() - HOUR_MS}`, signal, MOST),
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
  const [opened, refused] = useMemo(() => {
    const momentsOf = (wanted: boolean) =>
      (past.data ?? []).filter((row) => isPlayed(row) === wanted).map(({ startedAt }) => startedAt)
    return [momentsOf(true), momentsOf(false)]
  }, [past.data])
  return (
    <>
      <Spark label={t('now.opened')} moments={[...opened, ...live.opened]} />
      <Spark
        label={t('now.refused')}
        moments={[...refused, ...live.refused]}
        href={hrefOf(['now'], { refused: '1' })}
      />
    </>
  )
})
