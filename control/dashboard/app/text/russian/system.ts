import type { enSystem } from '../english/system.ts'
import type { Wording } from '../english/wording.ts'

/** Russian words of the page of the system. */
export const ruSystem: Readonly<Record<keyof typeof enSystem, Wording>> = {
  'app.no_answer': 'Gatehouse не отвечает.',
  'system.title': 'Система',
  'system.health': 'Состояние',
  'system.ok': 'в порядке',
  'system.bad': 'сбой',
  'system.due': 'требует внимания',
  'system.control': 'Управляющий сервер',
  'system.versions': 'Версии',
  'system.started': 'Работает с',
  'system.store': 'База данных',
  'system.redis.connected': 'на связи',
  'system.redis.away': 'нет связи',
  'system.buffered': 'События ждут Redis',
  'system.waiting': 'События, которых ещё нет в базе',
  'system.dropped': 'Потеряно событий с запуска',
  'imports.known': {
    one: '{n} уже была.',
    few: '{n} уже были.',
    many: '{n} уже было.',
    other: '{n} уже было.',
  },
  'imports.other_account': {
    one: '{n} раньше была у другой учётной записи; верны более поздние данные.',
    few: '{n} раньше были у других учётных записей; верны более поздние данные. Историям двух серверов нужны два имени.',
    many: '{n} раньше было у других учётных записей; верны более поздние данные. Историям двух серверов нужны два имени.',
    other:
      '{n} раньше было у других учётных записей; верны более поздние данные. Историям двух серверов нужны два имени.',
  },
  'system.edges': 'Узлы',
  'system.edge': 'Узел',
  'system.synced': 'на связи {when} назад',
  'system.lag': 'Последняя связь, назад',
  'system.clock': 'Расхождение часов',
  'system.queue': 'Отчётов в последней связи',
  'system.alarms': 'Тревоги',
  'system.never': 'никогда',
  'system.revoked': 'ключ отозван',
  'system.no_edges': 'Ни один узел ещё не отозвался.',
  'system.edges.text':
    'Узел выходит на связь каждую секунду и передаёт не больше 1 000 отчётов каждого вида; если их всегда столько, остальные ждут на узле.',
  'system.bans': 'Действующие блокировки',
  'system.part.store': 'База данных',
  'system.part.redis': 'Redis',
  'system.part.sources': 'Плейлисты',
  'system.part.edges': 'Узлы',
  'system.part.geo': 'Места адресов',
  'system.part.media_servers': 'Медиасерверы',
  'system.part.hooks_servers': 'Другие серверы',
  'system.part.detectors': 'Обнаружение',
  'system.part.notices': 'Уведомления',
  'system.part.history': 'История',
  'system.advice.store':
    'Проверьте, что база из store.url работает и на диске есть место. Те, кто смотрит, смотрят дальше.',
  'system.advice.redis':
    'Запустите Redis снова или проверьте redis.url. Зрители смотрят дальше; каждый управляющий сервер считает потоки сам.',
  'system.advice.sources':
    'Откройте адрес плейлиста сами. Пока он не исправен, раздаётся его последнее хорошее состояние.',
  'system.advice.edges': 'На что жалуется каждый узел, сказано в таблице узлов.',
  'system.advice.geo':
    'Положите новые файлы или проверьте пути в разделе geo файла gatehouse.yaml.',
  'system.advice.media_servers':
    'Проверьте, что сервер работает; если его токен не принят, удалите сервер и добавьте с новым.',
  'system.advice.hooks_servers': 'Проверьте, что названный сервер работает и его адрес верен.',
  'system.advice.detectors': 'Смотрите logs/control.log; ничего не потеряно, находки придут позже.',
  'system.advice.notices':
    'Отправьте проверку на странице получателей; там же можно отправить недоставленное ещё раз.',
  'system.advice.history':
    'Проверьте, что Redis и база работают и на диске есть место; до тех пор события ждут в Redis.',
  'unit.ms': '{n} мс',
}
