import { Alert, Badge, Card, Shown } from '../../components/parts.tsx'
import { get, send } from '../../data/api.ts'
import type { Copy, Play } from '../../data/types.ts'
import { useAction } from '../../data/use-action.ts'
import { useQuery } from '../../data/use-query.ts'
import { country, moment, player } from '../../text/format.ts'
import { t } from '../../text/text.ts'

/** A line a copy was used on. */
interface Use {
  readonly network: string
  readonly place: string
  readonly plays: number
  readonly lastAt: number
}

/** Where plays of a copy came from, the busiest line first. */
const usesOf = (plays: readonly Play[], copy: string): Use[] => {
  const uses = new Map<string, Use>()
  for (const { download, network, city, country: code, startedAt } of plays) {
    if (download !== copy) continue
    const key = network ?? '–'
    const before = uses.get(key)
    uses.set(key, {
      network: key,
      place: [city, country(code)].filter(Boolean).join(', '),
      plays: (before?.plays ?? 0) + 1,
      lastAt: Math.max(before?.lastAt ?? 0, startedAt),
    })
  }
  return [...uses.values()].sort((a, b) => b.plays - a.plays)
}

const CopyRow = ({
  copy,
  uses,
  canAct,
  changed,
}: {
  readonly copy: Copy
  readonly uses: readonly Use[]
  readonly canAct: boolean
  readonly changed: () => void
}) => {
  const { error, run } = useAction()
  const revoke = () =>
    run(() => send('POST', `/downloads/${encodeURIComponent(copy.id)}/revoke`), changed)
  return (
    <li>
      <strong>{moment(copy.issuedAt)}</strong> {copy.group}, {player(copy.userAgent ?? '–')}{' '}
      <span class="dim">{copy.firstNetwork}</span>{' '}
      {uses.length > 1 && <Badge tone="bad">{t('account.copy.places', { n: uses.length })}</Badge>}{' '}
      {copy.revokedAt !== null && <Badge>{t('account.copy.revoked')}</Badge>}{' '}
      {canAct && copy.revokedAt === null && (
        <button type="button" onClick={revoke}>
          {t('account.copy.revoke')}
        </button>
      )}
      <Alert message={error} />
      <ul>
        {uses.map(({ network, place, plays, lastAt }) => (
          <li key={network}>
            {place} <span class="dim">{network}</span> {t('account.plays.n', { n: plays })},{' '}
            {moment(lastAt)}
          </li>
        ))}
      </ul>
    </li>
  )
}

/** Copies of the playlist an account has downloaded, and the lines each was used on: a leaked one is used on many. */
export const Copies = ({
  account,
  plays,
  canAct,
}: {
  readonly account: string
  readonly plays: readonly Play[]
  readonly canAct: boolean
}) => {
  const query = useQuery(`downloads ${account}`, (signal) =>
    get(`/downloads?limit=50&account=${encodeURIComponent(account)}`, signal),
  )
  return (
    <Card title={t('account.copies')}>
      <Shown query={query} isEmpty={({ items }) => items.length === 0} empty={t('account.none')}>
        {({ items }) => (
          <ul class="plain-list">
            {items.map((copy) => (
              <CopyRow
                key={copy.id}
                copy={copy}
                uses={usesOf(plays, copy.id)}
                canAct={canAct}
                changed={query.reload}
              />
            ))}
          </ul>
        )}
      </Shown>
    </Card>
  )
}
