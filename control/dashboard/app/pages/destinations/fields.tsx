import { SEVERITIES } from '../../../../config/choices/notices.ts'
import type { Destination } from '../../data/types.ts'
import { t } from '../../text/text.ts'
import { KINDS, shownIn } from './kinds.ts'

/** The fields of a kind of destination, empty or as one has them; secrets are shown masked. */
export const Fields = ({
  kind,
  destination,
}: {
  readonly kind: string
  readonly destination?: Destination
}) =>
  KINDS[kind]?.fields.map(({ name, label, type = 'text', isOptional = false }) => (
    <label key={`${kind} ${name}`}>
      {t(label)} {isOptional && <span class="dim">{t('destinations.optional')}</span>}
      <input
        name={name}
        type={type}
        required={!isOptional}
        autocomplete="off"
        defaultValue={destination === undefined ? '' : shownIn(destination, name)}
      />
    </label>
  ))

/** Chooses from which severity on something is told. */
export const LeastSeverity = ({ value }: { readonly value?: string }) => (
  <label>
    {t('destinations.least')}
    <select name="least_severity">
      {SEVERITIES.map((one) => (
        <option key={one} value={one} selected={one === value}>
          {t(`severity.${one}`)}
        </option>
      ))}
    </select>
  </label>
)
