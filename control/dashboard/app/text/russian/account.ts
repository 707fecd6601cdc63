import type { enAccount } from '../english/account.ts'
import type { Wording } from '../english/wording.ts'

/** Russian words of the page of one account. */
export const ruAccount: Readonly<Record<keyof typeof enAccount, Wording>> = {
  'account.fine.done': 'Признано нормальным: {by}.',
  'account.homes': 'Дома',
  'account.home.main': 'основной дом',
  'account.home.lines': {
    one: '{n} линия',
    few: '{n} линии',
    many: '{n} линий',
    other: '{n} линии',
  },
  'account.home.devices': {
    one: '{n} устройство',
    few: '{n} устройства',
    many: '{n} устройств',
    other: '{n} устройства',
  },
  'account.home.televisions': {
    one: '{n} телевизор',
    few: '{n} телевизора',
    many: '{n} телевизоров',
    other: '{n} телевизора',
  },
  'account.home.days': {
    one: '{n} день · {hours} ч',
    few: '{n} дня · {hours} ч',
    many: '{n} дней · {hours} ч',
    other: '{n} дня · {hours} ч',
  },
  'account.timeline': 'Просмотры во времени',
  'account.overlaps': 'одновременно с просмотром на другой линии',
  'account.overlap.n': {
    one: '{n} просмотр шёл одновременно с другим на другой линии',
    few: '{n} просмотра шли одновременно с другими на других линиях',
    many: '{n} просмотров шли одновременно с другими на других линиях',
    other: '{n} просмотра шли одновременно с другими на других линиях',
  },
  'account.plays.n': {
    one: '{n} просмотр',
    few: '{n} просмотра',
    many: '{n} просмотров',
    other: '{n} просмотра',
  },
  'account.plan': 'Тариф и лимиты',
  'account.cap.group': 'как у группы',
  'account.note': 'Заметка',
  'account.devices': 'Устройства',
  'account.seen': 'Впервые и в последний раз',
  'account.copies': 'Скачанные плейлисты',
  'account.copy.places': {
    one: 'на {n} линии',
    few: 'на {n} линиях',
    many: 'на {n} линиях',
    other: 'на {n} линиях',
  },
  'account.copy.revoked': 'отозван',
  'account.copy.revoke': 'Отозвать',
  'account.person': 'Человек',
  'account.person.one': 'Других учётных записей этого человека не известно.',
  'account.person.split': 'Отделить',
  'account.person.merge': 'Объединить',
  'account.person.alike': '{who}: совпадает {value}.',
  'account.person.other': 'Другая учётная запись этого человека',
}
