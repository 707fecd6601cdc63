import { Alert, Badge, Card, Shown } from '../../components/parts.tsx'
import { useAction } from '../../components/use-action.ts'
import { get, send } from '../../data/api.ts'
import type { SignedIn } from '../../data/types.ts'
import { useQuery } from '../../data/use-query.ts'
import { moment, player } from '../../text/format.ts'
import { t } from '../../text/text.ts'

/** Browsers that are signed in: one's own, or everybody's where the role may see them. */
export const BrowsersCard = ({ isOwner }: { readonly isOwner: boolean }) => {
  const path = isOwner ? '/sign-ins' : '/auth/sign-ins'
  const query = useQuery(path, (signal) => get(path, signal), ['sign-in', 'user'])
  const { error, run } = useAction()
  const end = ({ id }: SignedIn) =>
    run(() => send('DELETE', `${path}/${encodeURIComponent(id)}`), query.reload)
  return (
    <Card title={t('settings.browsers')}>
      <Alert message={error} />
      <Shown query={query} isEmpty={({ items }) => items.length === 0}>
        {({ items }) => (
          <ul class="plain-list">
            {items.map((one) => (
              <li key={one.id}>
                <strong>{one.user}</strong> {player(one.agent)}{' '}
                <span class="dim">
                  {one.address}, {moment(one.lastSeenAt)}
                </span>{' '}
                {one.isCurrent ? (
                  <Badge tone="good">{t('settings.browsers.this')}</Badge>
                ) : (
                  <button type="button" onClick={() => end(one)}>
                    {t('menu.sign_out')}
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
