import { useLayoutEffect, useRef } from 'preact/hooks'
import { Alert } from '../../components/parts.tsx'
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

const GroupSelect = ({ group }: { readonly group: string | null }) => {
  const query = useQuery('groups', (signal) => getAll('/groups', signal))
  const names = new Set([...(query.data ?? []).map(({ name }) => name), group ?? ''])
  return (
    <label>
      {t('col.group')}
      <select name="group" key={query.data === null ? '' : 'read'}>
        <option value="">{t('account.group.by_address')}</option>
        {[...names]
          .filter((name) => name !== '')
          .map((name) => (
            <option key={name} value={name} selected={name === group}>
              {name}
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
  cancel,
}: {
  readonly account?: AccountFields
  readonly save: (fields: AccountFields) => Promise<void>
  readonly cancel: () => void
}) => {
  const { error, isBusy, submit } = useSubmit((form) => save(fieldsOf(form, account)))
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
      <GroupSelect group={account.group} />
      <label>
        {t('col.plan')}
        <input name="plan" maxLength={128} autocomplete="off" defaultValue={account.plan ?? ''} />
      </label>
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
      <span class="row-actions">
        <button type="button" onClick={cancel}>
          {t('action.cancel')}
        </button>
        <button type="submit" class="primary" disabled={isBusy}>
          {t('account.save')}
        </button>
      </span>
      <Alert message={error} />
    </form>
  )
}
