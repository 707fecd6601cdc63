import { useState } from 'preact/hooks'
import { ROLES } from '../../../operators/roles.ts'
import { Confirm, type Question } from '../components/confirm.tsx'
import { Alert, Card, PageHead, PasswordField, SendButton, Shown } from '../components/parts.tsx'
import { useSubmit } from '../components/submit.ts'
import { get, send } from '../data/api.ts'
import type { Operator } from '../data/types.ts'
import { useQuery } from '../data/use-query.ts'
import { moment } from '../text/format.ts'
import { t } from '../text/text.ts'

const AddForm = ({ done }: { readonly done: () => void }) => {
  const { error, isBusy, submit } = useSubmit(async (fields) => {
    await send('POST', '/users', fields)
    done()
  })
  return (
    <Card title={t('people.new')}>
      <form class="inline-form" onSubmit={submit}>
        <label>
          {t('signin.name')}
          <input name="name" required maxLength={64} autocomplete="off" />
        </label>
        <PasswordField isNew />
        <label>
          {t('col.role')}
          <select name="role">
            {ROLES.toReversed().map((role) => (
              <option key={role} value={role}>
                {t(`people.role.${role}`)}
              </option>
            ))}
          </select>
        </label>
        <SendButton isBusy={isBusy}>{t('action.add')}</SendButton>
      </form>
      <Alert message={error} />
    </Card>
  )
}

/** Who may sign in, and as what. */
export const People = () => {
  const query = useQuery('users', (signal) => get('/users', signal), ['user'])
  const [question, setQuestion] = useState<Question | null>(null)
  const change = ({ id, name }: Operator, role: (typeof ROLES)[number]) =>
    setQuestion({
      title: t('people.role.ask', { name, role: t(`people.role.${role}`) }),
      text: t('people.roles'),
      go: t('account.edit'),
      act: async () => {
        await send('PATCH', `/users/${encodeURIComponent(id)}`, { role })
        query.reload()
      },
    })
  const remove = ({ id, name }: Operator) =>
    setQuestion({
      title: t('people.remove.ask', { name }),
      text: t('people.remove.text'),
      go: t('action.remove'),
      act: async () => {
        await send('DELETE', `/users/${encodeURIComponent(id)}`)
        query.reload()
      },
    })
  return (
    <>
      <PageHead title={t('people.title')} />
      <p class="dim">{t('people.roles')}</p>
      <Shown query={query} isEmpty={({ items }) => items.length === 0}>
        {({ items }) => (
          <ul class="plain-list card">
            {items.map((operator) => (
              <li key={operator.id}>
                <strong>{operator.name}</strong>{' '}
                <select
                  aria-label={`${t('col.role')}: ${operator.name}`}
                  value={operator.role}
                  onChange={({ currentTarget }) => {
                    const role = ROLES.find((one) => one === currentTarget.value)
                    if (role !== undefined) change(operator, role)
                  }}
                >
                  {ROLES.map((role) => (
                    <option key={role} value={role}>
                      {t(`people.role.${role}`)}
                    </option>
                  ))}
                </select>{' '}
                <span class="dim">{moment(operator.updatedAt)}</span>{' '}
                <button type="button" class="danger" onClick={() => remove(operator)}>
                  {t('action.remove')}
                </button>
              </li>
            ))}
          </ul>
        )}
      </Shown>
      <AddForm done={query.reload} />
      <Confirm question={question} done={() => setQuestion(null)} />
    </>
  )
}
