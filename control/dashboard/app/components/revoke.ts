import { useState } from 'preact/hooks'
import { send } from '../data/api.ts'
import type { Copy } from '../data/types.ts'
import { moment } from '../text/format.ts'
import { t } from '../text/text.ts'
import type { Question } from './confirm.tsx'

/** The question before a downloaded playlist is revoked. */
export const useRevoke = (changed: () => void) => {
  const [question, setQuestion] = useState<Question | null>(null)
  const ask = ({ id, account, issuedAt }: Copy) =>
    setQuestion({
      title: t('copy.revoke.ask'),
      text: t('copy.revoke.text', { who: account, when: moment(issuedAt) }),
      go: t('account.copy.revoke'),
      act: async () => {
        await send('POST', `/downloads/${encodeURIComponent(id)}/revoke`)
        changed()
      },
    })
  return { question, ask, done: () => setQuestion(null) }
}
