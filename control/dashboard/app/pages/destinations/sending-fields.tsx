import { useState } from 'preact/hooks'
import { DIGESTS, SEVERITIES, WEEKDAYS } from '../../../../config/choices/notices.ts'
import type { Destination } from '../../data/types.ts'
import { language, t } from '../../text/text.ts'
import { sendingIn } from './sending.ts'

/** A Monday. */
const MONDAY = Date.UTC(2026, 0, 5)
const DAY_MS = 86_400_000
const dayNames = new Intl.DateTimeFormat(language, { weekday: 'long', timeZone: 'UTC' })

/** Hours in which nothing is sent, messages gathered into one, and words of one's own. */
export const SendingFields = ({ destination }: { readonly destination: Destination }) => {
  const now = sendingIn(destination)
  const [every, setEvery] = useState(now.digest)
  return (
    <>
      <label>
        {t('destinations.quiet.from')} <span class="dim">{destination.time_zone}</span>
        <input name="quiet_from" type="time" defaultValue={now.quiet_from} />
      </label>
      <label>
        {t('destinations.quiet.to')}
        <input name="quiet_to" type="time" defaultValue={now.quiet_to} />
      </label>
      <label>
        {t('destinations.quiet.through')}
        <select name="quiet_through">
          <option value="">{t('destinations.quiet.nothing')}</option>
          {SEVERITIES.map((one) => (
            <option key={one} value={one} selected={one === now.quiet_through}>
              {t(`severity.${one}`)}
            </option>
          ))}
        </select>
      </label>
      <label>
        {t('destinations.digest')}
        <select
          name="digest"
          value={every}
          onChange={({ currentTarget }) => setEvery(currentTarget.value)}
        >
          <option value="">{t('destinations.digest.none')}</option>
          {DIGESTS.map((one) => (
            <option key={one} value={one}>
              {t(`destinations.digest.${one}`)}
            </option>
          ))}
        </select>
      </label>
      {every === 'week' && (
        <label>
          {t('destinations.digest.weekday')}
          <select name="digest_weekday">
            {WEEKDAYS.map((one, n) => (
              <option key={one} value={one} selected={one === now.digest_weekday}>
                {dayNames.format(MONDAY + n * DAY_MS)}
              </option>
            ))}
          </select>
        </label>
      )}
      {(every === 'day' || every === 'week') && (
        <label>
          {t('destinations.digest.at')}
          <input name="digest_at" type="time" required defaultValue={now.digest_at} />
        </label>
      )}
      <label>
        {t('destinations.template.title')}
        <input
          name="template_title"
          maxLength={500}
          autocomplete="off"
          placeholder="{{name}}: {{kind}}"
          defaultValue={now.template_title}
        />
      </label>
      <label>
        {t('destinations.template.text')}
        <textarea
          name="template_text"
          maxLength={20_000}
          rows={3}
          placeholder="{{sentence}}"
          defaultValue={now.template_text}
        />
      </label>
    </>
  )
}
