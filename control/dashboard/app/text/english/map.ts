import type { Wording } from './wording.ts'

/** English words of the map. */
export const enMap = {
  'map.title': 'Map',
  'map.place': { one: '{n} play', other: '{n} plays' },
  'map.empty': 'No play with a known place in this time.',
  'map.label':
    'Map of the world with the places of plays. Plus and minus change the size, arrows move; the lists below lead to the same.',
  'map.credit': 'Land: Natural Earth. Places: IP Geolocation by DB-IP.',
  'map.list': 'Places',
  'map.counts': {
    one: '{n} play at {places} places, each to a tenth of a degree; refused openings are left out.',
    other:
      '{n} plays at {places} places, each to a tenth of a degree; refused openings are left out.',
  },
  'map.playing': 'Playing now',
  'map.running': {
    one: '{n} stream plays at {places} places.',
    other: '{n} streams play at {places} places.',
  },
  'map.newest': { one: 'Only the newest {n}.', other: 'Only the newest {n}.' },
  'map.any': 'any',
  'map.person': 'Person',
  'map.kind': 'What',
  'map.kind.live': 'live television',
  'map.kind.recorded': 'recordings',
  'map.country': 'Country',
  'map.day': 'One day',
  'map.play': 'Play back',
  'map.stop': 'Stop',
  'map.time': 'Time of day',
  'map.whole_day': 'The whole day',
  'map.closer': 'Closer',
  'map.further': 'Further away',
  'map.whole': 'The whole world',
  'map.people': { one: '{n} person', other: '{n} people' },
  'map.sessions': { one: '{n} session now', other: '{n} sessions now' },
  'map.now': 'plays now',
  'map.radius': {
    one: 'The viewers are somewhere within {n} km: addresses tell no more.',
    other: 'The viewers are somewhere within {n} km: addresses tell no more.',
  },
  'map.journeys': {
    one: '{n} journey nobody can have made',
    other: '{n} journeys nobody can have made',
  },
  'map.between': 'Between the end of the first and the start of the second: {time}.',
} as const satisfies Readonly<Record<string, Wording>>
