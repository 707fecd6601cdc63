import { hrefOf, useParam } from '../data/route.ts'
import type { Play } from '../data/types.ts'
import { country, duration, moment, placeName, player, radiusText } from '../text/format.ts'
import { protocolName } from '../text/player.ts'
import { reasonText } from '../text/reasons.ts'
import { t } from '../text/text.ts'
import { PageLink } from './page-link.tsx'
import { type Column, Table } from './table.tsx'

/** Whether something was played, as history counts plays; else the opening was refused. */
export const isPlayed = ({
  reason,
  endedAt,
  lastSeenAt,
  startedAt,
  playedMs,
  bytes,
}: Play): boolean =>
  reason !== 'session.unstarted' &&
  (endedAt === null || lastSeenAt > startedAt || (playedMs ?? 0) > 0 || (bytes ?? 0) > 0)

/** Columns of plays, by what they show. */
export const PLAY_COLUMNS = {
  when: {
    key: 'when',
    isPlain: true,
    sixths: 3,
    title: t('col.when'),
    sortBy: ({ startedAt }) => startedAt,
    cell: ({ startedAt }) => moment(startedAt),
  },
  who: {
    key: 'who',
    isPlain: true,
    sixths: 3,
    title: t('col.who'),
    sortBy: ({ accountName, account }) => accountName ?? account,
    cell: ({ accountName, account }) => (
      <PageLink href={hrefOf(['accounts', account])}>{accountName ?? account}</PageLink>
    ),
  },
  what: {
    key: 'what',
    isPlain: true,
    title: t('col.what'),
    sortBy: ({ title, channel }) => title ?? channel ?? '',
    cell: ({ title, channel }) => title ?? channel ?? '–',
  },
  where: {
    key: 'where',
    isPlain: true,
    title: t('col.where'),
    sortBy: (row) => country(row.country),
    cell: (row) => (
      <>
        {placeName(row.city, row.country)}{' '}
        <span class="dim">
          {radiusText(row.city, row.accuracyKm)} {row.address}
        </span>
      </>
    ),
  },
  player: {
    key: 'player',
    isPlain: true,
    sixths: 3,
    title: t('col.player'),
    sortBy: (row) => player(row.agent ?? row.client ?? row.platform ?? ''),
    cell: (row) => (
      <>
        {player(row.agent ?? row.client ?? row.platform ?? '–')}{' '}
        <span class="dim">{protocolName(row.proto)}</span>
      </>
    ),
  },
  since: {
    key: 'since',
    isPlain: true,
    sixths: 3,
    title: t('col.hours'),
    isNumber: true,
    sortBy: (row) => row.playedMs ?? 0,
    cell: (row) =>
      isPlayed(row) ? (
        duration(row.playedMs ?? (row.endedAt ?? row.lastSeenAt) - row.startedAt)
      ) : (
        <span title={row.reason ?? ''}>{reasonText(row.reason ?? '')}</span>
      ),
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
