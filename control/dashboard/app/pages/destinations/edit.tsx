import { SaveOrCancel } from '../../components/parts.tsx'
import { useSubmit } from '../../components/submit.ts'
import { send } from '../../data/api.ts'
import type { Destination } from '../../data/types.ts'
import { LANGUAGES, t } from '../../text/text.ts'
import { Fields, LeastSeverity } from './fields.tsx'
import { changesOf, KINDS, shownIn } from './kinds.ts'
import { sendingApart, sendingChanges } from './sending.ts'
import { SendingFields } from './sending-fields.tsx'

const shownOf = (destination: Destination): Readonly<Record<string, string>> => ({
  ...Object.fromEntries(
    (KINDS[destination.kind]?.fields ?? []).map(({ name }) => [name, shownIn(destination, name)]),
  ),
  events: shownIn(destination, 'events'),
  least_severity: destination.least_severity,
  language: destination.language,
})

/** Changes a destination: what is not typed anew, secrets among it, stays as it is. */
export const EditDestination = ({
  destination,
  changed,
  close,
}: {
  readonly destination: Destination
  readonly changed: () => void
  readonly close: () => void
}) => {
  const { error, isBusy, submit } = useSubmit(async ({ enabled, ...fields }) => {
    const { sending, rest } = sendingApart(fields)
    const isOn = enabled === 'on'
    await send('PATCH', `/destinations/${encodeURIComponent(destination.name)}`, {
      ...changesOf(rest, shownOf(destination)),
      ...sendingChanges(sending, destination),
      ...(isOn === destination.enabled ? {} : { enabled: isOn }),
    })
    changed()
  }, close)
  return (
    <form class="inline-form" onSubmit={submit}>
      <Fields kind={destination.kind} destination={destination} />
      <LeastSeverity value={destination.least_severity} />
      <label>
        {t('destinations.events')}
        <input
          name="events"
          required
          autocomplete="off"
          defaultValue={shownIn(destination, 'events')}
        />
      </label>
      <label>
        {t('menu.language')}
        <select name="language">
          {Object.entries(LANGUAGES).map(([id, name]) => (
            <option key={id} value={id} selected={id === destination.language}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <SendingFields destination={destination} />
      <label class="inline">
        <input name="enabled" type="checkbox" defaultChecked={destination.enabled} />
        {t('destinations.enabled')}
      </label>
      <SaveOrCancel isBusy={isBusy} cancel={close} error={error} />
    </form>
  )
}
