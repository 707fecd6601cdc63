import type { AlarmEvent } from '../../config/schema/events.ts'
import type { RuleAction } from '../../detect/rules/rule-types.ts'
import type { FindingKind, Severity } from '../../detect/types.ts'
import type { Stream } from '../model/notice.ts'
import type { Outcome } from '../model/outcome.ts'
import type { Forms, Language } from './languages.ts'

/** A text in every language. */
type Words = Readonly<Record<Language, string>>
type Nouns = Readonly<Record<Language, Forms>>

/** Names of findings, as titles. */
export const KINDS: Readonly<Record<FindingKind, Words>> = {
  impossible_travel: { en: 'Impossible travel', ru: 'Невозможное перемещение' },
  simultaneous_places: { en: 'Two places at once', ru: 'Два места одновременно' },
  device_velocity: { en: 'Many networks or devices', ru: 'Много сетей или устройств' },
  concurrent_streams: { en: 'Too many streams', ru: 'Слишком много потоков' },
  geo_restriction: { en: 'A country that is not allowed', ru: 'Недопустимая страна' },
  second_household: { en: 'A second household', ru: 'Второе домохозяйство' },
  restreaming: { en: 'Restreaming', ru: 'Ретрансляция' },
  leaked_copy: { en: 'A leaked copy', ru: 'Утёкшая копия' },
  hosting_network: { en: 'A data centre', ru: 'Дата-центр' },
}

/** Names of kinds of devices, by those that evidence has. */
export const DEVICE_NAMES: Readonly<Record<string, Words>> = {
  television: { en: 'television', ru: 'телевизор' },
  'phone or tablet': { en: 'phone or tablet', ru: 'телефон или планшет' },
  computer: { en: 'computer', ru: 'компьютер' },
  device: { en: 'device', ru: 'устройство' },
}

/** Names of severities. */
export const SEVERITY_NAMES: Readonly<Record<Severity, Words>> = {
  low: { en: 'low', ru: 'низкая' },
  warning: { en: 'warning', ru: 'средняя' },
  high: { en: 'high', ru: 'высокая' },
}

/** What a rule does, as a noun. */
export const ACTION_NAMES: Readonly<Record<RuleAction, Words>> = {
  observe: { en: 'observe', ru: 'наблюдение' },
  notify: { en: 'notice', ru: 'уведомление' },
  message: { en: 'message to the viewer', ru: 'сообщение зрителю' },
  limit: { en: 'fewer streams', ru: 'ограничение потоков' },
  end: { en: 'end of the stream', ru: 'остановка потока' },
  sign_out: { en: 'sign-out', ru: 'выход из системы' },
  ban: { en: 'ban', ru: 'блокировка' },
}

/** Names of results. */
export const OUTCOME_NAMES: Readonly<Record<Outcome | 'pending', Words>> = {
  done: { en: 'done', ru: 'выполнено' },
  dry_run: { en: 'only a dry run', ru: 'только пробный прогон' },
  stale: { en: 'over before it was done', ru: 'уже не требуется' },
  late: { en: 'too late', ru: 'слишком поздно' },
  asked: { en: 'asked for', ru: 'запрошено' },
  refused: { en: 'refused by the server', ru: 'сервер отказал' },
  impossible: { en: 'not possible here', ru: 'здесь невозможно' },
  pending: { en: 'not known yet', ru: 'пока неизвестно' },
}

/** States of streams. */
export const STATE_NAMES: Readonly<Record<Stream['state'], Words>> = {
  playing: { en: 'playing', ru: 'воспроизводится' },
  ended: { en: 'ended', ru: 'завершён' },
  ended_by_rule: { en: 'ended by the rule', ru: 'остановлен правилом' },
}

/** Titles of alarms. */
export const ALARM_TITLES: Readonly<Record<AlarmEvent, Words>> = {
  'server.down': { en: 'Media server away', ru: 'Медиасервер недоступен' },
  'server.back': { en: 'Media server back', ru: 'Медиасервер снова доступен' },
  'server.sign_in': { en: 'Sign in again', ru: 'Нужно войти заново' },
  test: { en: 'Test', ru: 'Проверка' },
}

/** Sentences of alarms; `{subject}` is what they are about. */
export const ALARM_SENTENCES: Readonly<Record<AlarmEvent, Words>> = {
  'server.down': { en: '{subject} does not answer.', ru: '{subject} не отвечает.' },
  'server.back': { en: '{subject} answers again.', ru: '{subject} снова отвечает.' },
  'server.sign_in': {
    en: '{subject} refuses its token: sign in again and give a new one.',
    ru: '{subject} не принимает токен: войдите заново и задайте новый.',
  },
  test: {
    en: 'Gatehouse can reach the destination {subject}.',
    ru: 'Gatehouse может отправлять уведомления в {subject}.',
  },
}

/** Nouns that are counted. */
export const NOUNS = {
  stream: {
    en: { one: 'stream', other: 'streams' },
    ru: { one: 'поток', few: 'потока', many: 'потоков', other: 'потока' },
  },
  notice: {
    en: { one: 'notice', other: 'notices' },
    ru: { one: 'уведомление', few: 'уведомления', many: 'уведомлений', other: 'уведомления' },
  },
  line: {
    en: { one: 'more line', other: 'more lines' },
    ru: { one: 'строка', few: 'строки', many: 'строк', other: 'строки' },
  },
  day: {
    en: { one: 'day', other: 'days' },
    ru: { one: 'день', few: 'дня', many: 'дней', other: 'дня' },
  },
  device: {
    en: { one: 'device', other: 'devices' },
    ru: { one: 'устройство', few: 'устройства', many: 'устройств', other: 'устройства' },
  },
  network: {
    en: { one: 'network', other: 'networks' },
    ru: { one: 'сеть', few: 'сети', many: 'сетей', other: 'сети' },
  },
  week: {
    en: { one: 'week', other: 'weeks' },
    ru: { one: 'неделя', few: 'недели', many: 'недель', other: 'недели' },
  },
  hour: {
    en: { one: 'hour', other: 'hours' },
    ru: { one: 'час', few: 'часа', many: 'часов', other: 'часа' },
  },
  series: {
    en: { one: 'series', other: 'series' },
    ru: { one: 'сериал', few: 'сериала', many: 'сериалов', other: 'сериала' },
  },
  home: {
    en: { one: 'home', other: 'homes' },
    ru: { one: 'дом', few: 'дома', many: 'домов', other: 'дома' },
  },
  finding: {
    en: { one: 'finding', other: 'findings' },
    ru: { one: 'находка', few: 'находки', many: 'находок', other: 'находки' },
  },
  play: {
    en: { one: 'play', other: 'plays' },
    ru: { one: 'просмотр', few: 'просмотра', many: 'просмотров', other: 'просмотра' },
  },
} as const satisfies Readonly<Record<string, Nouns>>

/** All other texts. */
export const WORDS = {
  confidence: { en: 'Confidence', ru: 'Уверенность' },
  severity: { en: 'Severity', ru: 'Важность' },
  action: { en: 'Response', ru: 'Реакция' },
  since: { en: 'since', ru: 'с' },
  until: { en: 'until', ru: 'до' },
  closing: {
    en: 'The most messages per hour are reached. What else happens follows in one message from {until} on.',
    ru: 'Достигнуто наибольшее число сообщений в час. Остальное придёт одним сообщением после {until}.',
  },
  closingTitle: { en: 'More notices follow later', ru: 'Остальные уведомления придут позже' },
  cut: { en: '… {lines}', ru: '… ещё {lines}' },
} as const satisfies Readonly<Record<string, Words>>

/** A text with its `{names}` filled in. */
export const filled = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole)
