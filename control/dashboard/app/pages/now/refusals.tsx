import { useEffect, useState } from 'preact/hooks'
import { PageLink } from '../../components/page-link.tsx'
import { Card, Shown } from '../../components/parts.tsx'
import { isPlayed, PLAY_COLUMNS } from '../../components/plays.tsx'
import { type Column, Table } from '../../components/table.tsx'
import { getAll } from '../../data/api.ts'
import { serverNow } from '../../data/clock.ts'
import { hrefOf, useParam, whyOf } from '../../data/route.ts'
import type { Play } from '../../data/types.ts'
import { useQuery } from '../../data/use-query.ts'
import { reasonText } from '../../text/reasons.ts'
import { t } from '../../text/text.ts'
import { HOUR_MS, MOST } from './opened.ts'

const { when, who, what, where, player } = PLAY_COLUMNS

const columns: readonly Column<Play>[] = [
  when,
  who,
  what,
  where,
  player,
  {
    key: 'reason',
    title: t('col.reason'),
    sortBy: ({ reason }) => reason ?? '',
    cell: ({ reason }) => (
      <span title={reason ?? ''}>{reason === null ? '–' : reasonText(reason)}</span>
    ),
  },
  {
    key: 'actions',
    title: t('col.actions'),
    cell: ({ address, channel, account }) =>
      address !== null && (
        <PageLink href={whyOf({ ip: address, channel, account })}>{t('action.explain')}</PageLink>
      ),
  },
]

/** Who was refused in the last hour and why, the newest first; each leads to its explanation. */
export const Refusals = () => {
  const [sort, setSort] = useParam('refusals', '-when')
  const [from] = useState(serverNow() - HOUR_MS)
  const query = useQuery(
    'refusals',
    async (signal) =>
      (await getAll(`/history/plays?from=${from}`, signal, MOST)).filter((row) => !isPlayed(row)),
    ['history'],
  )
  useEffect(() => document.getElementById('refusals')?.focus(), [])
  return (
    <Card
      title={t('refusals.title')}
      tools={
        <a id="refusals" href={hrefOf(['now'])}>
          {t('refusals.hide')}
        </a>
      }
    >
      <Shown query={query} isEmpty={(rows) => rows.length === 0} empty={t('refusals.empty')}>
        {(rows) => (
          <Table
            rows={rows}
            columns={columns}
            idOf={({ source, id }) => `${source} ${id}`}
            sort={sort}
            onSort={setSort}
            label={t('refusals.title')}
          />
        )}
      </Shown>
    </Card>
  )
}
