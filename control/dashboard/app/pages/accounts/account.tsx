import { trustReasonOf } from '../../../../notify/text/judged.ts'
import { BansCard } from '../../components/bans.tsx'
import { Badge, Card, PageHead, Shown } from '../../components/parts.tsx'
import { PlayList } from '../../components/plays.tsx'
import { get } from '../../data/api.ts'
import { serverNow } from '../../data/clock.ts'
import { hrefOf } from '../../data/route.ts'
import { SLOW_MS, useNow, useQuery } from '../../data/use-query.ts'
import { duration, moment, number, player } from '../../text/format.ts'
import { summaryOf } from '../../text/summary.ts'
import { language, t, words } from '../../text/text.ts'
import { Confidence, Homes, useFeedback, useSharing } from './confidence.tsx'
import { Copies } from './copies.tsx'
import { PersonCard } from './person.tsx'
import { Devices, Plan, useOwnAccount } from './plan.tsx'
import { Timeline } from './timeline.tsx'

const signed = new Intl.NumberFormat(language, { signDisplay: 'exceptZero' })

const path = (ref: string) => `/accounts/${encodeURIComponent(ref)}` as const

const TrustCard = ({ account }: { readonly account: string }) => {
  const query = useQuery(`trust ${account}`, (signal) => get(`${path(account)}/trust`, signal), [
    'finding',
    'person',
  ])
  return (
    <Card title={t('account.trust')}>
      <Shown query={query}>
        {({ value, ledger }) => (
          <>
            <p class="big">{Math.round(value)}</p>
            <ul class="plain-list">
              {ledger.slice(0, 12).map((entry) => (
                <li key={entry.at}>
                  <span class="dim">{moment(entry.at)}</span>{' '}
                  {signed.format(Math.round(entry.delta))} → {number(Math.round(entry.value))}{' '}
                  {entry.findingId === null ? (
                    trustReasonOf(language, entry.reason)
                  ) : (
                    <a href={hrefOf(['findings', entry.findingId])}>
                      {trustReasonOf(language, entry.reason)}
                    </a>
                  )}
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
    ['plays'],
  )
  return (
    <Card title={t('account.live')}>
      <Shown query={query} isEmpty={({ items }) => items.length === 0} empty={t('account.none')}>
        {({ items }) => (
          <ul class="plain-list">
            {items.map((row) => (
              <li key={row.id}>
                <strong>{row.name}</strong> <span class="dim">{row.ip}</span>{' '}
                {player(row.user_agent)}, {duration(serverNow() - row.opened_at)}
              </li>
            ))}
          </ul>
        )}
      </Shown>
    </Card>
  )
}

const FindingsCard = ({ account }: { readonly account: string }) => {
  const query = useQuery(
    `findings ${account}`,
    (signal) => get(`/findings?account=${encodeURIComponent(account)}&sort=-at&limit=5`, signal),
    ['finding', 'person'],
  )
  return (
    <Card title={t('account.findings')}>
      <Shown query={query} isEmpty={({ items }) => items.length === 0} empty={t('account.none')}>
        {({ items }) => (
          <ul class="plain-list">
            {items.map((finding) => (
              <li key={finding.id}>
                <a href={hrefOf(['findings', finding.id])}>{words('finding', finding.kind)}</a>{' '}
                <Badge>{words('findings.state', finding.state)}</Badge>{' '}
                <span class="dim">{moment(finding.at)}</span>
                <br />
                {summaryOf(finding)}
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
  may,
}: {
  readonly account: string
  readonly may: (permission: string) => boolean
}) => {
  const now = useNow(60_000)
  const own = useOwnAccount(account)
  const sharing = useSharing(account)
  const feedback = useFeedback(account)
  const plays = useQuery(
    `plays ${account}`,
    (signal) => get(`${path(account)}/plays?limit=1000&sort=-startedAt`, signal),
    ['history', 'person'],
    SLOW_MS,
  )
  const rows = plays.data?.items ?? []
  const name = rows.find(({ accountName }) => accountName !== null)?.accountName
  const canJudge = may('findings:write')
  return (
    <>
      <PageHead title={own.data?.name ?? name ?? account}>
        <span class="dim">{account}</span>
      </PageHead>
      <div class="cards">
        <Confidence account={account} query={sharing} feedback={feedback} canAct={canJudge} />
        <Homes account={account} query={sharing} feedback={feedback} canAct={canJudge} />
      </div>
      <Card title={t('account.timeline')}>
        <Shown query={plays} isEmpty={({ items }) => items.length === 0}>
          {({ items }) => <Timeline plays={items} now={now} />}
        </Shown>
      </Card>
      <Devices account={account} />
      <div class="cards loose">
        <LiveCard account={account} />
        <Plan account={account} query={own} canAct={may('accounts:write')} />
        <TrustCard account={account} />
        <FindingsCard account={account} />
        <Copies account={account} plays={rows} canAct={may('downloads:write')} />
        <BansCard title={t('account.bans')} account={account} canAct={may('bans:write')} />
        <PersonCard account={account} canAct={canJudge} changed={sharing.reload} />
      </div>
      <Card title={t('account.recent')}>
        <Shown query={plays} isEmpty={({ items }) => items.length === 0}>
          {({ items }) => <PlayList plays={items.slice(0, 30)} />}
        </Shown>
      </Card>
    </>
  )
}
