import { Confirm } from '../../components/confirm.tsx'
import { Badge, Card, Shown } from '../../components/parts.tsx'
import { useRevoke } from '../../components/revoke.ts'
import { get } from '../../data/api.ts'
import type { Copy, Play } from '../../data/types.ts'
import { useQuery } from '../../data/use-query.ts'
import { moment, placeName, player } from '../../text/format.ts'
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
      place: placeName(city, code),
      plays: (before?.plays ?? 0) + 1,
      lastAt: Math.max(before?.lastAt ?? 0, startedAt),
    })
  }
  return [...uses.values()].sort((a, b) => b.plays - a.plays)
}

const CopyRow = ({
  copy,
  uses,
  revoke,
}: {
  readonly copy: Copy
  readonly uses: readonly Use[]
  /** Asks whether to revoke it; `null` where somebody may not. */
  readonly revoke: ((copy: Copy) => void) | null
}) => (
  <li>
    <strong>{moment(copy.issuedAt)}</strong> {copy.group}, {player(copy.userAgent ?? '–')}{' '}
    <span class="dim">{copy.firstNetwork}</span>{' '}
    {uses.length > 1 && <Badge tone="bad">{t('account.copy.places', { n: uses.length })}</Badge>}{' '}
    {copy.revokedAt !== null && <Badge>{t('account.copy.revoked')}</Badge>}{' '}
    {revoke !== null && copy.revokedAt === null && (
      <button type="button" class="danger" onClick={() => revoke(copy)}>
        {t('account.copy.revoke')}
      </button>
    )}
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
  const query = useQuery(
    `downloads ${account}`,
    (signal) => get(`/downloads?limit=50&account=${encodeURIComponent(account)}`, signal),
    ['history', 'download'],
  )
  const { question, ask, done } = useRevoke(query.reload)
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
                revoke={canAct ? ask : null}
              />
            ))}
          </ul>
        )}
      </Shown>
      <Confirm question={question} done={done} />
    </Card>
  )
}
