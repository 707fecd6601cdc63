import { chosenTheme, setTheme, THEMES } from '../data/look.ts'
import { LANGUAGES, language, setLanguage, t } from '../text/text.ts'

/** Chooses the theme of this browser. */
export const ThemeSelect = () => (
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
)

/** Chooses the language of this browser; the page begins anew in it. */
export const LanguageSelect = () => (
  <select value={language} onChange={({ currentTarget }) => setLanguage(currentTarget.value)}>
    {Object.entries(LANGUAGES).map(([id, name]) => (
      <option key={id} value={id}>
        {name}
      </option>
    ))}
  </select>
)
