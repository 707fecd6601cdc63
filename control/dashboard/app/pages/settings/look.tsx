import { LanguageSelect, ThemeSelect } from '../../components/look.tsx'
import { Card } from '../../components/parts.tsx'
import { useSingleKeysChoice } from '../../components/single-keys.ts'
import { t } from '../../text/text.ts'
import { browserZone, chosenZone, setZone } from '../../text/zone.ts'

const SingleKeys = () => {
  const [isOn, setOn] = useSingleKeysChoice()
  return (
    <label class="inline">
      <input
        type="checkbox"
        checked={isOn}
        onChange={({ currentTarget }) => setOn(currentTarget.checked)}
      />
      {t('settings.keys')}
    </label>
  )
}

/** Theme, language, time zone and keys of this browser. */
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
      <SingleKeys />
    </div>
    <p class="dim">{t('settings.look.text')}</p>
  </Card>
)
