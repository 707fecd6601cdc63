/** Names the process that started us, where that is `run`. */
export const SUPERVISOR_VARIABLE = 'GATEHOUSE_SUPERVISOR'

/**
 * Lets `run` bring nginx up to date after a reload it does not know of; does nothing where another
 * program started us.
 */
export const requestNginxReload = (environment: NodeJS.ProcessEnv): void => {
  if (environment[SUPERVISOR_VARIABLE] !== String(process.ppid)) return
  process.kill(process.ppid, 'SIGHUP')
}
