import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { SaveOrCancel } from '../../components/parts.tsx'
import { useSubmit } from '../../components/submit.ts'
import { getAll } from '../../data/api.ts'
import type { Account } from '../../data/types.ts'
import { useQuery } from '../../data/use-query.ts'
import { dayOf, dayStart } from '../../text/day-start.ts'
import { t } from '../../text/text.ts'
import { zone } from '../../text/zone.ts'

/** What a form says of an account. */
export type AccountFields = Pick<
  Account,
  'name' | 'group' | 'plan' | 'maxSessions' | 'maxNetworks' | 'expiresAt' | 'note' | 'enabled'
>

const textOf = (text = ''): string | null => (text.trim() === '' ? null : text.trim())
const numberOf = (text = ''): number | null => (text === '' ? null : Number(text))

/** A day means its beginning, as long as it was not the day of the moment there was. */
const momentOf = (date: string, before: number | null): number | null => {
  if (date === '') return null
  return before !== null && dayOf(before, zone) === date ? before : dayStart(date, zone)
}

const fieldsOf = (
  form: Readonly<Record<string, string>>,
  before: AccountFields,
): AccountFields => ({
  name: (form['name'] ?? '').trim(),
  group: textOf(form['group']),
  plan: textOf(form['plan']),
  maxSessions: numberOf(form['streams']),
  maxNetworks: numberOf(form['networks']),
  expiresAt: momentOf(form['expires'] ?? '', before.expiresAt),
  note: textOf(form['note']),
  enabled: form['enabled'] === 'on',
})

/** One of the names there are, that of before among them, or none. */
const NameSelect = ({
  label,
  name,
  value,
  none,
  read,
}: {
  readonly label: string
  readonly name: 'group' | 'plan'
  readonly value: string | null
  /** What it means that none is chosen. */
  readonly none: string
  readonly read: (signal: AbortSignal) => Promise<readonly { readonly name: string }[]>
}) => {
  const [chosen, choose] = useState(value ?? '')
  const query = useQuery(`names ${name}`, read)
  const names = new Set([...(query.data ?? []).map((one) => one.name), value ?? ''])
  return (
    <label>
      {label}
      <select
        name={name}
        value={chosen}
        onChange={({ currentTarget }) => choose(currentTarget.value)}
      >
        <option value="">{none}</option>
        {[...names]
          .filter((one) => one !== '')
          .map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
      </select>
    </label>
  )
}

const CountField = ({
  label,
  name,
  value,
}: {
  readonly label: string
  readonly name: string
  readonly value: number | null
}) => (
  <label>
    {label}
    <input
      name={name}
      type="number"
      min={0}
      max={10_000}
      placeholder={t('account.cap.group')}
      defaultValue={value === null ? '' : String(value)}
    />
  </label>
)

/** What a new account begins with. */
const NEW: AccountFields = {
  name: '',
  group: null,
  plan: null,
  maxSessions: null,
  maxNetworks: null,
  expiresAt: null,
  note: null,
  enabled: true,
}

/** The plan and caps of an account, as it is or new. */
export const AccountForm = ({
  account = NEW,
  save,
  saved,
  cancel,
}: {
  readonly account?: AccountFields
  readonly save: (fields: AccountFields) => Promise<void>
  /** Called where the form is still there by then. */
  readonly saved: () => void
  readonly cancel: () => void
}) => {
  const { error, isBusy, submit } = useSubmit((form) => save(fieldsOf(form, account)), saved)
  const { expiresAt } = account
  const first = useRef<HTMLInputElement>(null)
  // At once: who goes on typing means this field.
  useLayoutEffect(() => first.current?.focus(), [])
  return (
    <form class="inline-form" onSubmit={submit}>
      <label>
        {t('col.name')}
        <input
          ref={first}
          name="name"
          required
          maxLength={128}
          autocomplete="off"
          defaultValue={account.name}
        />
      </label>
      <NameSelect
        label={t('col.group')}
        name="group"
        value={account.group}
        none={t('account.group.by_address')}
        read={(signal) => getAll('/groups', signal)}
      />
      <NameSelect
        label={t('col.plan')}
        name="plan"
        value={account.plan}
        none={t('account.plan.none')}
        read={(signal) => getAll('/plans', signal)}
      />
      <CountField label={t('col.streams')} name="streams" value={account.maxSessions} />
      <CountField label={t('groups.networks')} name="networks" value={account.maxNetworks} />
      <label>
        {t('col.expires')}
        <input
          name="expires"
          type="date"
          defaultValue={expiresAt === null ? '' : dayOf(expiresAt, zone)}
        />
      </label>
      <label>
        {t('account.note')}
        <input name="note" maxLength={500} autocomplete="off" defaultValue={account.note ?? ''} />
      </label>
      <label class="inline">
        <input name="enabled" type="checkbox" defaultChecked={account.enabled} />
        {t('account.enabled')}
      </label>
      <SaveOrCancel isBusy={isBusy} cancel={cancel} error={error} />
    </form>
  )
}
