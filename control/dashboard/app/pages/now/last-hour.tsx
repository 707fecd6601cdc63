import { memo } from 'preact/compat'
import { useEffect, useMemo, useState } from 'preact/hooks'
import { Columns } from '../../components/bars.tsx'
import { getAll } from '../../data/api.ts'
import { listen } from '../../data/live.ts'
import type { Play } from '../../data/types.ts'
import { useQuery } from '../../data/use-query.ts'
import { number } from '../../text/format.ts'
import { t } from '../../text/text.ts'

const HOUR_MS = 3_600_000
const SLICE_MS = 300_000
/** Plays of the past hour that are counted at most. */
const MOST = 10_000

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

/** Whether something was played, as history counts plays; else the opening was refused. */
const isPlayed = ({ reason, endedAt, lastSeenAt, startedAt, playedMs, bytes }: Play): boolean =>
  reason !== 'session.unstarted' &&
  (endedAt === null || lastSeenAt > startedAt || (playedMs ?? 0) > 0 || (bytes ?? 0) > 0)

/** Openings and refusals of the last hour: what history holds, and what has happened since. */
export const LastHour = memo(() => {
  const past = useQuery('last-hour', (signal) =>
    getAll(`/history/plays?from=${Date.now() - HOUR_MS}`, MOST, signal),
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
      <Spark label={t('now.refused')} moments={[...refused, ...live.refused]} />
    </>
  )
})
