import { memo } from 'preact/compat'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { Columns } from '../../components/bars.tsx'
import { isPlayed } from '../../components/plays.tsx'
import { getAll } from '../../data/api.ts'
import { serverNow } from '../../data/clock.ts'
import { listen } from '../../data/live.ts'
import { hrefOf } from '../../data/route.ts'
import { useQuery } from '../../data/use-query.ts'
import { number } from '../../text/format.ts'
import { t } from '../../text/text.ts'
import { type Level, levelsUntil, withLevel } from './levels.ts'
import { HOUR_MS, MOST, SLICE_MS } from './opened.ts'

/** Moments of an hour, counted in slices of five minutes. */
const slicesOf = (moments: readonly number[], now: number) => {
  const counts = Array.from({ length: HOUR_MS / SLICE_MS }, () => 0)
  for (const at of moments) {
    const slice = Math.min(counts.length - 1, Math.floor((at - (now - HOUR_MS)) / SLICE_MS))
    counts[slice] = (counts[slice] ?? 0) + 1
  }
  return counts.map((value, index) => ({ at: index, value, text: number(value) }))
}

/** A number with how it went over the last hour. */
const Figure = ({
  label,
  value,
  values,
  href,
}: {
  readonly label: string
  readonly value: number
  readonly values: Parameters<typeof Columns>[0]['values']
  /** Where the rows behind the number are. */
  readonly href?: string
}) => (
  <div class="figure spark">
    <strong>{number(value)}</strong>
    {href === undefined ? <span>{label}</span> : <a href={href}>{label}</a>}
    {values.length > 0 && (
      <Columns values={values} label={`${label}: ${number(value)}. ${t('now.last_hour')}`} />
    )}
  </div>
)

const Spark = ({
  label,
  moments,
  href,
}: {
  readonly label: string
  readonly moments: readonly number[]
  readonly href?: string
}) => {
  const now = serverNow()
  const recent = moments.filter((at) => at > now - HOUR_MS)
  const where = href === undefined ? {} : { href }
  return <Figure label={label} value={recent.length} values={slicesOf(recent, now)} {...where} />
}

/** What runs now, and what ran over the last hour: what history holds, then what was seen since. */
export const Running = ({
  streams,
  accounts,
  isAll,
}: {
  readonly streams: number
  readonly accounts: number
  /** Whether these are all that run: of a part nobody knows how many there were. */
  readonly isAll: boolean
}) => {
  const [begun] = useState(serverNow)
  const past = useQuery('levels', (signal) =>
    getAll(`/history/levels?from=${begun - HOUR_MS}&to=${begun}&points=13`, signal),
  )
  const seen = useRef<Level[]>([])
  if (isAll) seen.current = withLevel(seen.current, { at: serverNow(), streams, accounts })
  const shown =
    isAll && past.data !== null
      ? levelsUntil(serverNow(), [...past.data.filter(({ at }) => at < begun), ...seen.current])
      : []
  const valuesOf = (of: 'streams' | 'accounts') =>
    shown.map((level) => ({ at: level.at, value: level[of], text: number(level[of]) }))
  return (
    <>
      <Figure
        label={t('now.streams', { n: streams })}
        value={streams}
        values={valuesOf('streams')}
      />
      <Figure
        label={t('now.accounts', { n: accounts })}
        value={accounts}
        values={valuesOf('accounts')}
      />
    </>
  )
}

/** Openings and refusals of the last hour: what history holds, and what has happened since. */
export const LastHour = memo(() => {
  const past = useQuery('last-hour', (signal) =>
    getAll(`/history/plays?from=${serverNow() - HOUR_MS}`, signal, MOST),
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
        setLive((before) => ({ ...before, [kind]: [...before[kind], serverNow()].slice(-10_000) }))
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
