import type { NotifierKind } from './notifier.ts'

/** Writes a notice as one line of the log: its message is the finding's sentence, its fields are what one searches for. */
export const LOG: NotifierKind = {
  create: (_, { log }) => ({
    notify: ({ id, rule, finding, step, outcome }) => {
      const { account, kind, severity, confidence, summary } = finding
      const fields = { finding: id, rule, account, kind, severity, confidence }
      log.info({ ...fields, action: step.do, outcome }, summary)
      return Promise.resolve()
    },
    close: () => Promise.resolve(),
  }),
}
