/** A viewer of a stream that does not end by itself. */
export interface Viewer {
  readonly state: {
    readonly status: number
    readonly reason: string | null
    bytes: number
    /** 0 while it plays. */
    endedAt: number
  }
  readonly ended: Promise<void>
  readonly stop: () => void
}

/** Starts to read a stream; `from` is the address the edge sees. */
export async function watch(url: string, from?: string): Promise<Viewer> {
  const stopper = new AbortController()
  const response = await fetch(url, {
    signal: stopper.signal,
    redirect: 'manual',
    headers: from === undefined ? {} : { 'X-Forwarded-For': from },
  })
  const reason = response.headers.get('x-gatehouse-reason')
  const state = { status: response.status, reason, bytes: 0, endedAt: 0 }
  const read = async (): Promise<void> => {
    try {
      for await (const chunk of response.body ?? []) state.bytes += (chunk as Uint8Array).length
    } catch {
      // A cut is a broken transfer.
    }
    state.endedAt = Date.now()
  }
  return { state, ended: read(), stop: () => stopper.abort() }
}
