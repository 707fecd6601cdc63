import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { messageOf } from '../text/failure.ts'
import { t } from '../text/text.ts'
import { Alert } from './parts.tsx'

/** A question before something that hurts. */
export interface Question {
  readonly title: string
  readonly text: string
  readonly go: string
  readonly act: () => Promise<void>
}

/** Asks a question in a dialogue whose first choice is Cancel. */
export const Confirm = ({
  question,
  done,
}: {
  readonly question: Question | null
  readonly done: () => void
}) => {
  const dialog = useRef<HTMLDialogElement>(null)
  const asked = useRef(question)
  asked.current = question
  const [error, setError] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  useLayoutEffect(() => {
    setError(null)
    setBusy(false)
    if (question !== null) dialog.current?.showModal()
    else dialog.current?.close()
  }, [question])
  const go = async () => {
    // Another question may be open by the time this one is done.
    const isStillAsked = () => asked.current === question
    setBusy(true)
    try {
      await question?.act()
      if (isStillAsked()) done()
    } catch (failure) {
      if (isStillAsked()) setError(messageOf(failure))
    }
    if (isStillAsked()) setBusy(false)
  }
  return (
    <dialog ref={dialog} onClose={done} aria-labelledby="confirm-title">
      <h2 id="confirm-title">{question?.title}</h2>
      <p>{question?.text}</p>
      <Alert message={error} />
      <div class="dialog-actions">
        <button type="button" onClick={done} autofocus>
          {t('action.cancel')}
        </button>
        <button type="button" class="danger" disabled={isBusy} onClick={() => void go()}>
          {question?.go}
        </button>
      </div>
    </dialog>
  )
}
