import { LanguageSelect, ThemeSelect } from '../../components/look.tsx'
import { Card } from '../../components/parts.tsx'
import { t } from '../../text/text.ts'
import { browserZone, chosenZone, setZone } from '../../text/zone.ts'

/** Theme, language and time zone of this browser. */
export const LookCard = () => (
  <Card title={t('settings.look')}>
    <div class="inline-form">
      <label>
        {t('menu.theme')}
        <ThemeSelect />
      </label>
      <label>
        {t('menu.language')}
        <LanguageSelect />
      </label>
      <label>
        {t('settings.zone')}
        <select value={chosenZone()} onChange={({ currentTarget }) => setZone(currentTarget.value)}>
          <option value="">{t('settings.zone.browser', { zone: browserZone })}</option>
          {['UTC', ...Intl.supportedValuesOf('timeZone')].map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
    </div>
    <p class="dim">{t('settings.look.text')}</p>
  </Card>
)
