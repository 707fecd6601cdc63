import { useMemo } from 'preact/hooks'
import { PageHead, Shown } from '../components/parts.tsx'
import { type Column, Table } from '../components/table.tsx'
import { getAll } from '../data/api.ts'
import { useParam } from '../data/route.ts'
import type { AuditEntry } from '../data/types.ts'
import { useQuery } from '../data/use-query.ts'
import { moment } from '../text/format.ts'
import { t, words } from '../text/text.ts'
import { Evidence } from './findings/evidence.tsx'

/** Entries read at most, the newest. */
const MOST = 5000

const isKnown = (value: unknown): boolean => value !== null && value !== undefined

const Changes = ({ before, after }: Pick<AuditEntry, 'before' | 'after'>) =>
  isKnown(before) || isKnown(after) ? (
    <details>
      <summary>{t('audit.changes')}</summary>
      {isKnown(before) && (
        <>
          <strong>{t('audit.before')}</strong>
          <Evidence evidence={before} />
        </>
      )}
      {isKnown(after) && (
        <>
          <strong>{t('audit.after')}</strong>
          <Evidence evidence={after} />
        </>
      )}
    </details>
  ) : null

const columns: readonly Column<AuditEntry>[] = [
  {
    key: 'when',
    title: t('col.when'),
    isPlain: true,
    sixths: 4,
    sortBy: ({ at }) => at,
    cell: ({ at }) => moment(at),
  },
  {
    key: 'actor',
    title: t('col.actor'),
    isPlain: true,
    sixths: 2,
    sortBy: ({ actor }) => actor,
    cell: ({ actor }) => actor,
  },
  {
    key: 'action',
    isPlain: true,
    title: t('col.action'),
    sortBy: ({ action }) => words('audit.action', action),
    cell: ({ action }) => <span title={action}>{words('audit.action', action)}</span>,
  },
  {
    key: 'subject',
    isPlain: true,
    title: t('col.subject'),
    sortBy: ({ subject }) => subject,
    cell: ({ subject }) => <span title={subject}>{subject}</span>,
  },
  {
    key: 'changes',
    title: t('audit.changes'),
    isPlain: true,
    cell: (entry) => <Changes {...entry} />,
  },
]

/** Who changed what, the newest first, with what it was before and after. */
export const Audit = () => {
  const [sort, setSort] = useParam('sort', '-when')
  const [filter, setFilter] = useParam('filter')
  const query = useQuery('audit', (signal) => getAll('/audit', signal, MOST), ['any change'])
  const isWanted = useMemo(() => {
    const wanted = filter.trim().toLowerCase()
    if (wanted === '') return undefined
    return ({ actor, action, subject }: AuditEntry) =>
      [actor, action, words('audit.action', action), subject]
        .join('\n')
        .toLowerCase()
        .includes(wanted)
  }, [filter])
  return (
    <>
      <PageHead title={t('audit.title')}>
        <input
          type="search"
          aria-label={t('audit.filter')}
          placeholder={t('audit.filter')}
          value={filter}
          onInput={({ currentTarget }) => setFilter(currentTarget.value)}
        />
      </PageHead>
      <Shown query={query} isEmpty={(rows) => rows.length === 0}>
        {(rows) => (
          <Table
            rows={rows}
            columns={columns}
            idOf={({ id }) => id}
            sort={sort}
            onSort={setSort}
            label={t('audit.title')}
            isWanted={isWanted}
          />
        )}
      </Shown>
    </>
  )
}
