import { useRef, useState } from 'preact/hooks'
import { Card } from '../../components/parts.tsx'
import { send } from '../../data/api.ts'
import { hrefOf } from '../../data/route.ts'
import { t } from '../../text/text.ts'
import { type AccountFields, AccountForm } from './account-form.tsx'

interface Made {
  readonly id: string
  readonly name: string
  readonly token: string
  readonly playlist: string
}

const pathOf = (id: string) => `/accounts/${encodeURIComponent(id)}` as const

/** Makes an account with a token, and shows the token this once. */
export const NewAccount = ({
  done,
  cancel,
}: {
  readonly done: () => void
  readonly cancel: () => void
}) => {
  const [made, setMade] = useState<Made | null>(null)
  // Where the account was made and its token was not, another try goes on from there.
  const begun = useRef<string | null>(null)
  const save = async (fields: AccountFields) => {
    const { current } = begun
    const { id, name } =
      current === null
        ? await send('POST', '/accounts', fields)
        : await send('PATCH', pathOf(current), fields)
    begun.current = id
    done()
    const { token, playlist } = await send('POST', `${pathOf(id)}/tokens`, {})
    setMade({ id, name, token, playlist })
  }
  return (
    <Card title={t('accounts.add')}>
      {made === null ? (
        <AccountForm save={save} saved={() => undefined} cancel={cancel} />
      ) : (
        <div role="status">
          <p>
            <a href={hrefOf(['accounts', `own:${made.id}`])}>{made.name}</a> {t('accounts.made')}{' '}
            <code class="secret">{made.token}</code>
          </p>
          <p>
            <code class="secret">{made.playlist}</code>
          </p>
          <button type="button" onClick={cancel}>
            {t('accounts.add.close')}
          </button>
        </div>
      )}
    </Card>
  )
}
