import type { Destination } from '../../data/types.ts'

/** What a form says of when and how messages are sent, as it is typed; what is empty is not set. */
export interface Sending {
  readonly quiet_from: string
  readonly quiet_to: string
  readonly quiet_through: string
  readonly digest: string
  readonly digest_at: string
  readonly digest_weekday: string
  readonly template_title: string
  readonly template_text: string
}

type Settings = Pick<Destination, 'quiet_hours' | 'digest' | 'template'>

const UNSET: Sending = {
  quiet_from: '',
  quiet_to: '',
  quiet_through: '',
  digest: '',
  digest_at: '08:00',
  digest_weekday: 'monday',
  template_title: '',
  template_text: '',
}

const quietIn = (quiet: Settings['quiet_hours']): Partial<Sending> =>
  quiet === undefined
    ? {}
    : { quiet_from: quiet.from, quiet_to: quiet.to, quiet_through: quiet.let_through ?? '' }

const digestIn = (digest: Settings['digest']): Partial<Sending> =>
  digest === undefined
    ? {}
    : { digest: digest.every, digest_at: digest.at, digest_weekday: digest.weekday }

/** Settings as a form shows them. */
export const sendingIn = ({ quiet_hours: quiet, digest, template }: Settings): Sending => ({
  ...UNSET,
  ...quietIn(quiet),
  ...digestIn(digest),
  template_title: template?.title ?? '',
  template_text: template?.text ?? '',
})

const set = (fields: Readonly<Record<string, string>>) => {
  const given = Object.entries(fields).filter(([, text]) => text !== '')
  return given.length === 0 ? null : Object.fromEntries(given)
}

/** What a form says as the API wants it; `null` for what is not set. */
const settingsOf = (typed: Sending) => ({
  quiet_hours: set(
    typed.quiet_from === '' && typed.quiet_to === ''
      ? {}
      : { from: typed.quiet_from, to: typed.quiet_to, let_through: typed.quiet_through },
  ),
  digest: set(
    typed.digest === ''
      ? {}
      : { every: typed.digest, at: typed.digest_at, weekday: typed.digest_weekday },
  ),
  template: set({ title: typed.template_title.trim(), text: typed.template_text.trim() }),
})

/** The settings a form changes; what it has no field for at the moment stays. */
export const sendingChanges = (
  typed: Partial<Sending>,
  before: Settings,
): Readonly<Record<string, unknown>> => {
  const shown = sendingIn(before)
  const [was, is] = [settingsOf(shown), settingsOf({ ...shown, ...typed })]
  const isChanged = (name: keyof Settings) => JSON.stringify(is[name]) !== JSON.stringify(was[name])
  const names = ['quiet_hours', 'digest', 'template'] as const
  return Object.fromEntries(names.filter(isChanged).map((name) => [name, is[name]]))
}

const NAMES: ReadonlySet<string> = new Set(Object.keys(UNSET))

/** The fields of a form apart: those of sending, and the rest. */
export const sendingApart = (fields: Readonly<Record<string, string>>) => {
  const apart = (isSending: boolean): Readonly<Record<string, string>> =>
    Object.fromEntries(Object.entries(fields).filter(([name]) => NAMES.has(name) === isSending))
  return { sending: apart(true) satisfies Partial<Sending>, rest: apart(false) }
}
