import { useMemo, useState } from 'preact/hooks'
import { PageHead, Shown } from '../../components/parts.tsx'
import { get } from '../../data/api.ts'
import { serverNow } from '../../data/clock.ts'
import { useParam } from '../../data/route.ts'
import type { MapPlays } from '../../data/types.ts'
import { useQuery } from '../../data/use-query.ts'
import { dayStart } from '../../text/day-start.ts'
import { number } from '../../text/format.ts'
import { t } from '../../text/text.ts'
import { zone } from '../../text/zone.ts'
import { type Journey, JourneyCard, JourneyList, journeysOf } from './arcs.tsx'
import { DayClock } from './clock.tsx'
import { Filters, TimeChoice, useFilter } from './filters.tsx'
import { labelOf, PlaceCard } from './place.tsx'
import {
  accountsIn,
  busiestOf,
  filtered,
  type PlayColumns,
  placesOfText,
  textOfPlaces,
  weightsOf,
} from './plays.ts'
import { World } from './world.tsx'

const DAY_MS = 86_400_000
const MOST_LISTED = 100
/** The span that is what plays now. */
const NOW = '0'

/** What plays was heard of within so long, ms. */
const RUNNING_MS = 5 * 60_000

/** What the address says about time: now, the last days, or one day of the viewer's zone. Unix milliseconds. */
const spanOf = (days: string, day: string, now: number) => {
  if (day === '' && days === NOW) return { from: now - RUNNING_MS, to: now }
  if (day === '') return { from: now - Number(days) * DAY_MS, to: now }
  const from = dayStart(day, zone)
  return { from, to: dayStart(new Date(from + 1.5 * DAY_MS).toISOString().slice(0, 10), zone) }
}

const useJourneys = (span: { from: number; to: number }, isAllowed: boolean) => {
  const query = useQuery(`journeys ${span.from} ${span.to}`, async (signal) =>
    isAllowed
      ? (
          await get(
            `/findings?kind=impossible_travel&from=${span.from}&to=${span.to}&limit=200&sort=-at`,
            signal,
          )
        ).items
      : [],
  )
  return useMemo(() => journeysOf(query.data ?? []), [query.data])
}

/** Journeys of the people whose plays are shown; while a day is played back, those that were under way. */
const useShownJourneys = (
  all: readonly Journey[],
  {
    plays,
    data,
    shownAt,
  }: { readonly plays: PlayColumns; readonly data: MapPlays; readonly shownAt: number | null },
): readonly Journey[] => {
  const people = useMemo(() => accountsIn(plays, data), [plays, data])
  return useMemo(() => {
    const moment = shownAt === null ? null : shownAt * 1000
    const isUnderWay = ({ first, second }: Journey) =>
      moment === null ||
      (first.startedAt <= moment && moment <= (second.endedAt ?? second.startedAt))
    return all.filter((one) => people.has(one.finding.account) && isUnderWay(one))
  }, [all, people, shownAt])
}

/** The name of an account, where its plays have one. */
const useNames = (data: MapPlays): ((account: string) => string) => {
  const names = useMemo(
    () => new Map(data.accounts.map(({ account, accountName }) => [account, accountName])),
    [data],
  )
  return (account) => names.get(account) ?? account
}

/** What the map shows, in numbers, and where its picture is from. */
const Counts = ({
  data,
  weights,
  isNow,
}: {
  readonly data: MapPlays
  /** Plays at each place. */
  readonly weights: Float64Array
  readonly isNow: boolean
}) => {
  const n = useMemo(() => weights.reduce((sum, weight) => sum + weight, 0), [weights])
  const places = useMemo(() => weights.filter((weight) => weight > 0).length, [weights])
  return (
    <p class="dim">
      {t(isNow ? 'map.running' : 'map.counts', { n, places: number(places) })}{' '}
      {!data.isWhole && t('map.newest', { n: data.plays.length })} {t('map.credit')}
    </p>
  )
}

/** The busiest places; looked for only where somebody wants to see them. */
const PlaceList = ({
  data,
  weights,
  choose,
}: {
  readonly data: MapPlays
  readonly weights: Float64Array
  readonly choose: (places: readonly number[]) => void
}) => {
  const [isOpen, setOpen] = useState(false)
  const places = useMemo(() => (isOpen ? busiestOf(weights, MOST_LISTED) : []), [isOpen, weights])
  return (
    <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{t('map.list')}</summary>
      <ul class="plain-list places">
        {places.map((place) => (
          <li key={place}>
            <button type="button" onClick={() => choose([place])}>
              {data.places[place] === undefined ? '' : labelOf(data.places[place])}
            </button>{' '}
            <span class="dim">{t('map.place', { n: weights[place] ?? 0 })}</span>
          </li>
        ))}
      </ul>
    </details>
  )
}

const Picture = ({
  data,
  span,
  isDay,
  isNow,
  maySeeFindings,
}: {
  readonly data: MapPlays
  /** Only what runs is shown. */
  readonly isNow: boolean
  readonly span: { readonly from: number; readonly to: number }
  readonly isDay: boolean
  readonly maySeeFindings: boolean
}) => {
  const [filter, setFilter] = useFilter()
  const [at, setAt] = useParam('at')
  const [moment, setMoment] = useState<number | null>(at === '' ? null : Number(at))
  const [kept, keep] = useParam('place')
  const chosen = useMemo(() => placesOfText(data, kept), [data, kept])
  const [arc, setArc] = useParam('finding')
  const { kind, person, group, source, country } = filter
  const plays = useMemo(
    () => filtered(data, filter, isNow),
    [data, kind, person, group, source, country, isNow],
  )
  const shownAt = isDay ? moment : null
  const weights = useMemo(
    () => weightsOf(plays, data.places.length, shownAt),
    [plays, data, shownAt],
  )
  const journeys = useShownJourneys(
    useJourneys(isNow ? { from: span.to - DAY_MS, to: span.to } : span, maySeeFindings),
    { plays, data, shownAt },
  )
  const journey = journeys.find(({ id }) => id === arc) ?? null
  const nameOf = useNames(data)
  const choose = (places: readonly number[]) => {
    keep(textOfPlaces(data, places))
    setArc('')
  }
  const chooseArc = (id: string) => {
    keep('')
    setArc(id)
  }
  return (
    <>
      <Filters data={data} filter={filter} set={setFilter} />
      {isDay && (
        <DayClock
          from={span.from / 1000}
          to={span.to / 1000}
          moment={moment}
          setMoment={setMoment}
          rest={(next) => setAt(next === null ? '' : String(next))}
        />
      )}
      <World
        places={data.places}
        weights={weights}
        chosen={chosen}
        choose={choose}
        arcs={journeys}
        chosenArc={journey?.id ?? null}
        chooseArc={chooseArc}
      />
      <Counts data={data} weights={weights} isNow={isNow || shownAt !== null} />
      {journey !== null && <JourneyCard journey={journey} nameOf={nameOf} />}
      {chosen.size > 0 && <PlaceCard data={data} plays={plays} chosen={chosen} span={span} />}
      {journeys.length > 0 && (
        <JourneyList
          journeys={journeys}
          chosen={journey?.id ?? null}
          choose={chooseArc}
          nameOf={nameOf}
        />
      )}
      <PlaceList data={data} weights={weights} choose={choose} />
    </>
  )
}

/** Where plays came from: clusters, circles of uncertainty, journeys nobody can have made, and a day played back. */
export const MapPage = ({ maySeeFindings }: { readonly maySeeFindings: boolean }) => {
  const [days, setDays] = useParam('days', '7')
  const [day, setDay] = useParam('day')
  const span = useMemo(() => spanOf(days, day, serverNow()), [days, day])
  const isNow = day === '' && days === NOW
  const query = useQuery(
    `map ${span.from} ${span.to}`,
    (signal) => {
      // What plays now is asked of the present, each time it is read.
      const { from, to } = isNow ? spanOf(days, day, serverNow() + 1) : span
      return get(`/history/map/plays?from=${from}&to=${to}`, signal)
    },
    isNow ? ['plays', 'history'] : [],
  )
  return (
    <>
      <PageHead title={t('map.title')}>
        <TimeChoice days={days} setDays={setDays} day={day} setDay={setDay} />
      </PageHead>
      <Shown query={query} isEmpty={({ plays }) => plays.length === 0} empty={t('map.empty')}>
        {(data) => (
          <Picture
            key={`${days} ${day}`}
            data={data}
            span={span}
            isDay={day !== ''}
            isNow={isNow}
            maySeeFindings={maySeeFindings}
          />
        )}
      </Shown>
    </>
  )
}
