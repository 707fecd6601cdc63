import type { FeatureId } from '../../detect/household/features.ts'
import type { Contribution, Household, ReasonFacts } from '../../detect/types.ts'
import { KINDS, NOUNS, SEVERITY_NAMES } from './catalogue.ts'
import { counted, type Language } from './languages.ts'

const ru = (n: number | undefined, noun: keyof typeof NOUNS): string =>
  counted('ru', n ?? 0, NOUNS[noun].ru)

const PLACES: Readonly<Record<string, string>> = {
  "the server's own home": 'дом самого сервера',
  'an unknown place': 'неизвестное место',
}

const placeRu = (place = 'an unknown place'): string => PLACES[place] ?? place

const REASONS: Readonly<Record<FeatureId | 'start', (facts: ReasonFacts) => string>> = {
  start: () => 'с этого начинает каждая учётная запись',
  other_home: ({ place }) =>
    `устройства, которые живут отдельно от основного дома, видны здесь: ${placeRu(place)}`,
  television: ({ place, count }) =>
    `свой телевизор, ${placeRu(place)}: дни с просмотром — ${ru(count, 'day')}`,
  hours: ({ hours, count }) => `там смотрели ${ru(hours, 'hour')}: ${ru(count, 'day')}`,
  devices: ({ count }) => `там живёт ${ru(count, 'device')}`,
  no_television: () => 'своего телевизора там нет',
  common_days: ({ count }) => `оба дома смотрели в одни и те же дни: ${ru(count, 'day')}`,
  overlap: ({ place, other, days, count }) =>
    `${placeRu(place)} и ${placeRu(other)} смотрели одновременно: ${ru(days, 'day')} из ${count ?? 0}`,
  abroad: () => 'дома в разных странах',
  mixing: ({ count }) => `устройства одного дома гостили в другом: ${ru(count, 'day')}`,
  turns: () => 'основной дом молчал, когда смотрел этот: так ездит туда и обратно одна семья',
  brief: ({ count }) => `там смотрели лишь ${ru(count, 'week')}, как в гостях`,
  passing: () => 'ни на одну линию там не возвращались в три разных дня',
  work_hours: ({ percent }) =>
    `${percent ?? 0} % просмотров там, не на телевизоре, пришлось на рабочие часы, как в офисе`,
  short_history: ({ count }) =>
    `истории всего ${ru(count, 'day')}: мало, чтобы отличить поездку от дома`,
  continued: ({ count }) =>
    `один дом продолжал сериал другого (${ru(count, 'day')}), как тот, кто бывает в обоих`,
  own_series: ({ count, percent }) =>
    `там смотрят ${ru(count, 'series')}; ${percent ?? 0} % серий — из тех, что в основном доме не смотрели`,
  no_series: () => 'серий слишком мало, чтобы сказать, одни ли сериалы смотрят оба дома',
  own_channels: ({ percent }) =>
    `каналы там и в основном доме различаются на ${percent ?? 0} %, как у двух семей`,
  common_channels: ({ percent }) =>
    `каналы там и в основном доме схожи на ${percent ?? 0} %: у одной семьи свои любимые`,
  own_portables: () =>
    'в основном доме нет телефонов и планшетов: те, что видны здесь, могут быть его',
  more_homes: ({ count, place }) => `кроме этих двух есть ещё ${ru(count, 'home')}: ${place ?? ''}`,
  strangers: ({ count }) =>
    `всплески прежде невиданных устройств в прежде невиданных сетях: ${count ?? 0}`,
  restreaming: () => 'что-то смотрели круглые сутки, как при ретрансляции',
  far_apart: ({ count }) =>
    `просмотры слишком далеко друг от друга для одного человека: ${ru(count, 'finding')}`,
}

const isIn = <T extends object>(names: T, id: PropertyKey): id is keyof T => id in names

/** Why points were given, with the points: "+8: …". In English it is the detector's own. */
export const reasonOf = (
  language: Language,
  { id, points, explanation, facts }: Contribution,
): string => {
  if (language === 'en' || facts === undefined || !isIn(REASONS, id)) return explanation
  const rounded = Math.round(points)
  return `${rounded < 0 ? '\u2212' : '+'}${Math.abs(rounded)}: ${REASONS[id](facts)}`
}

/** The name of a home: whose it is and where. */
export const homeNameOf = (language: Language, { isMain, label, place }: Household): string => {
  if (language === 'en' || place === undefined) return label
  return `${isMain ? 'основной дом' : 'дом'}: ${placeRu(place)}`
}

const STANDING: Readonly<Record<string, string>> = {
  'finding dismissed': 'находка отклонена',
  'finding stands after all': 'находка всё же верна',
}

/** Why trust has changed, as the ledger has it. */
export const trustReasonOf = (language: Language, reason: string): string => {
  const [, severity = '', kind = ''] = /^(\w+) finding: (\w+)$/.exec(reason) ?? []
  if (isIn(KINDS, kind) && isIn(SEVERITY_NAMES, severity))
    return `${KINDS[kind][language]} (${SEVERITY_NAMES[severity][language]})`
  if (language === 'en') return reason
  const [, days] = /^(\d+) days? without a finding$/.exec(reason) ?? []
  return days === undefined
    ? (STANDING[reason] ?? reason)
    : `${ru(Number(days), 'day')} без находок`
}
