import { useEffect, useState } from 'preact/hooks'
import { fieldsOf } from '../components/form.ts'
import { Alert, PasswordField } from '../components/parts.tsx'
import { keepPlace } from '../components/use-auth.ts'
import { ApiError, apiUrl, keepCsrf, send } from '../data/api.ts'
import { parseRoute, replaceRoute, useRoute } from '../data/route.ts'
import type { AuthState } from '../data/types.ts'
import { messageOf } from '../text/failure.ts'
import { t, words } from '../text/text.ts'

interface Props {
  readonly auth: AuthState
  readonly done: (auth: AuthState) => void
}

/** A link somebody came by stays; from the page of signing in it goes on to the first page. */
const goOn = (): void => {
  const [page = 'sign-in'] = parseRoute(location.hash).path
  if (page === 'sign-in') replaceRoute('#/now')
}

const post = async (
  path: '/auth/link' | '/auth/sign-in',
  body: Readonly<Record<string, unknown>>,
): Promise<AuthState> => keepCsrf(await send('POST', path, body))

const Form = ({
  title,
  text,
  go,
  isNew,
  act,
}: {
  readonly title: string
  readonly text: string | null
  readonly go: string
  readonly isNew: boolean
  readonly act: (name: string, password: string, code: string | undefined) => Promise<void>
}) => {
  const [error, setError] = useState<string | null>(null)
  const [needsCode, setNeedsCode] = useState(false)
  const submit = async (event: SubmitEvent) => {
    const { fields } = fieldsOf(event)
    setError(null)
    try {
      await act(fields['name'] ?? '', fields['password'] ?? '', fields['code'])
    } catch (failure) {
      if (failure instanceof ApiError && failure.code === 'totp.required') setNeedsCode(true)
      setError(messageOf(failure))
    }
  }
  return (
    <form class="card sign-in" onSubmit={(event) => void submit(event)}>
      <h1>{title}</h1>
      {text !== null && <p>{text}</p>}
      <label>
        {t('signin.name')}
        <input name="name" autocomplete="username" required autofocus maxLength={64} />
      </label>
      <PasswordField isNew={isNew} />
      {needsCode && (
        <label>
          {t('signin.code')}
          <input
            name="code"
            inputMode="numeric"
            autocomplete="one-time-code"
            required
            autofocus
            maxLength={16}
          />
        </label>
      )}
      <Alert message={error} />
      <button type="submit" class="primary">
        {go}
      </button>
    </form>
  )
}

/** A one-time link that signs in somebody known, at once. */
const UseLink = ({ link, done }: { readonly link: string; readonly done: Props['done'] }) => {
  const [isOver, setOver] = useState(false)
  useEffect(() => {
    post('/auth/link', { link }).then(
      (state) => {
        goOn()
        done(state)
      },
      () => setOver(true),
    )
  }, [link])
  return (
    <section class="card sign-in">
      <h1>{t('signin.title')}</h1>
      <p role="status">{isOver ? t('signin.link_over') : t('signin.link')}</p>
      {isOver && <a href="#/sign-in">{t('signin.go')}</a>}
    </section>
  )
}

/** Signing in with the provider that is configured, and why that failed. */
const WithProvider = ({ auth }: Pick<Props, 'auth'>) => {
  const problem = useRoute().query.get('problem')
  if (auth.oidc === null) return null
  const [part, code] = problem?.split('.', 2) ?? []
  return (
    <section class="card sign-in">
      <Alert message={part === 'oidc' && code !== undefined ? words('oidc', code) : null} />
      <a href={apiUrl('/auth/oidc')} onClick={keepPlace}>
        {t('signin.provider', { name: auth.oidc.name })}
      </a>
    </section>
  )
}

/** Signing in: by name, by a one-time link, or as the first owner. */
export const SignIn = ({ auth, done }: Props) => {
  const { query } = useRoute()
  const link = query.get('link')
  const enter = (state: AuthState) => {
    goOn()
    done(state)
  }
  if (link !== null && auth.mode === 'sign-in') return <UseLink link={link} done={done} />
  if (auth.mode === 'first-run' && link === null) {
    return (
      <section class="card sign-in">
        <h1>{t('signin.title')}</h1>
        <p>{t('signin.need_link')}</p>
        <WithProvider auth={auth} />
      </section>
    )
  }
  if (link !== null) {
    return (
      <Form
        title={t('signin.first')}
        text={t('signin.first.text')}
        go={t('signin.first.go')}
        isNew
        act={async (name, password) => enter(await post('/auth/link', { link, name, password }))}
      />
    )
  }
  return (
    <>
      <Form
        title={t('signin.title')}
        text={null}
        go={t('signin.go')}
        isNew={false}
        act={async (name, password, code) => {
          const second = code === undefined ? {} : { code }
          enter(await post('/auth/sign-in', { name, password, ...second }))
        }}
      />
      <WithProvider auth={auth} />
    </>
  )
}
