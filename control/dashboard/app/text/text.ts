import { en, type Words } from './en.ts'
import { ru } from './ru.ts'

/** Languages of the dashboard. */
export const LANGUAGES = { en: 'English', ru: 'Русский' } as const
export type Language = keyof typeof LANGUAGES

const CATALOGUES: Readonly<Record<Language, Words>> = { en, ru }
const STORED = 'gatehouse.language'

const isLanguage = (text: string): text is Language => text in LANGUAGES

/** The language somebody chose, else the browser's where we speak it, else English. */
const chosen = (): Language => {
  const wanted = [localStorage.getItem(STORED) ?? '', ...navigator.languages]
  return wanted.map((tag) => tag.slice(0, 2)).find(isLanguage) ?? 'en'
}

/** The language of this page. */
export const language: Language = chosen()
document.documentElement.lang = language

/** Keeps a language and shows everything in it. */
export const setLanguage = (next: string): void => {
  localStorage.setItem(STORED, next)
  location.reload()
}

/** A key of the catalogue. */
export type Key = keyof Words

const plurals = new Intl.PluralRules(language)
const numbers = new Intl.NumberFormat(language)

/** The words of a key; `{name}` is filled in, and `n` chooses the plural. */
export const t = (key: Key, values: Readonly<Record<string, string | number>> = {}): string => {
  const words = CATALOGUES[language][key]
  const form =
    typeof words === 'string'
      ? words
      : (words[plurals.select(Number(values['n'] ?? 0))] ?? words.other)
  return form.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name] ?? ''
    return typeof value === 'number' ? numbers.format(value) : value
  })
}

/** Words for an id the API speaks in (`finding.impossible_travel`); the id itself where there are none. */
export const words = (
  prefix: string,
  id: string,
  values: Readonly<Record<string, string | number>> = {},
): string => {
  const key = `${prefix}.${id}`
  return isKey(key) ? t(key, values) : id
}

const isKey = (key: string): key is Key => key in en
