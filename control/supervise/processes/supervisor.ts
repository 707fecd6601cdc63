/** Environment variable with the process id of `run`, for its services. */
export const SUPERVISOR_VARIABLE = 'GATEHOUSE_SUPERVISOR'

/**
 * Signals `run` to update nginx's files after a reload of the configuration by API; does nothing
 * where `run` did not start this process.
 */
export const requestNginxReload = (environment: NodeJS.ProcessEnv): void => {
  if (environment[SUPERVISOR_VARIABLE] !== String(process.ppid)) return
  process.kill(process.ppid, 'SIGHUP')
}
