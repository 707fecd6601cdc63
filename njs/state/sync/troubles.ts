import fs from 'fs'

const MOST_CHARACTERS = 20_000

/** What the program that started this nginx says is wrong with the edge: one sentence a line; none without a file. */
export const readTroubles = (file: string): readonly string[] => {
  if (file === '') return []
  try {
    return fs
      .readFileSync(file, 'utf8')
      .slice(0, MOST_CHARACTERS)
      .split('\n')
      .filter((line) => line !== '')
  } catch {
    // Written where there was something to say.
    return []
  }
}
