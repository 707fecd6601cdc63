/** A message that was not accepted. */
export class DeliveryError extends Error {
  readonly code = 'DELIVERY'
  /** Whether a later try may work. */
  readonly isPassing: boolean
  /** Milliseconds to wait, as the service asks. */
  readonly retryAfterMs: number | null
  /** HTTP status or SMTP reply code. */
  readonly status: number | null
  constructor(
    message: string,
    about: { isPassing: boolean; retryAfterMs?: number | null; status?: number | null },
  ) {
    super(message)
    this.isPassing = about.isPassing
    this.retryAfterMs = about.retryAfterMs ?? null
    this.status = about.status ?? null
  }
}
