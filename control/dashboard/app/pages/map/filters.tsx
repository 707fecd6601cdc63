import { useMemo } from 'preact/hooks'
import { SpanChoice } from '../../components/span.tsx'
import { useParam } from '../../data/route.ts'
import type { MapPlays } from '../../data/types.ts'
import { country, serverName } from '../../text/format.ts'
import { t } from '../../text/text.ts'
import type { PlayFilter } from './plays.ts'

const SPANS = ['0', '1', '7', '30', '90']
const KINDS = ['live', 'recorded'] as const

/** The filter that stands in the address. */
export const useFilter = (): [PlayFilter, (name: keyof PlayFilter, value: string) => void] => {
  const [kind, setKind] = useParam('kind')
  const [person, setPerson] = useParam('person')
  const [group, setGroup] = useParam('group')
  const [source, setSource] = useParam('source')
  const [land, setLand] = useParam('country')
  const setters = {
    kind: setKind,
    person: setPerson,
    group: setGroup,
    source: setSource,
    country: setLand,
  }
  return [{ kind, person, group, source, country: land }, (name, value) => setters[name](value)]
}

const Choice = ({
  label,
  value,
  set,
  options,
}: {
  readonly label: string
  readonly value: string
  readonly set: (value: string) => void
  readonly options: readonly (readonly [string, string])[]
}) => (
  <label>
    {label}
    <select value={value} onChange={({ currentTarget }) => set(currentTarget.value)}>
      <option value="">{t('map.any')}</option>
      {options.map(([id, name]) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </select>
  </label>
)

const same = (list: readonly string[]): (readonly [string, string])[] =>
  list
    .filter((name) => name !== '')
    .toSorted()
    .map((name) => [name, name])

/** Which plays the map shows. */
export const Filters = ({
  data,
  filter,
  set,
}: {
  readonly data: MapPlays | null
  readonly filter: PlayFilter
  readonly set: (name: keyof PlayFilter, value: string) => void
}) => {
  const countries = useMemo(
    () =>
      [...new Set(data?.places.flatMap((place) => place.country ?? []) ?? [])]
        .map((code): [string, string] => [code, country(code)])
        .sort((a, b) => a[1].localeCompare(b[1])),
    [data],
  )
  return (
    <form class="inline-form filters" onSubmit={(event) => event.preventDefault()}>
      <label>
        {t('map.person')}
        <input
          type="search"
          value={filter.person}
          onInput={({ currentTarget }) => set('person', currentTarget.value)}
        />
      </label>
      <Choice
        label={t('map.kind')}
        value={filter.kind}
        set={(value) => set('kind', value)}
        options={KINDS.map((kind) => [kind, t(`map.kind.${kind}`)])}
      />
      <Choice
        label={t('col.group')}
        value={filter.group}
        set={(value) => set('group', value)}
        options={same(data?.groups ?? [])}
      />
      <Choice
        label={t('col.server')}
        value={filter.source}
        set={(value) => set('source', value)}
        options={same(data?.sources ?? []).map(([id]) => [id, serverName(id)])}
      />
      <Choice
        label={t('map.country')}
        value={filter.country}
        set={(value) => set('country', value)}
        options={countries}
      />
    </form>
  )
}

/** How far back the map looks, or the one day it plays back. */
export const TimeChoice = ({
  days,
  setDays,
  day,
  setDay,
}: {
  readonly days: string
  readonly setDays: (days: string) => void
  readonly day: string
  readonly setDay: (day: string) => void
}) => (
  <>
    <label class="inline">
      {t('map.day')}
      <input
        type="date"
        value={day}
        onChange={({ currentTarget }) => setDay(currentTarget.value)}
      />
    </label>
    {day === '' && (
      <SpanChoice label={t('map.title')} spans={SPANS} days={days} setDays={setDays} />
    )}
  </>
)
