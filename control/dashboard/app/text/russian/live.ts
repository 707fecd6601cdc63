import type { enLive } from '../english/live.ts'
import type { Wording } from '../english/wording.ts'

/** Russian words of the pages of what plays now and of findings. */
export const ruLive: Readonly<Record<keyof typeof enLive, Wording>> = {
  'findings.keys': 'J и K: вниз и вверх, X: отметить, C: подтвердить, D: отклонить.',
  'findings.mark': 'Отметить: {what}',
  'findings.bulk': 'Отмеченное',
  'findings.marked': {
    one: 'отмечена {n}',
    few: 'отмечены {n}',
    many: 'отмечено {n}',
    other: 'отмечено {n}',
  },
  'findings.rule': 'Правило',
  'findings.deed.none': 'ничего не сделано',
  'findings.deed.past': 'найдено в истории, где уже ничего не делается',
  'findings.clock': 'Когда шли просмотры',
  'now.cap': '{n} из {most}',
  'now.rate': '{rate} Мбит/с',
  'now.message.title': 'Сообщение: {who}',
  'now.message.text': 'Что показать на экране',
  'now.message.go': 'Отправить',
  'action.message': 'Сообщение',
  'col.cap': 'Потоки, лимит',
  'col.quality': 'Скорость',
  'history.from': 'С',
  'history.to': 'по',
  'history.totals': 'За этот период',
  'history.against': 'Сравнение с {from} – {to}',
  'history.before': 'было: {value}',
  'history.at_once': 'Потоков сразу',
  'history.counts.plays': 'Каждый просмотр в каждый день, когда он шёл; отказов здесь нет.',
  'history.counts.hours': 'Время просмотра за период, всех зрителей вместе.',
  'history.counts.viewers': 'Разные учётные записи, которые смотрели; каждая один раз за период.',
  'history.counts.peak': 'Самое большое число в один момент, впервые',
  'history.counts.refusals': 'Открытия, в которых было отказано.',
  'components.title': 'Компоненты',
}
