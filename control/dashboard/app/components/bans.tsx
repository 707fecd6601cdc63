import { get, send } from '../data/api.ts'
import type { Ban } from '../data/types.ts'
import { useQuery } from '../data/use-query.ts'
import { moment } from '../text/format.ts'
import { t } from '../text/text.ts'
import { Alert, Card, Shown } from './parts.tsx'
import { useAction } from './use-action.ts'

/** Bans in force, all of them or those of one account, each with a button that lifts it. */
export const BansCard = ({
  title,
  account,
  canAct,
}: {
  readonly title: string
  readonly account?: string
  readonly canAct: boolean
}) => {
  const only = account === undefined ? '' : `&account=${encodeURIComponent(account)}`
  const query = useQuery(`bans ${only}`, (signal) => get(`/bans?limit=200${only}`, signal), true)
  const { error, run } = useAction()
  const lift = ({ kind, subject }: Ban) =>
    run(
      () => send('DELETE', `/bans/${kind}/${encodeURIComponent(subject)}`),
      () => query.reload(),
    )
  return (
    <Card title={title}>
      <Alert message={error} />
      <Shown query={query} isEmpty={({ items }) => items.length === 0} empty={t('account.none')}>
        {({ items }) => (
          <ul class="plain-list">
            {items.map((ban) => (
              <li key={ban.id}>
                <strong>{ban.subject}</strong> {ban.kind}, {ban.reason}{' '}
                <span class="dim">{moment(ban.until)}</span>{' '}
                {canAct && (
                  <button type="button" onClick={() => lift(ban)}>
                    {t('action.lift')}
                  </button>
                )}
              </li>
            ))}
          </ul>
        )}
      </Shown>
    </Card>
  )
}
