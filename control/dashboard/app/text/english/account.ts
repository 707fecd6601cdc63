import type { Wording } from './wording.ts'

/** English words of the page of one account. */
export const enAccount = {
  'account.fine.done': 'Called fine by {by}.',
  'account.homes': 'Homes',
  'account.home.main': 'main home',
  'account.home.lines': { one: '{n} line', other: '{n} lines' },
  'account.home.devices': { one: '{n} device', other: '{n} devices' },
  'account.home.televisions': { one: '{n} television', other: '{n} televisions' },
  'account.home.days': { one: '{n} day · {hours} h', other: '{n} days · {hours} h' },
  'account.timeline': 'Plays over time',
  'account.overlaps': 'at the same time as a play on another line',
  'account.overlap.n': {
    one: '{n} play ran at the same time as one on another line',
    other: '{n} plays ran at the same time as one on another line',
  },
  'account.plays.n': { one: '{n} play', other: '{n} plays' },
  'account.plan': 'Plan and caps',
  'account.cap.group': 'as the group',
  'account.note': 'Note',
  'account.devices': 'Devices',
  'account.seen': 'First and last seen',
  'account.copies': 'Downloaded playlists',
  'account.copy.places': { one: 'used on {n} line', other: 'used on {n} lines' },
  'account.copy.revoked': 'revoked',
  'account.copy.revoke': 'Revoke',
  'account.person': 'Person',
  'account.person.one': 'This is the only account of this person that is known.',
  'account.person.split': 'Split off',
  'account.person.merge': 'Merge',
  'account.person.alike': '{who} has the same {value}.',
  'account.person.other': 'Another account of this person',
} as const satisfies Readonly<Record<string, Wording>>
