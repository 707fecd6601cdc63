import type { ReasonId } from './reasons.ts'
import type { Language } from './types.ts'

/** One text in the languages viewers are answered in. */
export type Words = Readonly<Record<Language, string>>

/** The language of an `Accept-Language` header (RFC 9110, section 12.5.4) that is preferred of those there are words in, the first of equals; else `other`. */
export const languageOf = (accepted: string, other: Language): Language => {
  let found = other
  let best = 0
  for (const range of accepted.split(',')) {
    const [tag = '', ...parts] = range
      .trim()
      .toLowerCase()
      .split(/\s*;\s*/)
    const language = tag.split('-', 1)[0]
    const weight = parts.find((part) => part.startsWith('q='))
    const quality = weight === undefined ? 1 : Number(weight.slice(2))
    if ((language !== 'en' && language !== 'ru') || !(quality > best)) continue
    found = language
    best = quality
  }
  return found
}

/** What a refusal means to the viewer: one text for all reasons at which he can do the same. */
export const VIEWER_WORDS = {
  playing: {
    en: 'You may watch. If nothing plays, stop the player and start the channel again.',
    ru: 'Просмотр разрешён. Если ничего не играет, остановите плеер и включите канал снова.',
  },
  cap: {
    en: 'Your account already plays on as many screens as it may. Stop one of them and try again.',
    ru: 'Ваш аккаунт уже смотрят на всех разрешённых экранах. Остановите один из них и попробуйте снова.',
  },
  moved: {
    en: 'Your playlist was made for another network or country. Load the playlist again where you are now.',
    ru: 'Ваш плейлист выдан для другой сети или страны. Загрузите плейлист заново там, где вы сейчас.',
  },
  expired: {
    en: 'Your address for watching is no longer valid. Load the playlist again; if that does not help, ask about your subscription.',
    ru: 'Ваша ссылка для просмотра больше не действует. Загрузите плейлист заново; если не поможет, уточните состояние подписки.',
  },
  account: {
    en: 'Your subscription has ended or is switched off. Ask the people you have it from.',
    ru: 'Ваша подписка закончилась или отключена. Обратитесь туда, где вы её оформили.',
  },
  banned: {
    en: 'Watching is blocked for a while. Wait, or ask support and name the code below.',
    ru: 'Просмотр временно заблокирован. Подождите или обратитесь в поддержку и назовите код ниже.',
  },
  notYours: {
    en: 'This channel is not in your package.',
    ru: 'Этот канал не входит в ваш пакет.',
  },
  signIn: {
    en: 'You are not signed in: the address, token, user name or password is wrong or missing. Load the playlist you were given again.',
    ru: 'Вход не выполнен: ссылка, токен, имя или пароль неверны или отсутствуют. Загрузите выданный вам плейлист заново.',
  },
  later: {
    en: 'The service cannot answer right now. Try again in a minute.',
    ru: 'Сервис сейчас не может ответить. Попробуйте через минуту.',
  },
  ended: {
    en: 'This playback has ended. Start the channel again.',
    ru: 'Этот просмотр завершён. Включите канал снова.',
  },
} as const satisfies Readonly<Record<string, Words>>

/** Which of the texts a reason has. */
export type ViewerWord = keyof typeof VIEWER_WORDS

/** The text of every reason; a new reason does not compile without one. */
export const WORD_OF_REASON: Readonly<Record<ReasonId, ViewerWord>> = {
  ok: 'playing',
  'rule.allow_token': 'playing',
  'rule.deny_token': 'notYours',
  'rule.allow_ip': 'playing',
  'rule.deny_ip': 'notYours',
  'rule.allow_country': 'playing',
  'rule.deny_country': 'notYours',
  'rule.allow_ua': 'playing',
  'rule.deny_ua': 'notYours',
  'rule.allow_default': 'playing',
  'rule.no_match': 'notYours',
  'backend.allow': 'playing',
  'backend.redirect': 'playing',
  'backend.deny': 'notYours',
  'backend.down': 'later',
  'backend.kept': 'playing',
  'ticket.malformed': 'signIn',
  'ticket.signature': 'signIn',
  'ticket.expired': 'expired',
  'ticket.not_yet': 'later',
  'ticket.revoked': 'expired',
  'pass.malformed': 'signIn',
  'pass.signature': 'signIn',
  'pass.expired': 'ended',
  'pass.channel': 'ended',
  'token.missing': 'signIn',
  'token.unknown': 'signIn',
  'credentials.wrong': 'signIn',
  'credentials.flood': 'later',
  'account.disabled': 'account',
  'account.expired': 'account',
  'group.moved': 'moved',
  'group.unknown': 'expired',
  'group.none': 'notYours',
  'channel.unknown': 'notYours',
  'channel.not_in_group': 'notYours',
  'channel.surge': 'later',
  'path.outside': 'ended',
  'cap.streams': 'cap',
  'cap.networks': 'cap',
  'cap.edge': 'cap',
  'session.unknown': 'ended',
  'session.idle': 'ended',
  'session.closed': 'ended',
  'session.superseded': 'ended',
  'session.ended': 'ended',
  'session.unstarted': 'ended',
  'session.cloned': 'cap',
  'ban.session': 'banned',
  'ban.device': 'banned',
  'ban.download': 'banned',
  'ban.account': 'banned',
  'ban.network': 'banned',
  'origin.unreachable': 'later',
  'origin.failed': 'later',
  'origin.elsewhere': 'later',
  'origin.redirect': 'later',
  'origin.unreadable': 'later',
  'origin.unauthorized': 'later',
  'control.unavailable': 'later',
  'edge.not_ready': 'later',
  'edge.full': 'later',
  'edge.busy': 'later',
  'request.malformed': 'signIn',
  'rate.limited': 'later',
}
