import { refusedText } from '../text/failure.ts'

/** The most rows one request changes. */
const AT_ONCE = 500

interface Outcome {
  readonly results: readonly (Parameters<typeof refusedText>[0] & { readonly ok: boolean })[]
}

/** Changes many rows, so many with each request. Throws the first refusal once all were tried. */
export const inBulk = async <Row>(
  rows: readonly Row[],
  act: (part: Row[]) => Promise<Outcome>,
): Promise<void> => {
  let refused: Outcome['results'][number] | undefined
  for (let at = 0; at < rows.length; at += AT_ONCE) {
    const { results } = await act(rows.slice(at, at + AT_ONCE))
    refused ??= results.find(({ ok }) => !ok)
  }
  if (refused !== undefined) throw new Error(refusedText(refused))
}
