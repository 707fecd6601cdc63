import { Type } from 'typebox'
import { count, flag, item, name, nullable, oneOf, seconds, text, texts } from './fields.ts'

const selection = {
  titles: texts({ description: 'group-titles.', examples: [['News', 'Kids']] }),
  ids: texts({ description: 'Channel ids or `tvg-id`s.' }),
  names: texts({ description: 'Channel names.' }),
  patterns: texts({ description: 'Regular expressions over id, `tvg-id` and name.' }),
  exclude: texts({ description: 'Ids, `tvg-id`s, names or group-titles left out.' }),
  order: texts({ description: 'Ids or names that come first, in this order.' }),
  sources: texts({ description: 'Sources to take from; all when empty.' }),
}

export const selectionSchema = item(selection, {
  description: 'Which channels; all when nothing is named.',
  default: {},
})

const limitation = oneOf(['replace', 'soft', 'hard'], {
  description:
    '`replace`: a device that zaps takes its own place, any other screen is refused at once; `soft` waits until all sessions prove to be in use; `hard` refuses at once and bans.',
  default: 'replace',
})

export const groupSchema = item(
  {
    name: name('Name of the group.'),
    networks: texts({
      description: 'CIDRs (short forms too), addresses, ranges, or `file:PATH` with one per line.',
      examples: [['192.168.0.0/16', '10.10/16', 'file:office.txt']],
    }),
    countries: Type.Array(Type.String({ pattern: '^[A-Za-z]{2}$' }), {
      default: [],
      description: 'ISO 3166-1 codes.',
    }),
    accounts: texts({ description: 'Account ids that belong here wherever they are.' }),
    default: flag(false, 'Takes whoever no other group takes.'),
    channels: selectionSchema,
    renumber: flag(false, "Number the group's channels from 1 in `tvg-chno`."),
    max_sessions: nullable(Type.Integer({ minimum: 0 }), {
      description: 'Streams at once per account, or per network for viewers without one.',
    }),
    max_networks: nullable(Type.Integer({ minimum: 1 }), {
      description: 'Distinct networks at once per account.',
    }),
    limitation,
    victim: oneOf(['newest', 'oldest'], {
      default: 'newest',
      description: 'Which session goes when there are too many.',
    }),
    same_channel: oneOf(['each', 'once'], {
      default: 'each',
      description: '`once`: several screens of one channel count as one stream.',
    }),
    ticket_ttl_sec: seconds(172_800, 'How long a downloaded playlist stays good.', 60),
    fail_mode: oneOf(['open', 'closed'], {
      default: 'open',
      description: 'New viewers while the control plane is away: genuine tickets open, or nobody.',
    }),
    redirect: oneOf(['follow', 'inferred'], {
      default: 'follow',
      description: '`inferred`: for players that cannot follow a redirection.',
    }),
    inferred_agents: texts({
      description: 'Parts of user agents that cannot follow a redirection.',
    }),
    slates: nullable(oneOf(['en', 'ru'], { description: 'Language.' }), {
      description:
        'Refused openings play a clip of 8 seconds that says why, in the language of `Accept-Language` or else this one, in place of a status.',
    }),
    auth: nullable(text({ description: 'Name of an auth backend.' }), {
      description: "Auth backend asked for this group's openings.",
    }),
    require_account: flag(false, 'Refuse playlists and openings without an account.'),
  },
  { description: 'Viewers, by network, country or account, with their channels and limits.' },
)

export const channelRuleSchema = item(
  {
    match: text({ description: 'Regular expression over the id and the `tvg-id` of a channel.' }),
    auth: nullable(text({ description: 'Name of an auth backend.' }), {
      description: 'Auth backend asked for these channels.',
    }),
    max_sessions: nullable(Type.Integer({ minimum: 0 }), {
      description: 'Streams at once where the backend names none.',
    }),
    limitation: nullable(limitation, { description: 'Limitation for these channels.' }),
    vod: flag(false, 'Archive or film: the longer idle clock holds.'),
  },
  { description: 'What holds for channels by pattern; the first match counts.' },
)

export const planSchema = item(
  {
    name: name('Name of the plan.'),
    max_sessions: nullable(Type.Integer({ minimum: 0 }), { description: 'Streams at once.' }),
    max_networks: nullable(Type.Integer({ minimum: 1 }), { description: 'Networks at once.' }),
  },
  { description: 'Caps shared by accounts.' },
)

export const surgeSchema = item(
  {
    name: name('Name of the profile.'),
    group: name('Group it narrows.'),
    channels: selectionSchema,
    running: oneOf(['end', 'stay'], {
      default: 'end',
      description: 'Running sessions of channels left out: end at their next request, or stay.',
    }),
    above_sessions: nullable(Type.Integer({ minimum: 1 }), {
      description: 'Live sessions above which it switches on by itself.',
    }),
    above_mbps: nullable(Type.Integer({ minimum: 1 }), {
      description: 'Megabits a second above which it switches on by itself.',
    }),
    hysteresis_percent: count(20, 'How far below it must fall before it switches off.', 0),
    hold_sec: seconds(60, 'How long it stays at least.'),
  },
  { description: 'A profile that narrows a group to fewer channels.' },
)
