/** Themes somebody may choose; `auto` is what the system has. */
export const THEMES = ['auto', 'light', 'dark'] as const

const STORED = 'gatehouse.theme'

/** The theme that was chosen. */
export const chosenTheme = (): string => localStorage.getItem(STORED) ?? 'auto'

/** Keeps a theme and shows everything in it. */
export const setTheme = (theme: string): void => {
  localStorage.setItem(STORED, theme)
  document.documentElement.dataset['theme'] = theme
}
