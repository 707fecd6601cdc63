import { useMemo, useState } from 'preact/hooks'
import type { RowOf } from '../../../../client/typed-call.ts'
import { Badge, PageHead, Points, Shown } from '../../components/parts.tsx'
import { type Column, Table } from '../../components/table.tsx'
import { getAll } from '../../data/api.ts'
import { hrefOf, useParam } from '../../data/route.ts'
import type { Account } from '../../data/types.ts'
import { type Query, useQuery } from '../../data/use-query.ts'
import { date } from '../../text/format.ts'
import { t } from '../../text/text.ts'
import { BulkDeeds } from './bulk.tsx'
import { NewAccount } from './new-account.tsx'

/** An account of ours with what detection says of it, or one that only detection knows. */
interface Row {
  readonly ref: string
  readonly name: string
  readonly account: Account | null
  readonly confidence: number | null
  /** Its own cap of streams, else that of its plan; nothing where its group decides. */
  readonly streams: number | null
}

const MOST = 100_000
const NONE: readonly Row[] = []

const rowsOf = (
  accounts: readonly Account[],
  plans: readonly RowOf<'/plans'>[],
  judged: readonly RowOf<'/sharing'>[],
): Row[] => {
  const known = new Map(judged.map((one) => [one.account, one]))
  const caps = new Map(plans.map(({ name: plan, maxSessions }) => [plan, maxSessions]))
  const own = accounts.map((account): Row => {
    const ref = `own:${account.id}`
    const confidence = known.get(ref)?.confidence ?? null
    known.delete(ref)
    const streams = account.maxSessions ?? caps.get(account.plan ?? '') ?? null
    return { ref, name: account.name, account, confidence, streams }
  })
  const others = [...known.values()].map(
    ({ account, name: given, confidence }): Row => ({
      ref: account,
      name: given ?? account,
      account: null,
      confidence,
      streams: null,
    }),
  )
  return [...own, ...others]
}

interface Found {
  readonly accounts: readonly Account[]
  /** The part of the name these are all accounts of; `null` where they are but the first. */
  readonly allOf: string | null
}

/** The accounts whose name contains something: the first are shown while the rest is read, and once all are there no more is asked for. */
const useRows = (name: string): Query<readonly Row[]> & { readonly isPart: boolean } => {
  const [isWhole, setWhole] = useState(false)
  const asked = isWhole ? '' : name
  const own = useQuery<Found>(
    `accounts ${asked}`,
    async (signal, begun) => {
      const part = asked === '' ? '' : (`?name=${encodeURIComponent(asked)}` as const)
      const accounts = await getAll(`/accounts${part}`, signal, MOST, (first) =>
        begun({ accounts: first, allOf: null }),
      )
      setWhole(asked === '' && accounts.length < MOST)
      return { accounts, allOf: asked }
    },
    ['account', 'config'],
  )
  const plans = useQuery('plans', (signal) => getAll('/plans', signal), ['config'])
  const judged = useQuery<readonly RowOf<'/sharing'>[]>(
    'sharing',
    (signal, begun) => getAll('/sharing', signal, MOST, begun),
    ['sharing'],
  )
  const isReady = own.data !== null && (judged.data !== null || judged.error !== null)
  const rows = useMemo(
    () => (isReady ? rowsOf(own.data?.accounts ?? [], plans.data ?? [], judged.data ?? []) : null),
    [own.data, plans.data, judged.data, isReady],
  )
  const data = useMemo(() => {
    const part = name.toLowerCase()
    return rows?.filter((row) => row.name.toLowerCase().includes(part)) ?? null
  }, [rows, name])
  const isPart = own.data?.allOf !== asked && own.error === null
  return { ...own, data, isLoading: own.isLoading || !isReady, isPart }
}

const nameColumn: Column<Row> = {
  key: 'name',
  isPlain: true,
  sixths: 3,
  title: t('col.name'),
  sortBy: ({ name }) => name,
  cell: ({ ref, name, account }) => (
    <>
      <a href={hrefOf(['accounts', ref])}>{name}</a>{' '}
      {account?.enabled === false && <Badge tone="bad">{t('accounts.disabled')}</Badge>}
    </>
  ),
}

const otherColumns: readonly Column<Row>[] = [
  {
    key: 'confidence',
    isPlain: true,
    sixths: 3,
    title: t('col.confidence'),
    sortBy: ({ confidence }) => confidence ?? -1,
    cell: ({ confidence }) =>
      confidence === null ? <span class="dim">–</span> : <Points points={confidence} />,
  },
  {
    key: 'group',
    sixths: 3,
    title: t('col.group'),
    sortBy: ({ account }) => account?.group ?? '',
    cell: ({ account }) => account?.group ?? '–',
  },
  {
    key: 'plan',
    sixths: 3,
    title: t('col.plan'),
    sortBy: ({ account }) => account?.plan ?? '',
    cell: ({ account }) => account?.plan ?? '–',
  },
  {
    key: 'streams',
    sixths: 3,
    title: t('col.streams'),
    isNumber: true,
    sortBy: ({ streams }) => streams ?? 1e9,
    cell: ({ streams }) => streams ?? <span title={t('account.cap.group')}>–</span>,
  },
  {
    key: 'expires',
    sixths: 3,
    title: t('col.expires'),
    sortBy: ({ account }) => account?.expiresAt ?? Number.MAX_SAFE_INTEGER,
    cell: ({ account }) => (account?.expiresAt ? date(account.expiresAt) : '–'),
  },
]

const columns: readonly Column<Row>[] = [nameColumn, ...otherColumns]
/** The name as it stands beside a box on a narrow screen. */
const besideMark: Column<Row> = { ...nameColumn, sixths: 4 }

/** A column whose boxes mark accounts for what is done to many. */
const markColumn = (marked: ReadonlySet<string>, mark: (ref: string) => void): Column<Row> => ({
  key: 'mark',
  isPlain: true,
  sixths: 2,
  title: t('accounts.mark'),
  cell: ({ ref, name }) => (
    <input
      type="checkbox"
      checked={marked.has(ref)}
      aria-label={t('findings.mark', { what: name })}
      onChange={() => mark(ref)}
    />
  ),
})

/** What is marked, of the rows there are. */
const useMarks = (rows: readonly Row[]) => {
  const [all, setAll] = useState<ReadonlySet<string>>(new Set())
  const marked = useMemo(
    () => new Set(rows.flatMap(({ ref }) => (all.has(ref) ? [ref] : []))),
    [rows, all],
  )
  const mark = (ref: string) =>
    setAll((before) => {
      const next = new Set(before)
      if (!next.delete(ref)) next.add(ref)
      return next
    })
  const markAll = () =>
    setAll(marked.size === rows.length ? new Set() : new Set(rows.map(({ ref }) => ref)))
  return { marked, mark, markAll, clear: () => setAll(new Set()) }
}

/** Every account, the most suspicious first. */
export const Accounts = ({ canAct }: { readonly canAct: boolean }) => {
  const [isAdding, setAdding] = useState(false)
  const [filter, setFilter] = useParam('name')
  const [sort, setSort] = useParam('sort', '-confidence')
  const query = useRows(filter)
  const { marked, mark, markAll, clear } = useMarks(query.data ?? NONE)
  const shown = useMemo(
    () => (canAct ? [markColumn(marked, mark), besideMark, ...otherColumns] : columns),
    [canAct, marked],
  )
  const done = () => {
    clear()
    query.reload()
  }
  return (
    <>
      <PageHead title={t('accounts.title')}>
        {query.data !== null && query.isPart && (
          <span class="dim loading" role="status">
            {t('state.loading')}
          </span>
        )}
        <input
          type="search"
          aria-label={t('accounts.filter')}
          placeholder={t('accounts.filter')}
          value={filter}
          onInput={({ currentTarget }) => setFilter(currentTarget.value)}
        />
        {canAct && !isAdding && (
          <button type="button" onClick={() => setAdding(true)}>
            {t('accounts.add')}
          </button>
        )}
      </PageHead>
      {isAdding && <NewAccount done={query.reload} cancel={() => setAdding(false)} />}
      <Shown
        query={query}
        isEmpty={(rows) => rows.length === 0 && !query.isPart}
        empty={t('accounts.empty')}
      >
        {(rows) => (
          <>
            {canAct && <BulkDeeds {...{ marked, total: rows.length, markAll, done }} />}
            <Table
              rows={rows}
              columns={shown}
              idOf={({ ref }) => ref}
              sort={sort}
              onSort={setSort}
              label={t('accounts.title')}
            />
          </>
        )}
      </Shown>
    </>
  )
}
