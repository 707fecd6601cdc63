import { useMemo, useState } from 'preact/hooks'
import { Confirm, type Question } from '../components/confirm.tsx'
import { Badge, Figure, PageHead, Shown } from '../components/parts.tsx'
import { type Column, Table } from '../components/table.tsx'
import { getAll, send } from '../data/api.ts'
import { hrefOf, useParam } from '../data/route.ts'
import type { Session } from '../data/types.ts'
import { useNow, useQuery } from '../data/use-query.ts'
import { bytes, country, duration, number, player } from '../text/format.ts'
import { type Key, t, words } from '../text/text.ts'
import { LastHour } from './last-hour.tsx'

/** Rows read at most. */
const MOST = 20_000
const GROUPINGS = ['none', 'account', 'channel', 'country', 'source'] as const
type Grouping = (typeof GROUPINGS)[number]

const whoOf = ({ user_name: name, user_id: id }: Session): string => name ?? id

const GROUP_OF: Readonly<Record<Exclude<Grouping, 'none'>, (row: Session) => string>> = {
  account: whoOf,
  channel: ({ name }) => name,
  country: (row) => country(row.country),
  source: ({ source }) => source,
}

const isGrouping = (text: string): text is Exclude<Grouping, 'none'> => text in GROUP_OF

const matches = (row: Session, filter: string): boolean =>
  [whoOf(row), row.name, row.ip, row.user_agent, row.source, country(row.country)].some((text) =>
    text.toLowerCase().includes(filter),
  )

const toneOf = (state: string) => {
  if (state === 'playing') return 'good'
  return state === 'ending' || state === 'superseded' ? 'warn' : 'plain'
}

const columnsOf = (
  now: number,
  canAct: boolean,
  ask: (row: Session, what: 'end' | 'ban') => void,
): Column<Session>[] => [
  {
    key: 'who',
    title: t('col.who'),
    sortBy: whoOf,
    cell: (row) => <a href={hrefOf(['accounts', row.user_id])}>{whoOf(row)}</a>,
  },
  { key: 'what', title: t('col.what'), sortBy: ({ name }) => name, cell: ({ name }) => name },
  {
    key: 'where',
    title: t('col.where'),
    sortBy: (row) => country(row.country),
    cell: (row) => (
      <>
        {row.country === null ? '' : `${country(row.country)} `}
        <span class="dim">{row.ip}</span>
      </>
    ),
  },
  {
    key: 'player',
    title: t('col.player'),
    isExtra: true,
    sortBy: (row) => player(row.user_agent),
    cell: (row) => <span title={row.user_agent}>{player(row.user_agent)}</span>,
  },
  {
    key: 'server',
    title: t('col.server'),
    isExtra: true,
    sortBy: (row) => row.source,
    cell: (row) => row.source,
  },
  {
    key: 'state',
    title: t('col.state'),
    sortBy: (row) => row.state,
    cell: (row) => <Badge tone={toneOf(row.state)}>{words('state', row.state)}</Badge>,
  },
  {
    key: 'bytes',
    title: t('col.bytes'),
    isExtra: true,
    isNumber: true,
    sortBy: (row) => row.bytes,
    cell: (row) => bytes(row.bytes),
  },
  {
    key: 'since',
    title: t('col.since'),
    isNumber: true,
    sortBy: (row) => -row.opened_at,
    cell: (row) => duration(now - row.opened_at),
  },
  {
    key: 'actions',
    title: t('col.actions'),
    cell: (row) =>
      canAct && (
        <span class="row-actions">
          <a href={hrefOf(['groups'], { ip: row.ip, channel: row.name })}>{t('action.explain')}</a>
          <button type="button" onClick={() => ask(row, 'end')}>
            {t('action.end')}
          </button>
          <button type="button" class="danger" onClick={() => ask(row, 'ban')}>
            {t('action.ban')}
          </button>
        </span>
      ),
  },
]

const questionOf = (row: Session, what: 'end' | 'ban', done: () => void): Question => {
  const values = { who: whoOf(row), what: row.name }
  const act = async () => {
    if (what === 'end') await send('DELETE', `/sessions/${encodeURIComponent(row.id)}`)
    else await send('POST', '/bans', { kind: 'account', subject: row.user_id, seconds: 86_400 })
    done()
  }
  return what === 'end'
    ? { title: t('now.end.ask'), text: t('now.end.text', values), go: t('action.end'), act }
    : { title: t('now.ban.ask'), text: t('now.ban.text', values), go: t('action.ban'), act }
}

const groupsOf = (rows: readonly Session[], grouping: string): [string, Session[]][] => {
  if (!isGrouping(grouping)) return [['', [...rows]]]
  const groups = new Map<string, Session[]>()
  for (const row of rows) {
    const key = GROUP_OF[grouping](row)
    groups.set(key, [...(groups.get(key) ?? []), row])
  }
  return [...groups].sort((a, b) => b[1].length - a[1].length || a[0].localeCompare(b[0]))
}

const Tools = ({
  filter,
  setFilter,
  grouping,
  setGrouping,
}: {
  readonly filter: string
  readonly setFilter: (text: string) => void
  readonly grouping: string
  readonly setGrouping: (text: string) => void
}) => (
  <>
    <input
      type="search"
      aria-label={t('now.filter')}
      placeholder={t('now.filter')}
      value={filter}
      onInput={({ currentTarget }) => setFilter(currentTarget.value)}
    />
    <label class="inline">
      {t('now.group_by')}
      <select value={grouping} onChange={({ currentTarget }) => setGrouping(currentTarget.value)}>
        {GROUPINGS.map((one) => (
          <option key={one} value={one}>
            {t(`now.group.${one}` satisfies Key)}
          </option>
        ))}
      </select>
    </label>
  </>
)

/** Who plays now, on edges and media servers alike. */
export const Now = ({ canAct }: { readonly canAct: boolean }) => {
  const query = useQuery('sessions', (signal) => getAll<Session>('/sessions', MOST, signal), true)
  const now = useNow(10_000)
  const [filter, setFilter] = useParam('filter')
  const [grouping, setGrouping] = useParam('by', 'none')
  const [sort, setSort] = useParam('sort', 'who')
  const [question, setQuestion] = useState<Question | null>(null)
  const ask = (row: Session, what: 'end' | 'ban') =>
    setQuestion(questionOf(row, what, query.reload))
  const columns = useMemo(() => columnsOf(now, canAct, ask), [now, canAct])
  const rows = useMemo(
    () => (query.data ?? []).filter((row) => matches(row, filter.trim().toLowerCase())),
    [query.data, filter],
  )
  const accounts = new Set(rows.map((row) => row.user_id)).size
  return (
    <>
      <PageHead title={t('now.title')}>
        <Tools {...{ filter, setFilter, grouping, setGrouping }} />
      </PageHead>
      <div class="figures">
        <Figure value={number(rows.length)} label={t('now.streams', { n: rows.length })} />
        <Figure value={number(accounts)} label={t('now.accounts', { n: accounts })} />
        <LastHour />
      </div>
      <Shown query={query} isEmpty={(data) => data.length === 0} empty={t('now.empty')}>
        {() =>
          groupsOf(rows, grouping).map(([title, group]) => (
            <section key={title}>
              {title !== '' && (
                <h2>
                  {title} <span class="dim">{t('now.streams.n', { n: group.length })}</span>
                </h2>
              )}
              <Table
                rows={group}
                columns={columns}
                idOf={(row) => row.id}
                sort={sort}
                onSort={setSort}
                label={title === '' ? t('now.title') : title}
              />
            </section>
          ))
        }
      </Shown>
      <Confirm question={question} done={() => setQuestion(null)} />
    </>
  )
}
