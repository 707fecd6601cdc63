import { Card } from '../../components/parts.tsx'
import { chosenTheme, setTheme, THEMES } from '../../data/look.ts'
import { LANGUAGES, language, setLanguage, t } from '../../text/text.ts'
import { browserZone, chosenZone, setZone } from '../../text/zone.ts'

/** Theme, language and time zone of this browser. */
export const LookCard = () => (
  <Card title={t('settings.look')}>
    <div class="inline-form">
      <label>
        {t('menu.theme')}
        <select
          defaultValue={chosenTheme()}
          onChange={({ currentTarget }) => setTheme(currentTarget.value)}
        >
          {THEMES.map((theme) => (
            <option key={theme} value={theme} selected={theme === chosenTheme()}>
              {t(`theme.${theme}`)}
            </option>
          ))}
        </select>
      </label>
      <label>
        {t('menu.language')}
        <select value={language} onChange={({ currentTarget }) => setLanguage(currentTarget.value)}>
          {Object.entries(LANGUAGES).map(([id, name]) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
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
