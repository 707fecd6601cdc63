import { readFileSync } from 'node:fs'
import type { Row, TautulliData } from './tautulli-server.ts'

/** The text of a file of the report's vectors. */
export const vector = (name: string): string =>
  readFileSync(new URL(`../../vectors/report/${name}`, import.meta.url), 'utf8')

/** A printed report as the original gave it. */
export const expectedText = (name: string): string => vector(`expected/${name}.txt`)

/** Eight invented users with 90 days of plays. */
export const shownData = (): TautulliData => ({
  apiKey: (JSON.parse(vector('meta.json')) as { api_key: string }).api_key,
  users: (JSON.parse(vector('users.json')) as { data: Row[] }).data,
  history: JSON.parse(vector('history.json')) as TautulliData['history'],
  geo: JSON.parse(vector('geo.json')) as TautulliData['geo'],
})

/** Runs of blanks are free; everything else counts, line by line. */
export const normaliseBlanks = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.trim().replace(/\s+/g, ' '))
    .join('\n')
    .trim()
