import type { OpenHistory } from '../report/run.ts'
import { pathsOf } from './context.ts'
import { controlRuns, playsOverSocket } from './running-history.ts'
import { openInstanceStore } from './store-history.ts'

/** Reads the history of the instance the command line names: from the control plane while it runs, else from its store. */
export const openReportHistory: OpenHistory = async ({ config, state }) => {
  const options = { ...(config === null ? {} : { config }), ...(state === null ? {} : { state }) }
  const { adminSocket } = pathsOf(options)
  if (await controlRuns(adminSocket)) {
    return {
      playsByAccount: (from, to) => playsOverSocket(adminSocket, from, to),
      close: () => Promise.resolve(),
    }
  }
  const store = await openInstanceStore(options)
  return {
    playsByAccount: (from, to) => store.history.playsByAccount(from, to),
    close: async () => await store.close(),
  }
}
