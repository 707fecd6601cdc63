/** Why a message was not taken. */
export class DeliveryError extends Error {
  readonly code = 'DELIVERY'
  /** Whether a later try may work. */
  readonly isPassing: boolean
  /** Milliseconds the far end asks to wait. */
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
