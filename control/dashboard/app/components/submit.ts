import { useState } from 'preact/hooks'
import { messageOf } from '../text/failure.ts'
import { fieldsOf, isTyped } from './form.ts'

/** A form that sends what was typed. */
export interface Submitting {
  readonly error: string | null
  readonly isBusy: boolean
  readonly submit: (event: SubmitEvent) => void
}

/**
 * Sends the fields of a form, and keeps what went wrong. When it went well the form is emptied, unless somebody went on typing, and `sent` is
 * called, unless the form was closed.
 */
export const useSubmit = (
  act: (fields: Readonly<Record<string, string>>) => Promise<void>,
  sent: () => void = () => undefined,
): Submitting => {
  const [error, setError] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const submit = (event: SubmitEvent) => {
    const { form, fields } = fieldsOf(event)
    setError(null)
    setBusy(true)
    act(fields)
      .then(
        () => {
          if (form?.isConnected !== true) return
          if (isTyped(form, fields)) form.reset()
          sent()
        },
        (failure: unknown) => setError(messageOf(failure)),
      )
      .finally(() => setBusy(false))
  }
  return { error, isBusy, submit }
}
