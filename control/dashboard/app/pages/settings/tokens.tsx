import { useState } from 'preact/hooks'
import { Confirm, type Question } from '../../components/confirm.tsx'
import { Alert, Card, SendButton, Shown } from '../../components/parts.tsx'
import { useSubmit } from '../../components/submit.ts'
import { get, send } from '../../data/api.ts'
import { serverNow } from '../../data/clock.ts'
import type { ApiToken, ApiTokenMade } from '../../data/types.ts'
import { useQuery } from '../../data/use-query.ts'
import { moment } from '../../text/format.ts'
import { t } from '../../text/text.ts'

const DAY_MS = 86_400_000

/** Scopes that are often wanted; any other can be typed. */
const SCOPES = ['metrics:read', 'sessions:read', 'history:read', 'events:read', 'accounts:*', '*']

const Add = ({ done }: { readonly done: () => void }) => {
  const [made, setMade] = useState<ApiTokenMade | null>(null)
  const { error, isBusy, submit } = useSubmit(async ({ name = '', scopes = '', days = '' }) => {
    setMade(null)
    const expiresAt = days === '' ? null : serverNow() + Number(days) * DAY_MS
    const body = { name, scopes: scopes.split(/[\s,]+/).filter(Boolean), expiresAt }
    setMade(await send('POST', '/api-tokens', body))
    done()
  })
  return (
    <>
      <form class="inline-form" onSubmit={submit}>
        <label>
          {t('col.name')}
          <input name="name" required maxLength={64} autocomplete="off" />
        </label>
        <label>
          {t('settings.tokens.scopes')}
          <input name="scopes" required list="token-scopes" autocomplete="off" />
          <datalist id="token-scopes">
            {SCOPES.map((scope) => (
              <option key={scope} value={scope} />
            ))}
          </datalist>
        </label>
        <label>
          {t('settings.tokens.days')}
          <input name="days" type="number" min={1} max={3650} />
        </label>
        <SendButton isBusy={isBusy}>{t('action.add')}</SendButton>
      </form>
      <Alert message={error} />
      {made !== null && (
        <p role="status">
          {t('settings.tokens.once')} <code class="secret">{made.token}</code>
        </p>
      )}
    </>
  )
}

/** Tokens of programs, each with its scopes and its end. */
export const TokensCard = ({ canAct }: { readonly canAct: boolean }) => {
  const query = useQuery('api-tokens', (signal) => get('/api-tokens', signal), [
    'api-token',
    'user',
  ])
  const [question, setQuestion] = useState<Question | null>(null)
  const remove = ({ id, name }: ApiToken) =>
    setQuestion({
      title: t('people.remove.ask', { name }),
      text: t('settings.tokens.remove'),
      go: t('action.remove'),
      act: async () => {
        await send('DELETE', `/api-tokens/${encodeURIComponent(id)}`)
        query.reload()
      },
    })
  return (
    <Card title={t('settings.tokens')}>
      <Shown query={query} isEmpty={({ items }) => items.length === 0} empty={t('account.none')}>
        {({ items }) => (
          <ul class="plain-list">
            {items.map((token) => (
              <li key={token.id}>
                <strong>{token.name}</strong> {token.scopes.join(', ')}{' '}
                <span class="dim">
                  {t('settings.tokens.state', {
                    end: moment(token.expiresAt),
                    used: moment(token.lastUsedAt),
                  })}
                </span>{' '}
                {canAct && (
                  <button type="button" class="danger" onClick={() => remove(token)}>
                    {t('action.remove')}
                  </button>
                )}
              </li>
            ))}
          </ul>
        )}
      </Shown>
      {canAct && <Add done={query.reload} />}
      <Confirm question={question} done={() => setQuestion(null)} />
    </Card>
  )
}
