import type { ComponentChildren } from 'preact'
import { SEVERITIES } from '../../../config/choices/notices.ts'
import { ACTIONS } from '../../../detect/rules/rule-schema.ts'
import { FINDING_KINDS } from '../../../detect/types.ts'
import { type Draft, type Field, fieldsOfKind, newDraft, recordOf, textOf } from '../data/draft.ts'
import { t, words } from '../text/text.ts'

const SCOPES = ['all', 'group', 'account'] as const

interface ChoiceProps {
  readonly label: string
  readonly value: string
  readonly from: readonly string[]
  readonly wording: string
  readonly set: (value: string) => void
}

const Choice = ({ label, value, from, wording, set }: ChoiceProps) => (
  <select
    aria-label={label}
    value={value}
    onChange={({ currentTarget }) => set(currentTarget.value)}
  >
    {from.map((one) => (
      <option key={one} value={one}>
        {words(wording, one)}
      </option>
    ))}
  </select>
)

const NumberInput = (props: {
  readonly label: string
  readonly value: unknown
  readonly set: (value: number) => void
}) => (
  <input
    type="number"
    min={0}
    step="any"
    aria-label={props.label}
    value={typeof props.value === 'number' ? props.value : ''}
    onInput={({ currentTarget }) => props.set(currentTarget.valueAsNumber)}
  />
)

const listOf = (text: string): string[] => text.split(/[\s,]+/).filter((part) => part !== '')

const Param = ({
  field: { key, kind, choices, fallback },
  value = fallback,
  set,
}: {
  readonly field: Field
  readonly value: unknown
  readonly set: (value: unknown) => void
}) => {
  const label = words('rules.param', key)
  if (kind === 'flag')
    return (
      <label class="inline">
        <input
          type="checkbox"
          checked={value === true}
          onChange={({ currentTarget }) => set(currentTarget.checked)}
        />
        {label}
      </label>
    )
  return (
    <label class="inline">
      {label}
      {kind === 'number' && <NumberInput {...{ label, value, set }} />}
      {kind === 'choice' && (
        <Choice
          label={label}
          value={textOf(value)}
          from={choices}
          wording="rules.choice"
          set={set}
        />
      )}
      {kind === 'list' && (
        <input
          value={Array.isArray(value) ? value.join(', ') : ''}
          onChange={({ currentTarget }) => set(listOf(currentTarget.value))}
        />
      )}
    </label>
  )
}

const Line = ({
  lead,
  children,
}: {
  readonly lead: string
  readonly children: ComponentChildren
}) => (
  <div class="sentence-line">
    <span class="lead">{lead}</span>
    <div class="sentence-parts">{children}</div>
  </div>
)

const stepsOf = (draft: Draft): readonly Readonly<Record<string, unknown>>[] =>
  Array.isArray(draft['actions']) ? draft['actions'].map(recordOf) : []

const Steps = ({ draft, change }: Props) => {
  const steps = stepsOf(draft)
  const set = (at: number, part: Record<string, unknown>) =>
    change({ ...draft, actions: steps.map((s, n) => (n === at ? { ...s, ...part } : s)) })
  const add = () =>
    change({ ...draft, actions: [...steps, { do: 'end', from_finding: steps.length + 1 }] })
  return (
    <>
      {steps.map((step, at) => (
        <span key={at} class="step">
          <Choice
            label={t('rules.then')}
            value={textOf(step['do'])}
            from={ACTIONS}
            wording="rules.action"
            set={(value) => set(at, { do: value })}
          />
          <label class="inline">
            {t('rules.from')}
            <NumberInput
              label={t('rules.from')}
              value={step['from_finding'] ?? 1}
              set={(value) => set(at, { from_finding: value })}
            />
          </label>
          {steps.length > 1 && (
            <button
              type="button"
              onClick={() => change({ ...draft, actions: steps.filter((_, n) => n !== at) })}
            >
              {t('action.remove')}
            </button>
          )}
        </span>
      ))}
      {steps.length < ACTIONS.length && (
        <button type="button" onClick={add}>
          {t('rules.step')}
        </button>
      )}
    </>
  )
}

interface Props {
  readonly draft: Draft
  readonly change: (draft: Draft) => void
}

const Scope = ({ draft, change }: Props) => {
  const scope = recordOf(draft['scope'])
  const type = textOf(scope['type'], 'all')
  const set = (next: string, name = '') =>
    change({ ...draft, scope: next === 'all' ? { type: next } : { type: next, [next]: name } })
  return (
    <>
      <Choice
        label={t('rules.whom')}
        value={type}
        from={SCOPES}
        wording="rules.scope"
        set={(value) => set(value)}
      />
      {type !== 'all' && (
        <input
          aria-label={words('rules.scope', type)}
          value={textOf(scope[type])}
          onChange={({ currentTarget }) => set(type, currentTarget.value)}
        />
      )}
    </>
  )
}

/** A rule as a sentence whose parts can be chosen. */
export const Sentence = ({ draft, change }: Props) => {
  const kind = textOf(draft['kind'])
  const params = recordOf(draft['params'])
  const flag = (key: 'dry_run' | 'enabled') => (
    <label class="inline">
      <input
        type="checkbox"
        checked={draft[key] !== false}
        onChange={({ currentTarget }) => change({ ...draft, [key]: currentTarget.checked })}
      />
      {t(`rules.${key}`)}
    </label>
  )
  return (
    <div class="sentence">
      <Line lead={t('rules.when')}>
        <Choice
          label={t('rules.when')}
          value={kind}
          from={FINDING_KINDS}
          wording="finding"
          set={(next) => change({ ...newDraft(next, []), id: draft['id'] })}
        />
        {fieldsOfKind(kind).map((field) => (
          <Param
            key={field.key}
            field={field}
            value={params[field.key]}
            set={(value) => change({ ...draft, params: { ...params, [field.key]: value } })}
          />
        ))}
      </Line>
      <Line lead={t('rules.whom')}>
        <Scope draft={draft} change={change} />
      </Line>
      <Line lead={t('rules.then')}>
        <Steps draft={draft} change={change} />
      </Line>
      <Line lead={t('rules.weight')}>
        <Choice
          label={t('rules.weight')}
          value={textOf(draft['severity'], 'warning')}
          from={SEVERITIES}
          wording="severity"
          set={(value) => change({ ...draft, severity: value })}
        />
        <label class="inline">
          {t('rules.cool_down')}
          <NumberInput
            label={t('rules.cool_down')}
            value={draft['cool_down_minutes'] ?? 1440}
            set={(value) => change({ ...draft, cool_down_minutes: value })}
          />
        </label>
        {flag('dry_run')}
        {flag('enabled')}
      </Line>
    </div>
  )
}
