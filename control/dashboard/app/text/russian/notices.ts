import type { enNotices } from '../english/notices.ts'
import type { Wording } from '../english/wording.ts'

/** Russian words of the pages of destinations and of the audit log. */
export const ruNotices: Readonly<Record<keyof typeof enNotices, Wording>> = {
  'destinations.add': 'Добавить получателя',
  'destinations.add.text':
    'Секреты хранятся зашифрованными и больше не показываются. Тихие часы, сводки и шаблоны: gatehouse.yaml, командная строка или API.',
  'destinations.name': 'Короткое имя',
  'destinations.topic': 'Тема',
  'destinations.chat': 'Чат',
  'destinations.secret': 'Ключ подписи',
  'destinations.host': 'Сервер SMTP',
  'destinations.port': 'Порт',
  'destinations.from': 'Отправитель',
  'destinations.to': 'Кому, через запятую',
  'destinations.least': 'Начиная с важности',
  'destinations.events': 'События, через запятую',
  'destinations.enabled': 'Отправлять',
  'destinations.optional': '(можно не указывать)',
  'destinations.gone': 'Туда больше ничего не отправляется.',
  'audit.filter': 'Фильтр: кто, действие, что',
  'audit.changes': 'До и после',
  'audit.before': 'До',
  'audit.after': 'После',
  'audit.title': 'Журнал',
}
