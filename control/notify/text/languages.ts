/** Languages of notices. */
export type Language = 'en' | 'ru'

/** How a noun is counted: forms by the plural categories of Unicode CLDR. */
export type Forms = Readonly<Partial<Record<Intl.LDMLPluralRule, string>>> & {
  readonly other: string
}

const RULES: Readonly<Record<Language, Intl.PluralRules>> = {
  en: new Intl.PluralRules('en'),
  ru: new Intl.PluralRules('ru'),
}

/** A number with its noun: "1 stream", "3 потока". */
export const counted = (language: Language, n: number, forms: Forms): string => {
  const form = forms[RULES[language].select(n)] ?? forms.other
  return `${new Intl.NumberFormat(language).format(n)} ${form}`
}

const MINUTE_MS = 60_000

const unit = (language: Language, n: number, name: 'minute' | 'hour' | 'day'): string =>
  new Intl.NumberFormat(language, { style: 'unit', unit: name, unitDisplay: 'long' }).format(n)

/** A duration in milliseconds in words: "17 minutes", "2 часа 5 минут". */
export const duration = (language: Language, ms: number): string => {
  const minutes = Math.max(0, Math.round(ms / MINUTE_MS))
  if (minutes < 60) return unit(language, minutes, 'minute')
  const hours = Math.floor(minutes / 60)
  if (hours >= 48) return unit(language, Math.round(hours / 24), 'day')
  const rest = minutes % 60
  const whole = unit(language, hours, 'hour')
  return rest === 0 ? whole : `${whole} ${unit(language, rest, 'minute')}`
}

/** A time in words, in a time zone: "28 Nov 2026, 21:05". */
export const localTime = (language: Language, at: number, timeZone: string): string =>
  new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, {
    dateStyle: 'medium',
    timeStyle: 'short',
    timeZone,
  }).format(at)
