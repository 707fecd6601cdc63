import { hrefOf, useParam } from '../data/route.ts'
import type { Play } from '../data/types.ts'
import { country, duration, moment, player } from '../text/format.ts'
import { t } from '../text/text.ts'
import { type Column, Table } from './table.tsx'

/** Columns of plays, by what they show. */
export const PLAY_COLUMNS = {
  when: {
    key: 'when',
    title: t('col.when'),
    sortBy: ({ startedAt }) => startedAt,
    cell: ({ startedAt }) => moment(startedAt),
  },
  who: {
    key: 'who',
    title: t('col.who'),
    sortBy: ({ accountName, account }) => accountName ?? account,
    cell: ({ accountName, account }) => (
      <a href={hrefOf(['accounts', account])}>{accountName ?? account}</a>
    ),
  },
  what: {
    key: 'what',
    title: t('col.what'),
    sortBy: ({ title, channel }) => title ?? channel ?? '',
    cell: ({ title, channel }) => title ?? channel ?? '–',
  },
  where: {
    key: 'where',
    title: t('col.where'),
    isExtra: true,
    sortBy: (row) => country(row.country),
    cell: (row) => (
      <>
        {[row.city, country(row.country)].filter(Boolean).join(', ')}{' '}
        <span class="dim">{row.address}</span>
      </>
    ),
  },
  player: {
    key: 'player',
    title: t('col.player'),
    isExtra: true,
    sortBy: (row) => row.client ?? '',
    cell: (row) => player(row.client ?? row.platform ?? '–'),
  },
  since: {
    key: 'since',
    title: t('col.hours'),
    isNumber: true,
    sortBy: (row) => row.playedMs ?? 0,
    cell: (row) =>
      row.reason === null || row.reason === 'closed'
        ? duration(row.playedMs ?? (row.endedAt ?? row.lastSeenAt) - row.startedAt)
        : row.reason,
  },
} as const satisfies Readonly<Record<string, Column<Play>>>

const columns: readonly Column<Play>[] = Object.values(PLAY_COLUMNS)

/** Plays of the history as a table. */
export const PlayList = ({ plays }: { readonly plays: readonly Play[] }) => {
  const [sort, setSort] = useParam('plays', '-when')
  return (
    <Table
      rows={plays}
      columns={columns}
      idOf={({ id }) => id}
      sort={sort}
      onSort={setSort}
      label={t('account.recent')}
    />
  )
}
