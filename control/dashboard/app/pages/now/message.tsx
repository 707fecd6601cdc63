import { useLayoutEffect, useRef } from 'preact/hooks'
import { Alert, SendButton } from '../../components/parts.tsx'
import { useSubmit } from '../../components/submit.ts'
import { send } from '../../data/api.ts'
import type { Session } from '../../data/types.ts'
import { t } from '../../text/text.ts'

const Writing = ({ session, done }: { readonly session: Session; readonly done: () => void }) => {
  const { error, isBusy, submit } = useSubmit(async ({ text = '' }) => {
    await send('POST', `/sessions/${encodeURIComponent(session.id)}/message`, { text })
  }, done)
  return (
    <form onSubmit={submit}>
      <h2 id="message-title">
        {t('now.message.title', { who: session.user_name ?? session.user_id })}
      </h2>
      <label>
        {t('now.message.text')}
        <textarea name="text" rows={3} required maxLength={500} />
      </label>
      <Alert message={error} />
      <div class="dialog-actions">
        <button type="button" onClick={done}>
          {t('action.cancel')}
        </button>
        <SendButton isBusy={isBusy}>{t('now.message.go')}</SendButton>
      </div>
    </form>
  )
}

/** Writes to who watches at a media server. */
export const MessageDialog = ({
  session,
  done,
}: {
  readonly session: Session | null
  readonly done: () => void
}) => {
  const dialog = useRef<HTMLDialogElement>(null)
  useLayoutEffect(() => {
    if (session === null) dialog.current?.close()
    else dialog.current?.showModal()
  }, [session])
  return (
    <dialog ref={dialog} onClose={done} aria-labelledby="message-title">
      {session !== null && <Writing key={session.id} session={session} done={done} />}
    </dialog>
  )
}
