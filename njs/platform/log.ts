/** Tells the error log that something broke; never with a viewer's secrets, so callers pass no request data. */
export const logError = (where: string, problem: unknown): void => {
  const text = problem instanceof Error ? problem.message : String(problem)
  ngx.log(ngx.ERR, `gatehouse: ${where}: ${text}`)
}
