import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { Bars, Columns } from '../components/bars.tsx'
import { Confirm, type Question } from '../components/confirm.tsx'
import {
  Alert,
  Badge,
  Card,
  Figure,
  PageHead,
  PasswordField,
  Points,
  Shown,
} from '../components/parts.tsx'
import { type Column, Table } from '../components/table.tsx'
import { ApiError } from '../data/api.ts'
import type { Query } from '../data/use-query.ts'
import { number } from '../text/format.ts'
import { t } from '../text/text.ts'

interface Row {
  readonly name: string
  readonly plays: number
}

const ROWS: readonly Row[] = [
  { name: 'News 24', plays: 1200 },
  { name: 'Sport 2', plays: 310 },
  { name: 'Film 4', plays: 42 },
]

const columns: readonly Column<Row>[] = [
  { key: 'name', title: t('col.name'), sortBy: ({ name }) => name, cell: ({ name }) => name },
  {
    key: 'plays',
    title: t('col.plays'),
    isNumber: true,
    sortBy: ({ plays }) => plays,
    cell: ({ plays }) => number(plays),
  },
]

const query = (data: string | null, error: ApiError | null = null): Query<string> => ({
  data,
  error,
  isLoading: false,
  reload: () => undefined,
})

/** What is read from the API, in each of its states. */
const STATES: readonly { readonly name: string; readonly query: Query<string> }[] = [
  { name: 'loading', query: query(null) },
  { name: 'empty', query: query('') },
  { name: 'shown', query: query('News 24') },
  { name: 'error', query: query(null, new ApiError(500, 'internal', 'The store is away.')) },
  { name: 'stale', query: query('News 24', new ApiError(0, 'offline', 'No answer.')) },
  { name: 'forbidden', query: query(null, new ApiError(403, 'permission.missing', '')) },
]

const Buttons = ({ ask }: { readonly ask: () => void }) => (
  <p class="row-actions">
    <button type="button">{t('action.explain')}</button>
    <button type="button" class="primary">
      {t('action.add')}
    </button>
    <button type="button" class="danger" onClick={ask}>
      {t('action.remove')}
    </button>
    <button type="button" aria-pressed="true">
      {t('groups.on')}
    </button>
    <button type="button" disabled>
      {t('action.end')}
    </button>
  </p>
)

const Fields = () => (
  <form class="inline-form" onSubmit={(event) => event.preventDefault()}>
    <label>
      {t('col.name')}
      <input name="name" autocomplete="off" />
    </label>
    <PasswordField isNew />
    <label>
      {t('col.role')}
      <select>
        <option>{t('people.role.owner')}</option>
        <option>{t('people.role.viewer')}</option>
      </select>
    </label>
    <label>
      {t('imports.progress')}
      <progress max={1} value={0.4} />
    </label>
  </form>
)

const Numbers = () => (
  <>
    <div class="figures">
      <Figure value={number(5000)} label={t('now.streams')} />
      <Figure value={number(0)} label={t('now.refused')} />
    </div>
    <Bars
      bars={ROWS.map(({ name, plays }) => ({
        key: name,
        label: name,
        value: plays,
        text: number(plays),
      }))}
    />
    <Columns
      label={t('history.per_day')}
      values={[3, 9, 4, 0, 7].map((value, at) => ({ at, value, text: number(value) }))}
    />
  </>
)

const Theme = ({
  theme,
  children,
}: {
  readonly theme: 'light' | 'dark'
  readonly children: ComponentChildren
}) => (
  <section class={`sample ${theme}`} aria-label={t(`theme.${theme}`)}>
    {children}
  </section>
)

const Samples = ({ ask }: { readonly ask: () => void }) => {
  const [sort, setSort] = useState('-plays')
  return (
    <>
      <Card title="Button">
        <Buttons ask={ask} />
      </Card>
      <Card title="Badge, Points, Alert">
        <p class="row-actions">
          {(['plain', 'good', 'warn', 'bad'] as const).map((tone) => (
            <Badge key={tone} tone={tone}>
              {tone}
            </Badge>
          ))}
        </p>
        {[12, 55, 91].map((points) => (
          <p key={points}>
            <Points points={points} />
          </p>
        ))}
        <Alert message={t('oidc.refused')} />
      </Card>
      <Card title="Field">
        <Fields />
      </Card>
      <Card title="Figure, Bars, Columns">
        <Numbers />
      </Card>
      <Card title="Shown">
        {STATES.map((state) => (
          <Shown key={state.name} query={state.query} isEmpty={(data) => data === ''}>
            {(data) => <p>{data}</p>}
          </Shown>
        ))}
      </Card>
      <Card title="Table">
        <Table
          rows={ROWS}
          columns={columns}
          idOf={({ name }) => name}
          sort={sort}
          onSort={setSort}
          label="Table"
        />
      </Card>
    </>
  )
}

/** The set of components all pages are made of, in every state and both themes; shown in the demo. */
export const ComponentsPage = () => {
  const [question, setQuestion] = useState<Question | null>(null)
  const ask = () =>
    setQuestion({
      title: t('now.end.ask'),
      text: t('now.end.text', { who: 'Greta B.', what: 'News 24' }),
      go: t('action.end'),
      act: () => Promise.resolve(),
    })
  return (
    <>
      <PageHead title={t('components.title')} />
      <div class="samples">
        <Theme theme="light">
          <Samples ask={ask} />
        </Theme>
        <Theme theme="dark">
          <Samples ask={ask} />
        </Theme>
      </div>
      <Confirm question={question} done={() => setQuestion(null)} />
    </>
  )
}
