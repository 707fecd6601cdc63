import type { Finding, FindingKind, SessionEvidence } from '../../detect/types.ts'
import { DEVICE_NAMES, NOUNS } from './catalogue.ts'
import { counted, duration, type Language } from './languages.ts'

const number = (n: number): string => new Intl.NumberFormat('ru').format(Math.round(n))
const tenths = new Intl.NumberFormat('ru', { minimumFractionDigits: 1, maximumFractionDigits: 1 })

const countedRu = (n: number | undefined, noun: keyof typeof NOUNS): string =>
  counted('ru', n ?? 0, NOUNS[noun].ru)

/** "television (Plex for LG)" in Russian. */
const deviceOf = (name: string): string => {
  const [, kind = '', player = ''] = /^([a-z ]+?)( \(.*\))?$/.exec(name) ?? []
  return DEVICE_NAMES[kind] === undefined ? name : `${DEVICE_NAMES[kind].ru}${player}`
}

/** Which device played where, within which radius. */
const playOf = ({ place, accuracyKm, deviceName }: SessionEvidence): string => {
  const radius = accuracyKm === null ? '' : ` (± ${number(accuracyKm)} км)`
  const device = deviceName === null ? '' : `${deviceOf(deviceName)}, `
  return `${device}${place ?? 'место без названия'}${radius}`
}

const playsOf = ({ evidence }: Finding, between: string): string =>
  evidence.sessions.map(playOf).join(between)

const within = (ms: number | undefined): string =>
  ms === undefined ? '' : ` за ${duration('ru', ms)}`

/** Networks that a sentence names. */
const NAMED_AT_MOST = 3

const named = (names: readonly string[]): string =>
  `${names.slice(0, NAMED_AT_MOST).join(', ')}${names.length > NAMED_AT_MOST ? ', …' : ''}`

/** What clears a finding, where its evidence says which networks it is about. */
const clearedAt = (
  { evidence }: Finding,
  words: (networks: string) => string,
  between = ', ',
): string => {
  const networks = evidence.sessions.flatMap(({ network }) => network ?? [])
  return networks.length === 0 ? '' : ` Снимается, если ${words(networks.join(between))}.`
}

const clearedAtEither = (finding: Finding): string =>
  clearedAt(finding, (it) => `отметить, что ${it} — дом или свой VPN зрителя`, ' или ')

/** What clears a finding about more than a rule allows. */
const clearedOfSome = ({ evidence }: Finding, what: string, as: string): string => {
  const { count = 0, limit = 0 } = evidence
  return ` Снимается, если отметить ${count - limit} из ${what} как ${as} или если правило разрешит ${count}.`
}

const secondHousehold = ({ evidence }: Finding): string => {
  const { place, televisions = 0, mixedDays, overlapDays = 0, commonDays, guestDays } = evidence
  const where = place === undefined ? '' : ` (${place.replaceAll(' km)', ' км)')})`
  const sets = televisions === 1 ? 'свой телевизор' : `своих телевизоров — ${televisions}`
  const television = televisions === 0 ? '' : `; там ${sets}`
  const guests =
    mixedDays === undefined
      ? ''
      : `; устройства одного дома были в гостях у другого ${countedRu(mixedDays, 'day')}`
  const overlap =
    overlapDays === 0
      ? ''
      : `; оба смотрели одновременно: ${countedRu(overlapDays, 'day')} из ${commonDays ?? 0}`
  const networks = evidence.networks ?? []
  const [first] = networks
  const several = first === undefined ? 'его сети' : `его сети (${named(networks)})`
  const home = networks.length === 1 ? first : several
  const visits =
    guestDays === undefined
      ? ''
      : `устройства одного дома ещё ${countedRu(guestDays, 'day')} посмотрят в другом или если `
  return (
    `Второе домохозяйство${where} смотрело ${countedRu(evidence.count, 'day')}${television}${guests}${overlap}. ` +
    `Снимается, если ${visits}отметить, что ${home} — дом.`
  )
}

const copiedPlaylist = ({ evidence }: Finding): string => {
  const { download, count, players, firstUsedAt, windowMs, countries = [] } = evidence
  const by = players === undefined ? '' : `плееров — ${players}, `
  const since =
    firstUsedAt === undefined
      ? ''
      : ` с ${new Date(firstUsedAt).toISOString().slice(0, 16).replace('T', ' ')} UTC`
  return (
    `Копией плейлиста ${download ?? ''} пользовались${since}${within(windowMs)}: ${by}` +
    `новых для учётной записи сетей — ${count ?? 0} (${countries.join(', ') || 'места неизвестны'}). ` +
    `Снимается, если отметить, что эти сети свои.`
  )
}

const strangers = ({ evidence }: Finding): string => {
  const { newNetworks, windowMs, countries = [] } = evidence
  const networks = newNetworks === undefined ? '' : `, новых сетей — ${newNetworks}`
  const where =
    countries.length > 1 ? `, стран — ${countries.length} (${countries.join(', ')})` : ''
  return (
    `Новые устройства${within(windowMs)}: ${countedRu(evidence.count, 'device')}${networks}${where}. ` +
    `Похоже, утёк пароль или плейлист. Снимается, если отметить, что эти устройства свои.`
  )
}

const RUSSIAN: Readonly<Record<FindingKind, (finding: Finding) => string>> = {
  impossible_travel: (finding) => {
    const { distanceKm = 0, elapsedMs, speedKmh = 0 } = finding.evidence
    // The greatest number stands for no time at all between the plays.
    const pace =
      speedKmh > 0 && speedKmh < Number.MAX_SAFE_INTEGER
        ? ` (не меньше ${number(speedKmh)} км/ч)`
        : ''
    return `${playsOf(finding, ' → ')}: ${number(distanceKm)} км${within(elapsedMs)}${pace}.${clearedAtEither(finding)}`
  },
  simultaneous_places: (finding) => {
    const { distanceKm = 0, overlapMs = 0 } = finding.evidence
    return `Одновременно в разных местах: ${playsOf(finding, ' и ')} — ${duration('ru', overlapMs)}, расстояние ${number(distanceKm)} км.${clearedAtEither(finding)}`
  },
  device_velocity: (finding) => {
    const { count, windowMs, limit = 0, devices } = finding.evidence
    const [noun, as] =
      devices === undefined ? (['network', 'дом или свои'] as const) : (['device', 'свои'] as const)
    return `${countedRu(count, noun)}${within(windowMs)}; разрешено не больше ${limit}.${clearedOfSome(finding, 'них', as)}`
  },
  concurrent_streams: (finding) => {
    const { count = 0, limit = 0, networks } = finding.evidence
    const cleared =
      networks === undefined
        ? clearedOfSome(finding, 'этих устройств', 'свои')
        : ` Снимается, если правило разрешит ${count}.`
    return `Одновременно ${countedRu(count, 'stream')}; разрешено ${limit}.${cleared}`
  },
  geo_restriction: (finding) => {
    const countries = (finding.evidence.countries ?? []).join(', ')
    const cleared = clearedAt(
      finding,
      (it) => `отметить, что ${it} — дом или своя сеть, или если правило разрешит ${countries}`,
    )
    return `Просмотр из страны, которую правило не допускает: ${countries} (${playsOf(finding, '; ')}).${cleared}`
  },
  second_household: secondHousehold,
  restreaming: ({ evidence }) => {
    const { owner, streams, sessions } = evidence
    const place = sessions.at(-1)?.place ?? 'место без названия'
    const source = owner === undefined ? `одна сеть, ${place}` : `дата-центр, ${owner}`
    const parallel =
      streams === undefined ? '' : `, одновременно в среднем потоков: ${tenths.format(streams)}`
    return `Круглосуточный просмотр (${source}): ${countedRu(evidence.count, 'day')}${parallel}. Похоже на ретрансляцию. Снимается, если отметить, что эта сеть — дом, где телевизор не выключают.`
  },
  leaked_copy: (finding) =>
    finding.evidence.download === undefined ? strangers(finding) : copiedPlaylist(finding),
  hosting_network: ({ evidence }) => {
    const { owner, networks = [] } = evidence
    const whose = owner === undefined ? '' : ` (${owner})`
    const cleared =
      networks.length === 0
        ? ''
        : ` Снимается, если отметить, что ${named(networks)} — свой VPN зрителя.`
    return `Через дата-центр${whose}: ${countedRu(evidence.count, 'play')}. Это VPN или сервер.${cleared}`
  },
}

/** A finding in one sentence; in English it is the detector's own. */
export const sentenceOf = (language: Language, finding: Finding): string =>
  language === 'en' ? finding.summary : RUSSIAN[finding.kind](finding)
