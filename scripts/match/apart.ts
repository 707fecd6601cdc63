/** Viewers in processes of their own, which neither hold up each other nor the server they ask: as if on other machines. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { setPriority } from 'node:os'

/** A process that answers what it is asked, one question after the other. */
export interface Apart {
  /** @throws Error where the process ends instead of answering. */
  readonly ask: (question: string) => Promise<unknown>
  readonly stop: () => Promise<void>
}

const nextAnswer = async (child: ChildProcess): Promise<unknown> => {
  const ended = new AbortController()
  const { signal } = ended
  try {
    return await Promise.race([
      once(child, 'message', { signal }).then(([answer]: unknown[]) => answer),
      once(child, 'exit', { signal }).then(() => {
        throw new Error(`the process of the viewers ended; it wrote its problem to stderr`)
      }),
    ])
  } finally {
    ended.abort()
  }
}

/** Starts `script` with `argument`, in a session of its own, and waits until it is ready to be asked. */
export const startApart = async (script: string, argument: unknown): Promise<Apart> => {
  const child = fork(script, [JSON.stringify(argument)], {
    execArgv: ['--import', 'tsx'],
    // A group of its own where the kernel shares processors among sessions.
    detached: true,
  })
  await nextAnswer(child)
  return {
    ask: async (question) => {
      const answer = nextAnswer(child)
      child.send(question)
      return await answer
    },
    stop: async () => {
      const ended = once(child, 'exit')
      child.disconnect()
      await ended
    },
  }
}

/** Served before others, or after them, as far as this user may. */
const take = (nice: number): void => {
  for (const set of [
    () => setPriority(nice),
    () => writeFileSync('/proc/self/autogroup', String(nice)),
  ])
    try {
      set()
    } catch {
      // Without root nothing goes first.
    }
}

/** In the process: answers what is asked, until whoever asks has ended. `nice`: its priority. */
export const answerApart = (nice: number, answer: (question: string) => unknown): void => {
  take(nice)
  process.on('message', (question) => {
    void Promise.resolve(answer(String(question))).then((said) => process.send?.(said))
  })
  process.on('disconnect', () => process.exit())
  process.send?.('ready')
}
