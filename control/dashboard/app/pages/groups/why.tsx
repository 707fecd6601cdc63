import { useState } from 'preact/hooks'
import { Alert, Badge, Card, type Tone } from '../../components/parts.tsx'
import { get } from '../../data/api.ts'
import { recordOf, textOf } from '../../data/draft.ts'
import { useParam } from '../../data/route.ts'
import { useQuery } from '../../data/use-query.ts'
import { messageOf } from '../../text/failure.ts'
import { country as countryName } from '../../text/format.ts'
import { reasonText } from '../../text/reasons.ts'
import { t, words } from '../../text/text.ts'
import { Evidence } from '../findings/evidence.tsx'

const TONES: Readonly<Record<string, Tone>> = { allow: 'good', deny: 'bad', redirect: 'warn' }

/** What was decided: of an opening the verdict, of a playlist whether it is given. */
const verdictOf = ({ verdict, reason }: Readonly<Record<string, unknown>>): string => {
  if (typeof verdict === 'string') return verdict
  return reason === 'ok' ? 'allow' : 'deny'
}

const textsIn = (list: unknown): string[] =>
  Array.isArray(list) ? list.filter((one) => typeof one === 'string') : []

const Steps = ({ steps }: { readonly steps: unknown }) =>
  Array.isArray(steps) && (
    <ol class="evidence-list">
      {steps.map(recordOf).map(({ stage, subject, result, isDeciding }, at) => (
        // Steps have no id but their order.
        <li key={at}>
          <strong>{textOf(subject)}</strong> {textOf(result)}{' '}
          <span class="dim">{textOf(stage)}</span>{' '}
          {isDeciding === true && <Badge tone="warn">{t('groups.why.decides')}</Badge>}
        </li>
      ))}
    </ol>
  )

const Playlist = ({ answer }: { readonly answer: Readonly<Record<string, unknown>> }) => (
  <>
    <p>
      {t('groups.why.channels', { n: Number(answer['channels'] ?? 0) })}{' '}
      {textsIn(answer['first']).join(', ')}
    </p>
    {Number(answer['leftOut'] ?? 0) > 0 && (
      <p>{t('groups.why.left_out', { n: Number(answer['leftOut']) })}</p>
    )}
  </>
)

const Answer = ({ found }: { readonly found: unknown }) => {
  const answer = recordOf(found)
  const verdict = verdictOf(answer)
  const group = textOf(answer['group'])
  const by = textOf(answer['decidedBy'], textOf(answer['rule']))
  const reason = textOf(answer['reason'])
  return (
    <div role="status">
      <p>
        <Badge tone={TONES[verdict] ?? 'plain'}>{words('groups.verdict', verdict)}</Badge>{' '}
        {reason !== '' && reason !== 'ok' && <strong>{reasonText(reason)}</strong>}{' '}
        <span class="dim">{reason}</span>
      </p>
      <p>
        {group === '' ? t('groups.why.no_group') : t('groups.why.group', { group })}{' '}
        <span class="dim">{by}</span>
      </p>
      {'channels' in answer && group !== '' && <Playlist answer={answer} />}
      <Steps steps={answer['steps']} />
      <details>
        <summary>{t('groups.why.all')}</summary>
        <Evidence evidence={found} />
      </details>
    </div>
  )
}

const NAMES = ['ip', 'account', 'country', 'channel'] as const
type Asked = Readonly<Record<(typeof NAMES)[number], string>>

const queryOf = (asked: Asked): string =>
  new URLSearchParams(Object.entries(asked).filter(([, value]) => value !== '')).toString()

const Field = ({
  label,
  value,
  set,
  ...more
}: {
  readonly label: string
  readonly value: string
  readonly set: (value: string) => void
  readonly required?: boolean
  readonly pattern?: string
  readonly list?: string
}) => (
  <label>
    {label}
    <input
      value={value}
      autocomplete="off"
      {...more}
      onInput={({ currentTarget }) => set(currentTarget.value.trim())}
    />
  </label>
)

/** Names to choose from while a field is filled in. */
const Choices = () => {
  const accounts = useQuery('why accounts', (signal) => get('/accounts?limit=1000', signal))
  const channels = useQuery('why channels', (signal) => get('/channels?limit=1000', signal))
  return (
    <>
      <datalist id="why-accounts">
        {accounts.data?.items.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </datalist>
      <datalist id="why-channels">
        {channels.data?.items.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </datalist>
    </>
  )
}

/** "Who would see what?" as a form, for any address, account and country; its answer names every step. */
export const Why = () => {
  const [ip, setIp] = useParam('ip')
  const [account, setAccount] = useParam('account')
  const [country, setCountry] = useParam('country')
  const [channel, setChannel] = useParam('channel')
  const [asked, setAsked] = useState({ query: queryOf({ ip, account, country, channel }), turn: 0 })
  const query = useQuery(`explain ${asked.query} ${asked.turn}`, async (signal) =>
    asked.query.includes('ip=') ? await get(`/explain?${asked.query}`, signal) : null,
  )
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    setAsked({ query: queryOf({ ip, account, country, channel }), turn: asked.turn + 1 })
  }
  const isCountry = /^[A-Za-z]{2}$/.test(country)
  return (
    <Card title={t('groups.why')}>
      <form class="inline-form" onSubmit={submit}>
        <Field label={t('groups.why.address')} value={ip} set={setIp} required />
        <Field
          label={t('groups.why.account')}
          value={account}
          set={setAccount}
          list="why-accounts"
        />
        <Field
          label={t('groups.why.country')}
          value={country}
          set={setCountry}
          pattern="[A-Za-z]{2}"
        />
        <Field
          label={t('groups.why.channel')}
          value={channel}
          set={setChannel}
          list="why-channels"
        />
        <button type="submit" class="primary">
          {t('groups.why.go')}
        </button>
        {isCountry && <span class="dim">{countryName(country.toUpperCase())}</span>}
      </form>
      <Choices />
      <Alert message={query.error === null ? null : messageOf(query.error)} />
      {query.data !== null && query.error === null && <Answer found={query.data} />}
    </Card>
  )
}
