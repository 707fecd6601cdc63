import { messageOf, StoreError } from '../sql/errors.ts'

/** After such an error the engine refuses everything until the file is opened anew. */
export const isFatal = (error: unknown): boolean => /invalidated|^FATAL/.test(messageOf(error))

/** Why the file cannot be opened, as a sentence for an operator. */
export function openingError(path: string, error: unknown): StoreError {
  const message = messageOf(error)
  if (/set lock|different process|already open/i.test(message)) {
    return new StoreError('store.locked', `${path} is in use by another process`, { cause: error })
  }
  const text = `cannot open ${path}: ${firstLine(message)}`
  return new StoreError('store.unavailable', text, { cause: error })
}

/** The engine's errors a caller may act on get a code, the others stay as they are. */
export function duckdbError(error: unknown): unknown {
  if (error instanceof StoreError) return error
  const message = messageOf(error)
  if (/No space left|disk full|could not write/i.test(message)) {
    return new StoreError('store.full', 'the disk of the store is full', { cause: error })
  }
  if (isFatal(error) || /IO Error/.test(message)) {
    return new StoreError('store.unavailable', firstLine(message), { cause: error })
  }
  return error
}

const firstLine = (text: string): string => text.split('\n', 1)[0] ?? text
