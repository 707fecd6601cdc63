import { useState } from 'preact/hooks'
import { get, send } from '../data/api.ts'
import type { Ban } from '../data/types.ts'
import { useQuery } from '../data/use-query.ts'
import { moment } from '../text/format.ts'
import { t } from '../text/text.ts'
import { BanHours, banText } from './ban-hours.tsx'
import { Confirm, type Question } from './confirm.tsx'
import { fieldsOf } from './form.ts'
import { Alert, Card, Shown } from './parts.tsx'
import { useAction } from './use-action.ts'

const BanForm = ({ account, done }: { readonly account: string; readonly done: () => void }) => {
  const [question, setQuestion] = useState<Question | null>(null)
  const ask = (hours: number) =>
    setQuestion({
      title: t('now.ban.ask'),
      text: t('account.ban.text', {
        who: account,
        time: banText(hours),
      }),
      go: t('action.ban'),
      act: async () => {
        await send('POST', '/bans', { kind: 'account', subject: account, seconds: hours * 3_600 })
        done()
      },
    })
  return (
    <>
      <form
        class="inline-form"
        onSubmit={(event) => ask(Number(fieldsOf(event).fields['hours'] ?? 24))}
      >
        <label class="inline">
          {t('account.ban.for')}
          <BanHours name="hours" />
        </label>
        <button type="submit" class="danger">
          {t('action.ban')}
        </button>
      </form>
      <Confirm question={question} done={() => setQuestion(null)} />
    </>
  )
}

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
  const query = useQuery(`bans ${only}`, (signal) => get(`/bans?limit=200${only}`, signal), [
    'plays',
    'ban',
  ])
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
      {canAct && account !== undefined && <BanForm account={account} done={query.reload} />}
    </Card>
  )
}
