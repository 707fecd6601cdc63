import { useState } from 'preact/hooks'
import { BansCard } from '../components/bans.tsx'
import { Confirm, type Question } from '../components/confirm.tsx'
import { Badge, Card, PageHead, Points, Shown } from '../components/parts.tsx'
import { PlayList } from '../components/plays.tsx'
import { get, send } from '../data/api.ts'
import { hrefOf } from '../data/route.ts'
import type { Explanation } from '../data/types.ts'
import { useQuery } from '../data/use-query.ts'
import { duration, moment, player } from '../text/format.ts'
import { t, words } from '../text/text.ts'

interface Reason {
  readonly id: string
  readonly points: number
  readonly explanation: string
}

const isReason = (value: unknown): value is Reason =>
  typeof value === 'object' && value !== null && 'explanation' in value && 'points' in value

const reasonsOf = ({ contributions }: Explanation): Reason[] =>
  Array.isArray(contributions) ? contributions.filter(isReason) : []

const path = (ref: string) => `/accounts/${encodeURIComponent(ref)}` as const

const Sharing = ({ account, canAct }: { readonly account: string; readonly canAct: boolean }) => {
  const query = useQuery(`sharing ${account}`, (signal) =>
    get(`${path(account)}/sharing`, signal).catch(() => null),
  )
  const [question, setQuestion] = useState<Question | null>(null)
  const fine = () =>
    setQuestion({
      title: t('account.fine.ask'),
      text: t('account.fine.text'),
      go: t('account.fine'),
      act: async () => {
        await send('POST', `${path(account)}/feedback`, { kind: 'account' })
        query.reload()
      },
    })
  const tools = canAct ? (
    <button type="button" onClick={fine}>
      {t('account.fine')}
    </button>
  ) : null
  return (
    <Card title={t('account.sharing')} tools={tools}>
      {query.data === null && !query.isLoading ? (
        <p class="state">{t('account.not_judged')}</p>
      ) : (
        <Shown query={query}>
          {(judged) =>
            judged !== null && (
              <>
                <p>
                  <Points points={judged.confidence} />{' '}
                  <span class="dim">{t('account.plays', { n: judged.plays })}</span>
                </p>
                <ul class="reasons">
                  {reasonsOf(judged).map(({ id, explanation }) => (
                    <li key={id}>{explanation}</li>
                  ))}
                </ul>
              </>
            )
          }
        </Shown>
      )}
      <Confirm question={question} done={() => setQuestion(null)} />
    </Card>
  )
}

const TrustCard = ({ account }: { readonly account: string }) => {
  const query = useQuery(`trust ${account}`, (signal) => get(`${path(account)}/trust`, signal))
  return (
    <Card title={t('account.trust')}>
      <Shown query={query}>
        {({ value, ledger }) => (
          <>
            <p class="big">{Math.round(value)}</p>
            <ul class="plain-list">
              {ledger.slice(0, 8).map((entry) => (
                <li key={entry.at}>
                  <span class="dim">{moment(entry.at)}</span> {entry.delta > 0 ? '+' : ''}
                  {Math.round(entry.delta)} {entry.reason}
                </li>
              ))}
            </ul>
          </>
        )}
      </Shown>
    </Card>
  )
}

const LiveCard = ({ account }: { readonly account: string }) => {
  const query = useQuery(
    `live ${account}`,
    (signal) => get(`/sessions?user_id=${encodeURIComponent(account)}`, signal),
    true,
  )
  return (
    <Card title={t('account.live')}>
      <Shown query={query} isEmpty={({ items }) => items.length === 0} empty={t('account.none')}>
        {({ items }) => (
          <ul class="plain-list">
            {items.map((row) => (
              <li key={row.id}>
                <strong>{row.name}</strong> <span class="dim">{row.ip}</span>{' '}
                {player(row.user_agent)}, {duration(Date.now() - row.opened_at)}
              </li>
            ))}
          </ul>
        )}
      </Shown>
    </Card>
  )
}

const FindingsCard = ({ account }: { readonly account: string }) => {
  const query = useQuery(`findings ${account}`, (signal) =>
    get(`/findings?account=${encodeURIComponent(account)}&sort=-at&limit=5`, signal),
  )
  return (
    <Card title={t('account.findings')}>
      <Shown query={query} isEmpty={({ items }) => items.length === 0} empty={t('account.none')}>
        {({ items }) => (
          <ul class="plain-list">
            {items.map(({ id, at, kind, summary, state }) => (
              <li key={id}>
                <a href={hrefOf(['findings', id])}>{words('finding', kind)}</a>{' '}
                <Badge>{words('findings.state', state)}</Badge>{' '}
                <span class="dim">{moment(at)}</span>
                <br />
                {summary}
              </li>
            ))}
          </ul>
        )}
      </Shown>
    </Card>
  )
}

/** Everything about one account. */
export const AccountPage = ({
  account,
  canAct,
}: {
  readonly account: string
  readonly canAct: boolean
}) => {
  const plays = useQuery(`plays ${account}`, (signal) =>
    get(`${path(account)}/plays?limit=100&sort=-startedAt`, signal),
  )
  const name = plays.data?.items.find(({ accountName }) => accountName !== null)?.accountName
  return (
    <>
      <PageHead title={name ?? account}>
        <span class="dim">{account}</span>
      </PageHead>
      <div class="cards">
        <Sharing account={account} canAct={canAct} />
        <TrustCard account={account} />
        <LiveCard account={account} />
        <FindingsCard account={account} />
        <BansCard title={t('account.bans')} account={account} canAct={canAct} />
      </div>
      <Card title={t('account.recent')}>
        <Shown query={plays} isEmpty={({ items }) => items.length === 0}>
          {({ items }) => <PlayList plays={items} />}
        </Shown>
      </Card>
    </>
  )
}
