import { useState } from 'preact/hooks'
import { BanHours, banText } from '../../components/ban-hours.tsx'
import { Confirm, type Question } from '../../components/confirm.tsx'
import { fieldsOf } from '../../components/form.ts'
import { inBulk } from '../../components/in-bulk.ts'
import { Alert } from '../../components/parts.tsx'
import { getAll, send } from '../../data/api.ts'
import { useQuery } from '../../data/use-query.ts'
import { dayStart } from '../../text/day-start.ts'
import { day } from '../../text/format.ts'
import { type Key, t } from '../../text/text.ts'
import { zone } from '../../text/zone.ts'

/** What can be done to many accounts, in the order of the list. */
const DEEDS = ['plan', 'expires', 'note', 'off', 'on', 'ban'] as const
type Deed = (typeof DEEDS)[number]

const NAMES: Readonly<Record<Deed, Key>> = {
  plan: 'col.plan',
  expires: 'col.expires',
  note: 'account.note',
  off: 'accounts.bulk.off',
  on: 'accounts.bulk.on',
  ban: 'action.ban',
}

const OWN = 'own:'
const isOwn = (ref: string): boolean => ref.startsWith(OWN)

interface Change {
  readonly plan?: string | null
  readonly expiresAt?: number | null
  readonly note?: string | null
  readonly enabled?: boolean
}

const changeAll = async (refs: readonly string[], change: Change): Promise<void> => {
  const ids = refs.filter(isOwn).map((ref) => ref.slice(OWN.length))
  await inBulk(ids, (part) =>
    send('POST', '/accounts/bulk', { ids: part, action: 'change', change }),
  )
}

const banAll = async (refs: readonly string[], hours: number): Promise<void> => {
  const seconds = hours * 3_600
  await inBulk(refs, (part) =>
    send('POST', '/bans/bulk', {
      action: 'ban',
      bans: part.map((subject) => ({ kind: 'account', subject, seconds })),
    }),
  )
}

const changeOf = (deed: Exclude<Deed, 'ban'>, value: string): Change => {
  if (deed === 'off' || deed === 'on') return { enabled: deed === 'on' }
  if (deed === 'expires') return { expiresAt: value === '' ? null : dayStart(value, zone) }
  return { [deed]: value.trim() === '' ? null : value.trim() }
}

/** What is about to be done, in words. */
const wordsOf = (deed: Deed, value: string): string => {
  if (deed === 'ban') return banText(Number(value))
  if (deed === 'off' || deed === 'on') return t(NAMES[deed])
  const shown = deed === 'expires' && value !== '' ? day(dayStart(value, zone)) : value.trim()
  return `${t(NAMES[deed])}: ${shown === '' ? '–' : shown}`
}

const PlanChoice = () => {
  const query = useQuery('names plan', (signal) => getAll('/plans', signal))
  return (
    <select name="value" aria-label={t('col.plan')}>
      <option value="">{t('account.plan.none')}</option>
      {query.data?.map(({ name }) => (
        <option key={name} value={name}>
          {name}
        </option>
      ))}
    </select>
  )
}

const Value = ({ deed }: { readonly deed: Deed }) => {
  if (deed === 'plan') return <PlanChoice />
  if (deed === 'ban') return <BanHours name="value" label={t('accounts.bulk.ban')} />
  if (deed === 'expires')
    return <input name="value" type="date" aria-label={t('col.expires')} key={deed} />
  if (deed === 'note')
    return <input name="value" maxLength={500} aria-label={t('account.note')} key={deed} />
  return null
}

/** The same for all accounts that are marked: plan, expiry, note, on and off, a ban. */
export const BulkDeeds = ({
  marked,
  total,
  markAll,
  done,
}: {
  readonly marked: ReadonlySet<string>
  readonly total: number
  readonly markAll: () => void
  readonly done: () => void
}) => {
  const [deed, setDeed] = useState<Deed>('plan')
  const [question, setQuestion] = useState<Question | null>(null)
  const [error, setError] = useState<string | null>(null)
  const ask = (value: string) => {
    // Plans and their like are for accounts of ours; those of media servers and backends can only be banned.
    const refs = [...marked].filter((ref) => deed === 'ban' || isOwn(ref))
    const left = marked.size - refs.length
    if (refs.length === 0) return setError(t('accounts.bulk.foreign', { n: left }))
    setError(null)
    return setQuestion({
      title: t('accounts.bulk.ask', { n: refs.length }),
      text: [wordsOf(deed, value), left > 0 && t('accounts.bulk.foreign', { n: left })]
        .filter(Boolean)
        .join('. '),
      go: t(deed === 'ban' ? 'action.ban' : 'account.edit'),
      act: async () => {
        try {
          await (deed === 'ban'
            ? banAll(refs, Number(value))
            : changeAll(refs, changeOf(deed, value)))
        } finally {
          done()
        }
      },
    })
  }
  return (
    <>
      <form
        class="row-actions"
        aria-label={t('accounts.bulk')}
        onSubmit={(event) => ask(fieldsOf(event).fields['value'] ?? '')}
      >
        <label class="inline">
          <input
            type="checkbox"
            checked={marked.size > 0 && marked.size === total}
            onChange={markAll}
          />
          {t('findings.marked', { n: marked.size })}
        </label>
        {marked.size > 0 && (
          <>
            <select
              aria-label={t('accounts.bulk')}
              value={deed}
              onChange={({ currentTarget }) =>
                setDeed(DEEDS.find((one) => one === currentTarget.value) ?? deed)
              }
            >
              {DEEDS.map((one) => (
                <option key={one} value={one}>
                  {t(NAMES[one])}
                </option>
              ))}
            </select>
            <Value key={deed} deed={deed} />
            <button type="submit" class={deed === 'ban' ? 'danger' : ''}>
              {t(deed === 'ban' ? 'action.ban' : 'account.edit')}
            </button>
          </>
        )}
      </form>
      <Alert message={error} />
      <Confirm question={question} done={() => setQuestion(null)} />
    </>
  )
}
