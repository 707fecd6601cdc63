import { useState } from 'preact/hooks'
import { Alert, Card, SendButton } from '../../components/parts.tsx'
import { useSubmit } from '../../components/submit.ts'
import { send } from '../../data/api.ts'
import { language, t } from '../../text/text.ts'
import { zone } from '../../text/zone.ts'
import { Fields, LeastSeverity } from './fields.tsx'
import { KINDS, valueOf } from './kinds.ts'

const bodyOf = (fields: Readonly<Record<string, string>>) => ({
  language,
  time_zone: zone,
  ...Object.fromEntries(
    Object.entries(fields)
      .filter(([, text]) => text !== '')
      .map(([name, text]) => [name, valueOf(name, text)]),
  ),
})

/** A form that adds a destination; a test is sent from the list. */
export const AddDestination = ({ done }: { readonly done: () => void }) => {
  const [kind, setKind] = useState('ntfy')
  const { error, isBusy, submit } = useSubmit(async (fields) => {
    await send('POST', '/destinations', bodyOf(fields))
    done()
  })
  return (
    <Card title={t('destinations.add')}>
      <form class="inline-form" onSubmit={submit}>
        <label>
          {t('servers.kind')}
          <select
            name="kind"
            value={kind}
            onChange={({ currentTarget }) => setKind(currentTarget.value)}
          >
            {Object.entries(KINDS).map(([id, { title }]) => (
              <option key={id} value={id}>
                {title}
              </option>
            ))}
          </select>
        </label>
        <label>
          {t('destinations.name')}
          <input name="name" required maxLength={32} pattern="[a-z0-9][a-z0-9_\-]*" />
        </label>
        <Fields kind={kind} />
        <LeastSeverity />
        <SendButton isBusy={isBusy}>{t('action.add')}</SendButton>
      </form>
      <p class="dim">{t('destinations.add.text')}</p>
      <Alert message={error} />
    </Card>
  )
}
