import type { ComponentChildren } from 'preact'
import type { Query } from '../data/use-query.ts'
import { messageOf } from '../text/failure.ts'
import { type Key, t } from '../text/text.ts'

/** A heading with what belongs beside it. */
export const PageHead = ({
  title,
  children,
}: {
  readonly title: string
  readonly children?: ComponentChildren
}) => (
  <header class="page-head">
    <h1>{title}</h1>
    <div class="page-tools">{children}</div>
  </header>
)

/** A box with a heading. */
export const Card = ({
  title,
  children,
  tools,
}: {
  readonly title: string
  readonly children: ComponentChildren
  readonly tools?: ComponentChildren
}) => (
  <section class="card">
    <header class="card-head">
      <h2>{title}</h2>
      {tools}
    </header>
    {children}
  </section>
)

/** One number with what it counts. */
export const Figure = ({ value, label }: { readonly value: string; readonly label: string }) => (
  <div class="figure">
    <strong>{value}</strong>
    <span>{label}</span>
  </div>
)

export type Tone = 'plain' | 'good' | 'warn' | 'bad'

/** A word that is a state. */
export const Badge = ({
  tone = 'plain',
  children,
}: {
  readonly tone?: Tone
  readonly children: ComponentChildren
}) => <span class={`badge ${tone}`}>{children}</span>

/** What went wrong, read out at once; nothing where all is well. */
export const Alert = ({ message }: { readonly message: string | null }) =>
  message === null ? null : (
    <p class="state error" role="alert">
      {message}
    </p>
  )

/** Tone of a confidence in points of 100. */
export const toneOf = (points: number): Tone => {
  if (points >= 70) return 'bad'
  return points >= 40 ? 'warn' : 'good'
}

/** Points of 100 as a bar with the number beside it. */
export const Points = ({ points }: { readonly points: number }) => (
  <span class="points">
    <meter min={0} max={100} value={points} low={40} high={70} optimum={0} aria-hidden="true" />
    <span class={`badge ${toneOf(points)}`}>{Math.round(points)}</span>
  </span>
)

/** What is shown of something read: loading, an error with another try, nothing, or the thing. */
export const Shown = <T,>({
  query,
  isEmpty,
  empty: nothing = t('state.empty'),
  children,
}: {
  readonly query: Query<T>
  readonly isEmpty?: (data: T) => boolean
  readonly empty?: string
  readonly children: (data: T) => ComponentChildren
}) => {
  const { data, error, isLoading, reload } = query
  if (data === null && error === null && isLoading)
    return <p class="state loading">{t('state.loading')}</p>
  // What was read may be nothing, as the confidence of an account that was never judged.
  const found = data as T
  const isThere = data !== null || error === null
  if (error?.code === 'permission.missing') return <p class="state">{t('state.forbidden')}</p>
  return (
    <>
      {error !== null && (
        <p class="state error" role="alert">
          {messageOf(error)}{' '}
          <button type="button" onClick={reload}>
            {t('state.again')}
          </button>
        </p>
      )}
      {isThere && (isEmpty?.(found) === true ? <p class="state">{nothing}</p> : children(found))}
    </>
  )
}

/** The heads of a table's columns. */
export const ColumnHeads = ({ of }: { readonly of: readonly Key[] }) => (
  <thead>
    <tr>
      {of.map((key) => (
        <th key={key} scope="col">
          {t(key)}
        </th>
      ))}
    </tr>
  </thead>
)

/** The button that sends a form; not twice. */
export const SendButton = ({
  isBusy,
  children,
}: {
  readonly isBusy: boolean
  readonly children: ComponentChildren
}) => (
  <button type="submit" class="primary" disabled={isBusy}>
    {children}
  </button>
)

/** The end of a form that changes something: Cancel, Save, and what went wrong. */
export const SaveOrCancel = ({
  isBusy,
  cancel,
  error,
}: {
  readonly isBusy: boolean
  readonly cancel: () => void
  readonly error: string | null
}) => (
  <>
    <span class="row-actions">
      <button type="button" onClick={cancel}>
        {t('action.cancel')}
      </button>
      <SendButton isBusy={isBusy}>{t('account.save')}</SendButton>
    </span>
    <Alert message={error} />
  </>
)

/** A password: a new one has ten characters at least. */
export const PasswordField = ({ isNew }: { readonly isNew: boolean }) => (
  <label>
    {t('signin.password')}
    <input
      name="password"
      type="password"
      autocomplete={isNew ? 'new-password' : 'current-password'}
      required
      minLength={isNew ? 10 : 1}
    />
  </label>
)
