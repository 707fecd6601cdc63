/** What each refusal of the admin API is called in English, by its code. */
export const TITLES = {
  'request.invalid': 'The request is not valid',
  'auth.missing': 'An admin token is needed',
  'auth.wrong': 'The admin token is wrong',
  'auth.refused': 'Name or password is wrong',
  'totp.required': 'A code of the second factor is needed',
  'csrf.wrong': 'The page is out of date: load it again',
  'permission.missing': 'This token may not do that',
  'host.refused': 'The admin API does not answer to this host name',
  'not.found': 'There is no such thing',
  conflict: 'It is there already',
  'precondition.failed': 'Somebody else changed it meanwhile: read it again',
  'body.too_large': 'The body is too large',
  'media.unsupported': 'Send JSON',
  'state.wrong': 'That is not possible now',
  'config.invalid': 'The configuration is not valid; the one in use stays',
  'rate.limited': 'Too many requests',
  'store.unavailable': 'The database does not answer',
  'redis.unavailable': 'Redis does not answer',
  internal: 'Something went wrong on our side',
} as const

/** Code of a refusal. */
export type ProblemCode = keyof typeof TITLES

/** Details of refusals that operators meet, by their ids; programs that show them in other languages go by id and values. */
export const DETAILS = {
  'account.missing': "There is no account '{id}'.",
  'account.taken': "'{name}' exists.",
  'group.missing': "There is no group '{name}'.",
  'plan.missing': "There is no plan '{name}'.",
  'login.taken': "The user name '{name}' is taken.",
  'token.missing': "There is no token '{id}' that is still good.",
  'person.missing': 'There is no such person.',
  'person.taken': "'{name}' is there already.",
  'person.last_owner': 'This is the last owner: make another one first.',
  'sign_in.over': 'The sign-in is over: sign in again.',
  'sign_in.slow': 'Too many wrong tries: wait {seconds} s.',
  'sign_in.missing': 'There is no such sign-in.',
  'password.wrong': 'The password of before is wrong.',
  'password.none': 'You sign in with a provider, without a password here.',
  'totp.is_on': 'It is on: turn it off first.',
  'totp.wrong': 'This code is wrong, or was used.',
  'session.gone': 'That session does not play any more.',
  'session.no_words': 'Only players of media servers show words.',
  'server.missing': "There is no media server '{name}'.",
  'server.taken': "There is a media server '{name}' already.",
  'server.configured': "'{name}' stands in the configuration: change or remove it there.",
  'destination.missing': "There is no destination '{name}'.",
  'destination.taken': "There is a destination '{name}' already.",
  'destination.configured': "'{name}' stands in gatehouse.yaml: change it there and reload.",
  'message.missing': "There is no message '{id}'.",
  'rule.missing': "There is no rule '{id}'.",
  'finding.missing': "There is no finding '{id}'.",
  'feedback.missing': "There is no word of an operator '{id}'.",
  'backtest.busy': 'Another backtest runs; wait for it.',
  'source.missing': "There is no source '{name}'.",
  'surge.missing': "There is no profile '{name}'.",
  'address.wrong': "'{value}' is not an address.",
  'ban.missing': "There is no ban on {kind} '{subject}'.",
  'import.missing': "There is no import '{id}'.",
  'import.no_file': 'The form holds no file.',
  'import.kind': 'kind must be one of {kinds}',
  'sharing.unknown': "'{account}' has not played lately.",
  'permission.needed': 'It needs {permission}.',
} as const

/** Id of a detail. */
export type DetailId = keyof typeof DETAILS

/** A detail with what fills it in. */
export interface Detail {
  readonly id: DetailId
  readonly values: Readonly<Record<string, string>>
}

/** A detail by its id. */
export const detail = (
  id: DetailId,
  values: Readonly<Record<string, string | number>> = {},
): Detail => ({
  id,
  values: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)])),
})

/** A detail in English. */
export const inEnglish = ({ id, values }: Detail): string =>
  DETAILS[id].replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '')
