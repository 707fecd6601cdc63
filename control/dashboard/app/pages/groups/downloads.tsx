import { Confirm } from '../../components/confirm.tsx'
import { Badge, Card, ColumnHeads, Shown } from '../../components/parts.tsx'
import { useRevoke } from '../../components/revoke.ts'
import { get } from '../../data/api.ts'
import { hrefOf, useParam } from '../../data/route.ts'
import { useQuery } from '../../data/use-query.ts'
import { moment, player } from '../../text/format.ts'
import { t } from '../../text/text.ts'

const SHOWN = 50

/** The playlists that were downloaded last, of one group where one is chosen, each with a button that revokes it. */
export const Downloads = ({ canAct }: { readonly canAct: boolean }) => {
  const [group] = useParam('group')
  const only = group === '' ? '' : `&group=${encodeURIComponent(group)}`
  const query = useQuery(
    `downloads ${group}`,
    (signal) => get(`/downloads?limit=${SHOWN}&sort=-issuedAt${only}`, signal),
    ['history', 'download'],
  )
  const { question, ask, done } = useRevoke(query.reload)
  return (
    <Card title={t('account.copies')}>
      <p class="dim">{t('groups.downloads.text', { n: SHOWN })}</p>
      <Shown query={query} isEmpty={({ items }) => items.length === 0} empty={t('account.none')}>
        {({ items }) => (
          <table class="small" aria-label={t('account.copies')}>
            <ColumnHeads
              of={['col.when', 'col.who', 'col.group', 'col.player', 'col.where', 'col.actions']}
            />
            <tbody>
              {items.map((copy) => (
                <tr key={copy.id}>
                  <td data-title={t('col.when')}>{moment(copy.issuedAt)}</td>
                  <td data-title={t('col.who')}>
                    <a href={hrefOf(['accounts', copy.account])}>
                      {copy.accountName ?? copy.account}
                    </a>
                  </td>
                  <td data-title={t('col.group')}>{copy.group}</td>
                  <td data-title={t('col.player')}>{player(copy.userAgent ?? '–')}</td>
                  <td data-title={t('col.where')}>{copy.firstNetwork ?? '–'}</td>
                  <td data-title={t('col.actions')}>
                    {copy.revokedAt !== null && <Badge>{t('account.copy.revoked')}</Badge>}
                    {canAct && copy.revokedAt === null && (
                      <button type="button" class="danger" onClick={() => ask(copy)}>
                        {t('account.copy.revoke')}
                      </button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Shown>
      <Confirm question={question} done={done} />
    </Card>
  )
}
