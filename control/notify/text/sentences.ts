import type { Finding, FindingKind } from '../../detect/types.ts'
import { NOUNS } from './catalogue.ts'
import { counted, duration, type Language } from './languages.ts'

const number = (n: number): string => new Intl.NumberFormat('ru').format(Math.round(n))

const countedRu = (n: number | undefined, noun: keyof typeof NOUNS): string =>
  counted('ru', n ?? 0, NOUNS[noun].ru)

const placesOf = ({ evidence }: Finding): string[] => [
  ...new Set(
    evidence.sessions.flatMap(({ place, accuracyKm }) => {
      if (place === null) return []
      return accuracyKm === null ? place : `${place} (± ${number(accuracyKm)} км)`
    }),
  ),
]

const within = (ms: number | undefined): string =>
  ms === undefined ? '' : ` за ${duration('ru', ms)}`

/** Networks that a sentence names. */
const NAMED_AT_MOST = 3

/** Speeds beyond this are those of two plays without any time between them. */
const FASTEST_KMH = 100_000

const RUSSIAN: Readonly<Record<FindingKind, (finding: Finding) => string>> = {
  impossible_travel: (finding) => {
    const { distanceKm = 0, elapsedMs, speedKmh = 0 } = finding.evidence
    const pace =
      speedKmh > 0 && speedKmh < FASTEST_KMH ? ` (не меньше ${number(speedKmh)} км/ч)` : ''
    return `${placesOf(finding).join(' → ')}: ${number(distanceKm)} км${within(elapsedMs)}${pace}.`
  },
  simultaneous_places: (finding) => {
    const { distanceKm = 0, overlapMs = 0 } = finding.evidence
    const places = placesOf(finding).join(' и ')
    return `Одновременное воспроизведение в разных местах (${places}): ${duration('ru', overlapMs)}, расстояние ${number(distanceKm)} км.`
  },
  device_velocity: ({ evidence }) => {
    const noun = evidence.devices === undefined ? 'network' : 'device'
    return `${countedRu(evidence.count, noun)}${within(evidence.windowMs)}; разрешено не больше ${evidence.limit ?? 0}.`
  },
  concurrent_streams: ({ evidence }) =>
    `Одновременно ${countedRu(evidence.count, 'stream')}; разрешено ${evidence.limit ?? 0}.`,
  geo_restriction: ({ evidence }) =>
    `Просмотр из страны, которую правило не допускает: ${(evidence.countries ?? []).join(', ')}.`,
  second_household: ({ evidence }) => {
    const overlap =
      evidence.overlapMs === undefined || evidence.overlapMs === 0
        ? ''
        : `; одновременно с основным: ${duration('ru', evidence.overlapMs)}`
    const where =
      evidence.place === undefined ? '' : ` (${evidence.place.replaceAll(' km)', ' км)')})`
    const networks = (evidence.networks ?? []).slice(0, NAMED_AT_MOST).join(', ')
    const guests =
      evidence.guestDays === undefined
        ? ''
        : `устройства одного дома ещё ${countedRu(evidence.guestDays, 'day')} посмотрят в другом или если `
    return (
      `Второе домохозяйство${where} смотрело ${countedRu(evidence.count, 'day')}${overlap}. ` +
      `Снимается, если ${guests}отметить, что ${networks} — дом.`
    )
  },
  restreaming: ({ evidence }) =>
    `Круглосуточный просмотр: ${countedRu(evidence.count, 'day')}. Похоже на ретрансляцию. Снимается, если отметить, что эта сеть — дом, где телевизор не выключают.`,
  leaked_copy: ({ evidence }) =>
    `Новые устройства${within(evidence.windowMs)}: ${countedRu(evidence.count, 'device')}. Похоже, копия списка утекла. Снимается, если отметить, что эти устройства или сети свои.`,
  hosting_network: ({ evidence }) =>
    `Через сеть дата-центра: ${countedRu(evidence.count, 'play')}. Это VPN или сервер.`,
}

/** A finding in one sentence; in English it is the detector's own. */
export const sentenceOf = (language: Language, finding: Finding): string =>
  language === 'en' ? finding.summary : RUSSIAN[finding.kind](finding)
