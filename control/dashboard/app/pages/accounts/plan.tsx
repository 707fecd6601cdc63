import { useState } from 'preact/hooks'
import { Badge, Card, ColumnHeads, Shown } from '../../components/parts.tsx'
import { get, getAll, send } from '../../data/api.ts'
import type { Account } from '../../data/types.ts'
import { type Query, useQuery } from '../../data/use-query.ts'
import { country, day, moment, number, player } from '../../text/format.ts'
import { t } from '../../text/text.ts'
import { type AccountFields, AccountForm } from './account-form.tsx'

const OWN = 'own:'

const capOf = (most: number | null): string =>
  most === null ? t('account.cap.group') : number(most)

const Facts = ({ account }: { readonly account: Account }) => (
  <dl class="facts">
    {!account.enabled && (
      <>
        <dt>{t('col.state')}</dt>
        <dd>
          <Badge tone="bad">{t('accounts.disabled')}</Badge>
        </dd>
      </>
    )}
    <dt>{t('col.group')}</dt>
    <dd>{account.group ?? t('account.group.by_address')}</dd>
    <dt>{t('col.plan')}</dt>
    <dd>{account.plan ?? '–'}</dd>
    <dt>{t('col.streams')}</dt>
    <dd>{capOf(account.maxSessions)}</dd>
    <dt>{t('groups.networks')}</dt>
    <dd>{capOf(account.maxNetworks)}</dd>
    <dt>{t('col.expires')}</dt>
    <dd>{account.expiresAt === null ? '–' : moment(account.expiresAt)}</dd>
    {account.note !== null && (
      <>
        <dt>{t('account.note')}</dt>
        <dd>{account.note}</dd>
      </>
    )}
  </dl>
)

const isOwn = (account: string): boolean => account.startsWith(OWN)

const pathOf = (account: string) =>
  `/accounts/${encodeURIComponent(account.slice(OWN.length))}` as const

/** An account of ours; nothing for those of media servers and backends. */
export const useOwnAccount = (account: string): Query<Account | null> =>
  useQuery(
    `account ${account}`,
    async (signal) => (isOwn(account) ? await get(pathOf(account), signal) : null),
    ['account', 'config'],
  )

/** Caps and plan of an account of ours, and their change. */
export const Plan = ({
  account,
  query,
  canAct,
}: {
  readonly account: string
  readonly query: Query<Account | null>
  readonly canAct: boolean
}) => {
  const path = pathOf(account)
  const [isEdited, setEdited] = useState(false)
  if (!isOwn(account)) return null
  const save = async (fields: AccountFields) => {
    await send('PATCH', path, fields)
    query.reload()
  }
  const close = () => setEdited(false)
  const change = canAct && !isEdited && query.data !== null && (
    <button type="button" onClick={() => setEdited(true)}>
      {t('account.edit')}
    </button>
  )
  return (
    <Card title={t('account.plan')} tools={change}>
      <Shown query={query}>
        {(row) => {
          if (row === null) return null
          if (!isEdited) return <Facts account={row} />
          return <AccountForm account={row} save={save} saved={close} cancel={close} />
        }}
      </Shown>
    </Card>
  )
}

/** What an account has lately watched on. */
export const Devices = ({ account }: { readonly account: string }) => {
  const query = useQuery(
    `devices ${account}`,
    (signal) => getAll(`/accounts/${encodeURIComponent(account)}/devices`, signal),
    ['history'],
  )
  return (
    <Card title={t('account.devices')}>
      <Shown query={query} isEmpty={(rows) => rows.length === 0} empty={t('account.none')}>
        {(rows) => (
          <table class="small" aria-label={t('account.devices')}>
            <ColumnHeads of={['col.player', 'col.where', 'col.plays', 'account.seen']} />
            <tbody>
              {rows.slice(0, 30).map((row) => (
                <tr key={row.device}>
                  <td data-title={t('col.player')} title={row.device}>
                    {player(row.client ?? row.device)}{' '}
                    {row.playing && <Badge tone="good">{t('map.now')}</Badge>}
                  </td>
                  <td data-title={t('col.where')}>
                    {country(row.country)} <span class="dim">{row.network}</span>
                  </td>
                  <td data-title={t('col.plays')}>{number(row.plays)}</td>
                  <td data-title={t('account.seen')}>
                    {day(row.first_seen_at)} – {day(row.last_seen_at)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Shown>
    </Card>
  )
}
