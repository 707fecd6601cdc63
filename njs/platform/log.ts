/** Writes an exception to nginx's error log; callers must pass no request data, since it may have secrets. */
export const logError = (where: string, problem: unknown): void => {
  const text = problem instanceof Error ? problem.message : String(problem)
  ngx.log(ngx.ERR, `gatehouse: ${where}: ${text}`)
}
