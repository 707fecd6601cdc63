import type { Household } from '../../../../detect/types.ts'
import { homeNameOf, reasonOf } from '../../../../notify/text/judged.ts'
import { Bars } from '../../components/bars.tsx'
import { Alert, Badge, Card, Points, Shown } from '../../components/parts.tsx'
import { useAction } from '../../components/use-action.ts'
import { get, getAll, send } from '../../data/api.ts'
import { homesOf, reasonsOf } from '../../data/judged.ts'
import type { Explanation, Feedback } from '../../data/types.ts'
import { type Query, useQuery } from '../../data/use-query.ts'
import { day, number, placeName, player, radiusText } from '../../text/format.ts'
import { language, t } from '../../text/text.ts'

const path = (ref: string) => `/accounts/${encodeURIComponent(ref)}` as const

/** What detection says of an account; nothing where it was not judged yet. */
export const useSharing = (account: string): Query<Explanation | null> =>
  useQuery(
    `sharing ${account}`,
    (signal) =>
      get(`${path(account)}/sharing`, signal).catch((error: unknown) => {
        if (error instanceof Error && 'status' in error && error.status === 404) return null
        throw error
      }),
    ['sharing', 'feedback', 'person'],
  )

/** What operators have called fine of an account. */
export const useFeedback = (account: string): Query<readonly Feedback[]> =>
  useQuery(`feedback ${account}`, (signal) => getAll(`${path(account)}/feedback`, signal), [
    'feedback',
    'person',
  ])

/** Calls something fine at once, and takes it back. */
const Fine = ({
  account,
  what,
  feedback,
  changed,
}: {
  readonly account: string
  readonly what: Pick<Feedback, 'kind'> & { readonly value?: string }
  readonly feedback: Query<readonly Feedback[]>
  readonly changed: () => void
}) => {
  const { error, run } = useAction()
  const given = feedback.data?.find(
    ({ kind, value }) => kind === what.kind && (what.value === undefined || value === what.value),
  )
  const done = () => {
    feedback.reload()
    changed()
  }
  return (
    <>
      {given === undefined ? (
        <button
          type="button"
          title={t('account.fine.text')}
          onClick={() => run(() => send('POST', `${path(account)}/feedback`, what), done)}
        >
          {t('account.fine')}
        </button>
      ) : (
        <span role="status">
          {t('account.fine.done', { by: given.by })}{' '}
          <button
            type="button"
            onClick={() =>
              run(() => send('DELETE', `/feedback/${encodeURIComponent(given.id)}`), done)
            }
          >
            {t('rules.undo')}
          </button>
        </span>
      )}
      <Alert message={error} />
    </>
  )
}

interface Props {
  readonly account: string
  readonly query: Query<Explanation | null>
  readonly feedback: Query<readonly Feedback[]>
  readonly canAct: boolean
}

/** The confidence that an account is shared, with every point explained. */
export const Confidence = ({ account, query, feedback, canAct }: Props) => (
  <Card
    title={t('account.sharing')}
    tools={
      canAct ? (
        <Fine
          account={account}
          what={{ kind: 'account' }}
          feedback={feedback}
          changed={query.reload}
        />
      ) : null
    }
  >
    <Shown query={query}>
      {(judged) => (
        <>
          <p>
            <Points points={judged?.confidence ?? 0} />{' '}
            <span class="dim">{t('account.plays', { n: judged?.plays ?? 0 })}</span>
          </p>
          <ul class="reasons">
            {(judged === null ? [] : reasonsOf(judged)).map((reason) => (
              <li key={reason.id}>{reasonOf(language, reason)}</li>
            ))}
          </ul>
        </>
      )}
    </Shown>
    {query.data === null && query.error === null && !query.isLoading && (
      <p class="state">{t('account.not_judged')}</p>
    )}
  </Card>
)

const HomeBox = ({
  home,
  account,
  query,
  feedback,
  canAct,
}: Props & { readonly home: Household }) => {
  const [network] = home.networks
  return (
    <li class="home">
      <header class="card-head">
        <h3>{homeNameOf(language, home)}</h3>
        {home.isMain ? (
          <Badge tone="good">{t('account.home.main')}</Badge>
        ) : (
          canAct &&
          network !== undefined && (
            <Fine
              account={account}
              what={{ kind: 'network', value: network }}
              feedback={feedback}
              changed={query.reload}
            />
          )
        )}
      </header>
      <p class="dim">
        {placeName(home.city, home.country)} {radiusText(home.city, home.accuracyKm ?? null)} ·{' '}
        {day(home.firstSeenAt)} – {day(home.lastSeenAt)}
      </p>
      <dl class="home-parts">
        <dt>{t('account.home.lines', { n: home.networks.length })}</dt>
        <dd>{home.networks.join(', ')}</dd>
        <dt>{t('account.home.devices', { n: home.devices.length })}</dt>
        <dd>{home.devices.map(player).join(', ')}</dd>
        <dt>{t('account.home.televisions', { n: home.televisions })}</dt>
        <dd />
      </dl>
    </li>
  )
}

/** The homes an account plays from: lines, devices, days. */
export const Homes = (props: Props) => (
  <Card title={t('account.homes')}>
    <Shown
      query={props.query}
      isEmpty={(judged) => judged === null || homesOf(judged).length === 0}
      empty={t('account.none')}
    >
      {(judged) => {
        const homes = judged === null ? [] : homesOf(judged)
        return (
          <>
            <Bars
              bars={homes.map((home) => ({
                key: String(home.index),
                label: homeNameOf(language, home),
                value: home.daysActive,
                text: t('account.home.days', {
                  n: home.daysActive,
                  hours: number(Math.round(home.hoursPlayed)),
                }),
              }))}
            />
            <ul class="plain-list homes">
              {homes.map((home) => (
                <HomeBox key={home.index} home={home} {...props} />
              ))}
            </ul>
          </>
        )
      }}
    </Shown>
  </Card>
)
