import type { ComponentChildren } from 'preact'
import { moment, number } from '../text/format.ts'

/** A time in Unix milliseconds, by its name and size. */
const isTime = (key: string, value: number): boolean => /at$/i.test(key) && value > 1e11

const shownValue = (key: string, value: unknown): ComponentChildren => {
  if (typeof value === 'number') return isTime(key, value) ? moment(value) : number(value)
  if (value === null || value === undefined) return '–'
  if (typeof value === 'object') return <Evidence evidence={value} />
  return typeof value === 'boolean' || typeof value === 'string' ? String(value) : '–'
}

const labelOf = (key: string): string =>
  key
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ')
    .toLowerCase()

/** What a finding stands on, as it was recorded: names and values, lists as lists. */
export const Evidence = ({ evidence }: { readonly evidence: unknown }) => {
  if (Array.isArray(evidence)) {
    return (
      <ol class="evidence-list">
        {evidence.map((item, at) => (
          // The order is all that tells entries apart.
          <li key={at}>{shownValue('', item)}</li>
        ))}
      </ol>
    )
  }
  if (typeof evidence !== 'object' || evidence === null) return <p>–</p>
  return (
    <dl class="evidence">
      {Object.entries(evidence).map(([key, value]) => (
        <div key={key}>
          <dt>{labelOf(key)}</dt>
          <dd>{shownValue(key, value)}</dd>
        </div>
      ))}
    </dl>
  )
}
