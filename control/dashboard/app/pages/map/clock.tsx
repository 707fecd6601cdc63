import { useEffect, useRef, useState } from 'preact/hooks'
import { clockTime } from '../../text/format.ts'
import { t } from '../../text/text.ts'

/** A day passes in so many seconds. */
const DAY_IN_SEC = 30
const STEP_SEC = 300
/** Somebody stays at a moment after so long. */
const REST_MS = 300

interface Props {
  /** First and last moment, Unix seconds. */
  readonly from: number
  readonly to: number
  /** The moment that is shown; `null` = the whole day. */
  readonly moment: number | null
  readonly setMoment: (moment: number | null) => void
  /** Told of a moment that somebody stays at. */
  readonly rest: (moment: number | null) => void
}

/** Plays a day back: a slider over it, and a button that lets it pass. */
export const DayClock = ({ from, to, moment, setMoment, rest }: Props) => {
  const [isPlaying, setPlaying] = useState(false)
  const at = useRef(moment)
  at.current = moment
  useEffect(() => {
    if (!isPlaying) return undefined
    let last = performance.now()
    let frame = requestAnimationFrame(function next(now) {
      const passed = ((now - last) / 1000 / DAY_IN_SEC) * (to - from)
      last = now
      const later = (at.current ?? from) + passed
      if (later >= to) {
        setPlaying(false)
        setMoment(null)
        return
      }
      setMoment(later)
      frame = requestAnimationFrame(next)
    })
    return () => cancelAnimationFrame(frame)
  }, [isPlaying, from, to])
  useEffect(() => {
    if (isPlaying) return undefined
    const timer = setTimeout(() => rest(moment === null ? null : Math.round(moment)), REST_MS)
    return () => clearTimeout(timer)
  }, [isPlaying, moment])
  return (
    <div class="day-clock">
      <button type="button" aria-pressed={isPlaying} onClick={() => setPlaying(!isPlaying)}>
        {t(isPlaying ? 'map.stop' : 'map.play')}
      </button>
      <input
        type="range"
        min={from}
        max={to}
        step={STEP_SEC}
        value={moment ?? from}
        aria-label={t('map.time')}
        aria-valuetext={moment === null ? t('map.whole_day') : clockTime(moment * 1000)}
        onInput={({ currentTarget }) => {
          setPlaying(false)
          setMoment(Number(currentTarget.value))
        }}
      />
      <output>{moment === null ? t('map.whole_day') : clockTime(moment * 1000)}</output>
      {moment !== null && (
        <button
          type="button"
          onClick={() => {
            setPlaying(false)
            setMoment(null)
          }}
        >
          {t('map.whole_day')}
        </button>
      )}
    </div>
  )
}
