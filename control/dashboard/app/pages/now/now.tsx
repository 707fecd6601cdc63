import { useMemo, useState } from 'preact/hooks'
import { countAccounts } from '#domain/viewer/person'
import { Confirm, type Question } from '../../components/confirm.tsx'
import { PageHead, Shown } from '../../components/parts.tsx'
import { Table } from '../../components/table.tsx'
import { getAll, send } from '../../data/api.ts'
import { useParam } from '../../data/route.ts'
import type { Session } from '../../data/types.ts'
import { SLOW_MS, useNow, useQuery } from '../../data/use-query.ts'
import { country, placeName, player } from '../../text/format.ts'
import { type Key, t } from '../../text/text.ts'
import { type CapUse, columnsOf, type Deed, whoOf } from './columns.tsx'
import { LastHour, Running } from './last-hour.tsx'
import { MessageDialog } from './message.tsx'
import { Refusals } from './refusals.tsx'

/** Rows read at most. */
const MOST = 20_000
/** Accounts whose caps are read at most. */
const MOST_ACCOUNTS = 100_000
const NONE: readonly Session[] = []
const GROUPINGS = ['none', 'account', 'channel', 'country', 'source'] as const

const GROUP_OF: Readonly<Record<string, (row: Session) => string>> = {
  account: whoOf,
  channel: ({ name }) => name,
  country: (row) => country(row.country),
  source: ({ source }) => source,
}

/** What the filter looks through. */
const textOf = (row: Session): string =>
  [
    whoOf(row),
    row.name,
    row.ip,
    player(row.user_agent),
    row.source,
    placeName(row.city, row.country),
    row.group,
  ]
    .join('\n')
    .toLowerCase()

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

/** Streams of each account, and how many it may have: its own cap, else that of its plan, else that of its group. */
const useCaps = (rows: readonly Session[], isAllowed: boolean): CapUse => {
  const caps = useQuery(
    'caps',
    async (signal) => {
      if (!isAllowed) return { accounts: [], plans: [], groups: [] }
      const [accounts, plans, groups] = await Promise.all([
        getAll('/accounts', signal, MOST_ACCOUNTS),
        getAll('/plans', signal),
        getAll('/groups', signal),
      ])
      return { accounts, plans, groups }
    },
    ['account', 'config'],
    SLOW_MS,
  )
  return useMemo(() => {
    const plans = new Map(caps.data?.plans.map((one) => [one.name, one.maxSessions]))
    const own = new Map(
      caps.data?.accounts.map((one) => [
        `own:${one.id}`,
        one.maxSessions ?? plans.get(one.plan ?? ''),
      ]),
    )
    const groups = new Map(caps.data?.groups.map((one) => [one.name, one.maxSessions]))
    const used = new Map<string, number>()
    const most = new Map<string, number>()
    for (const { user_id: id, group } of rows) {
      used.set(id, (used.get(id) ?? 0) + 1)
      const cap = own.get(id) ?? groups.get(group)
      if (typeof cap === 'number') most.set(id, cap)
    }
    return { used, most }
  }, [rows, caps.data])
}

const Tools = ({
  filter,
  setFilter,
  grouping,
  setGrouping,
  isHeld,
  hold,
}: {
  readonly filter: string
  readonly setFilter: (text: string) => void
  readonly grouping: string
  readonly setGrouping: (text: string) => void
  readonly isHeld: boolean
  readonly hold: () => void
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
    <button type="button" aria-pressed={isHeld} onClick={hold}>
      {t('now.hold')}
    </button>
  </>
)

/** The rows that are found: all where there is no filter. What is looked through is made when it is first needed. */
const useFilter = (rows: readonly Session[], filter: string) => {
  const texts = useMemo(() => new Map<Session, string>(), [rows])
  return useMemo(() => {
    const wanted = filter.trim().toLowerCase()
    if (wanted === '') return { found: rows, isWanted: undefined }
    const found = rows.filter((row) => {
      const text = texts.get(row) ?? textOf(row)
      texts.set(row, text)
      return text.includes(wanted)
    })
    const set = new Set(found)
    return { found, isWanted: (row: Session) => set.has(row) }
  }, [texts, filter])
}

/** Who plays now, on edges and media servers alike. */
export const Now = ({
  canAct,
  maySeeCaps,
}: {
  readonly canAct: boolean
  readonly maySeeCaps: boolean
}) => {
  const [isHeld, setHeld] = useState(false)
  const query = useQuery(
    'sessions',
    (signal) => getAll('/sessions', signal, MOST),
    isHeld ? [] : ['plays'],
  )
  const now = useNow(10_000)
  const [filter, setFilter] = useParam('filter')
  const [grouping, setGrouping] = useParam('by', 'none')
  const [sort, setSort] = useParam('sort', 'who')
  const [showsRefused] = useParam('refused')
  const [question, setQuestion] = useState<Question | null>(null)
  const [written, setWritten] = useState<Session | null>(null)
  const rows = query.data ?? NONE
  const hold = () => {
    setHeld(!isHeld)
    if (isHeld) query.reload()
  }
  const { found, isWanted } = useFilter(rows, filter)
  // Of all streams, not of those the filter leaves: an account uses its cap whatever is looked for.
  const caps = useCaps(rows, maySeeCaps)
  const accounts = useMemo(() => countAccounts(found.map((row) => row.user_id)), [found])
  const columns = useMemo(() => {
    const ask = (row: Session, deed: Deed) => {
      if (deed === 'message') setWritten(row)
      else setQuestion(questionOf(row, deed, query.reload))
    }
    return columnsOf(now, caps, canAct ? ask : null)
  }, [now, caps, canAct])
  const isAll = query.data !== null && isWanted === undefined
  return (
    <>
      <PageHead title={t('now.title')}>
        <Tools {...{ filter, setFilter, grouping, setGrouping, isHeld, hold }} />
      </PageHead>
      <div class="figures">
        <Running streams={found.length} accounts={accounts} isAll={isAll} />
        <LastHour />
      </div>
      {showsRefused === '1' && <Refusals />}
      <Shown query={query} isEmpty={(data) => data.length === 0} empty={t('now.empty')}>
        {() => (
          <Table
            rows={rows}
            columns={columns}
            idOf={(row) => row.id}
            sort={sort}
            onSort={setSort}
            label={t('now.title')}
            groupOf={GROUP_OF[grouping]}
            isWanted={isWanted}
          />
        )}
      </Shown>
      <Confirm question={question} done={() => setQuestion(null)} />
      <MessageDialog session={written} done={() => setWritten(null)} />
    </>
  )
}
