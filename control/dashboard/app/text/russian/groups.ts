import type { enGroups } from '../english/groups.ts'
import type { Wording } from '../english/wording.ts'

const same = (words: string) => ({ one: words, few: words, many: words, other: words })

/** Russian words of the page of groups, and of refusals. */
export const ruGroups: Readonly<Record<keyof typeof enGroups, Wording>> = {
  'groups.title': 'Группы и плейлисты',
  'groups.empty': 'Групп ещё нет. Группы описаны в gatehouse.yaml.',
  'groups.channels': 'Каналы',
  'groups.channels.of': 'Каналы группы {group}',
  'groups.channels.more': same('Первые {n}.'),
  'groups.networks': 'Сети',
  'groups.countries': 'Страны',
  'groups.default': 'все остальные',
  'groups.surge': 'Наплыв',
  'groups.surge.text': 'Убирает каналы группы, пока зрителей слишком много.',
  'groups.surge.running.stay': 'кто смотрит, смотрит дальше',
  'groups.surge.running.end': 'кто смотрит, прерывается',
  'groups.surge.none': 'Профилей нет. Профили наплыва описаны в gatehouse.yaml.',
  'groups.surge.on': 'Включить',
  'groups.surge.off': 'Выключить',
  'groups.on': 'включён',
  'groups.off': 'выключен',
  'groups.sources': 'Источники',
  'groups.downloads.text': same(
    'Последние использованные, не больше {n}. Если отозвать плейлист, всё, что идёт по нему, завершится.',
  ),
  'copy.revoke.ask': 'Отозвать этот плейлист?',
  'copy.revoke.text':
    'Скачан: {who}, {when}. Всё, что идёт по нему, завершится, плееру понадобится новый. Вернуть его нельзя.',
  'groups.source.channels': {
    one: '{n} канал',
    few: '{n} канала',
    many: '{n} каналов',
    other: '{n} канала',
  },
  'groups.why': 'Кто что увидит?',
  'groups.why.address': 'Адрес',
  'groups.why.account': 'Учётная запись (можно не указывать)',
  'groups.why.country': 'Страна, две буквы (иначе по адресу)',
  'groups.why.channel': 'Канал (пусто: плейлист)',
  'groups.why.go': 'Объяснить',
  'groups.why.group': 'Группа {group},',
  'groups.why.no_group': 'Ни одна группа не принимает этого зрителя.',
  'groups.why.channels': {
    one: '{n} канал:',
    few: '{n} канала:',
    many: '{n} каналов:',
    other: '{n} канала:',
  },
  'groups.why.left_out': {
    one: '{n} канал убран из-за наплыва.',
    few: '{n} канала убраны из-за наплыва.',
    many: '{n} каналов убраны из-за наплыва.',
    other: '{n} канала убраны из-за наплыва.',
  },
  'groups.why.decides': 'решает',
  'groups.why.all': 'Всё, на что смотрели',
  'groups.verdict.allow': 'допущен',
  'groups.verdict.deny': 'отказ',
  'groups.verdict.redirect': 'отправлен в другое место',
  'groups.verdict.depends': 'решает бэкенд',
  'refusals.title': 'Отказы за последний час',
  'refusals.hide': 'Закрыть',
  'refusals.empty': 'Отказов не было.',
  'col.reason': 'Причина',
}
