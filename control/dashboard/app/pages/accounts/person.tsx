import { AccountLink } from '../../components/account-link.tsx'
import { fieldsOf } from '../../components/form.ts'
import { Alert, Card, Shown } from '../../components/parts.tsx'
import { useAction } from '../../components/use-action.ts'
import { get, send } from '../../data/api.ts'
import { hrefOf } from '../../data/route.ts'
import type { Person } from '../../data/types.ts'
import { useQuery } from '../../data/use-query.ts'
import { t } from '../../text/text.ts'

interface Known {
  readonly person: Person | null
  /** Other accounts that look like the same person's, with what they have in common. */
  readonly alike: readonly { readonly account: string; readonly value: string }[]
}

const readPerson = async (account: string, signal: AbortSignal): Promise<Known> => {
  const [people, { items }] = await Promise.all([
    get(`/people?limit=50&q=${encodeURIComponent(account)}`, signal),
    get('/people/suggestions', signal),
  ])
  const isOurs = (one: Person) => one.accounts.some((row) => row.account === account)
  const alike = items
    .filter(({ accounts }) => accounts.includes(account))
    .flatMap(({ accounts, value }) =>
      accounts.filter((other) => other !== account).map((other) => ({ account: other, value })),
    )
  return { person: people.items.find(isOurs) ?? null, alike }
}

const Accounts = ({
  person,
  canAct,
  split,
}: {
  readonly person: Person
  readonly canAct: boolean
  readonly split: (account: string) => void
}) => (
  <ul class="plain-list">
    {person.accounts.map(({ account, name, server, email }) => (
      <li key={account}>
        {name === null ? (
          <AccountLink account={account} />
        ) : (
          <a href={hrefOf(['accounts', account])}>{name}</a>
        )}{' '}
        <span class="dim">{[server, email].filter(Boolean).join(', ')}</span>{' '}
        {canAct && person.accounts.length > 1 && (
          <button type="button" onClick={() => split(account)}>
            {t('account.person.split')}
          </button>
        )}
      </li>
    ))}
  </ul>
)

/** Which other accounts are the same person's: merged, split, or proposed. */
export const PersonCard = ({
  account,
  canAct,
  changed,
}: {
  readonly account: string
  readonly canAct: boolean
  readonly changed: () => void
}) => {
  const query = useQuery(`person ${account}`, (signal) => readPerson(account, signal), [
    'person',
    'sharing',
  ])
  const { error, run } = useAction()
  const done = () => {
    query.reload()
    changed()
  }
  const merge = (other: string) =>
    run(() => send('POST', '/people/merge', { accounts: [account, other] }), done)
  const split = (id: string, away: string) =>
    run(() => send('POST', `/people/${encodeURIComponent(id)}/split`, { accounts: [away] }), done)
  return (
    <Card title={t('account.person')}>
      <Alert message={error} />
      <Shown query={query}>
        {({ person, alike }) => (
          <>
            {person === null || person.accounts.length < 2 ? (
              <p class="dim">{t('account.person.one')}</p>
            ) : (
              <Accounts person={person} canAct={canAct} split={(away) => split(person.id, away)} />
            )}
            {alike.map((other) => (
              <p key={other.account}>
                {t('account.person.alike', { who: other.account, value: other.value })}{' '}
                {canAct && (
                  <button type="button" onClick={() => merge(other.account)}>
                    {t('account.person.merge')}
                  </button>
                )}
              </p>
            ))}
            {canAct && (
              <form
                class="inline-form"
                onSubmit={(event) => merge((fieldsOf(event).fields['other'] ?? '').trim())}
              >
                <label>
                  {t('account.person.other')}
                  <input name="other" required maxLength={300} autocomplete="off" />
                </label>
                <button type="submit">{t('account.person.merge')}</button>
              </form>
            )}
          </>
        )}
      </Shown>
    </Card>
  )
}
