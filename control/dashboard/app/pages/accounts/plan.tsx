import { Badge, Card, ColumnHeads, Shown } from '../../components/parts.tsx'
import { get, getAll } from '../../data/api.ts'
import { useQuery } from '../../data/use-query.ts'
import { country, day, moment, number, player } from '../../text/format.ts'
import { t } from '../../text/text.ts'

const OWN = 'own:'

/** Caps and plan of an account of ours; nothing for those of media servers and backends. */
export const Plan = ({ account }: { readonly account: string }) => {
  const query = useQuery(`account ${account}`, async (signal) =>
    account.startsWith(OWN)
      ? await get(`/accounts/${encodeURIComponent(account.slice(OWN.length))}`, signal)
      : null,
  )
  if (!account.startsWith(OWN)) return null
  return (
    <Card title={t('account.plan')}>
      <Shown query={query}>
        {(row) =>
          row !== null && (
            <dl class="facts">
              <dt>{t('col.group')}</dt>
              <dd>{row.group ?? t('groups.default')}</dd>
              <dt>{t('col.plan')}</dt>
              <dd>{row.plan ?? '–'}</dd>
              <dt>{t('col.streams')}</dt>
              <dd>{row.maxSessions === null ? t('account.cap.group') : number(row.maxSessions)}</dd>
              <dt>{t('groups.networks')}</dt>
              <dd>{row.maxNetworks === null ? t('account.cap.group') : number(row.maxNetworks)}</dd>
              <dt>{t('col.expires')}</dt>
              <dd>{row.expiresAt === null ? '–' : moment(row.expiresAt)}</dd>
              {row.note !== null && (
                <>
                  <dt>{t('account.note')}</dt>
                  <dd>{row.note}</dd>
                </>
              )}
            </dl>
          )
        }
      </Shown>
    </Card>
  )
}

/** What an account has lately watched on. */
export const Devices = ({ account }: { readonly account: string }) => {
  const query = useQuery(`devices ${account}`, (signal) =>
    getAll(`/accounts/${encodeURIComponent(account)}/devices`, signal),
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
