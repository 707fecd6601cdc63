import { eventOf, severityOf } from '../model/notice.ts'
import type { NotifierKind } from '../model/notifier.ts'
import { viewOf } from '../text/view.ts'

/** Writes each notice as one line of the log: its message is the finding's sentence, its fields are what one searches for. */
export const LOG: NotifierKind = {
  create: ({ time_zone: timeZone }, { log }) => ({
    send: ({ notices }) => {
      for (const notice of notices) {
        if (notice.about === 'finding') {
          const { id, rule, finding, step, outcome } = notice
          const { account, kind, severity, confidence, summary } = finding
          const fields = { finding: id, rule, account, kind, severity, confidence }
          log.info({ ...fields, action: step.do, outcome }, summary)
        } else {
          const { sentence } = viewOf(notice, { language: 'en', timeZone, markup: 'plain' })
          const { subject, detail } = notice
          const fields = { event: eventOf(notice), severity: severityOf(notice), subject, detail }
          log.warn(fields, String(sentence))
        }
      }
      return Promise.resolve()
    },
    preview: () => [],
    close: () => Promise.resolve(),
  }),
}
