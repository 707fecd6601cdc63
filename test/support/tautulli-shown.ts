import { readFileSync } from 'node:fs'
import type { Row, TautulliData } from './tautulli-server.ts'

const vector = (name: string): string =>
  readFileSync(new URL(`../vectors/report/${name}`, import.meta.url), 'utf8')

/** A JSON file of the report's vectors. */
export const readVector = <T>(name: string): T => JSON.parse(vector(name)) as T

/** A printed report as the original gave it. */
export const expectedText = (name: string): string => vector(`expected/${name}.txt`)

/** The clock of the shown data. */
export const SHOWN_NOW = Date.parse('2026-11-20T18:30:00Z')

/** Eight invented users with 90 days of plays. */
export const shownData = (): TautulliData => ({
  apiKey: readVector<{ api_key: string }>('meta.json').api_key,
  users: readVector<{ data: Row[] }>('users.json').data,
  history: readVector('history.json'),
  geo: readVector('geo.json'),
})

/** Runs of blanks are free; everything else counts, line by line. */
export const normaliseBlanks = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.trim().replace(/\s+/g, ' '))
    .join('\n')
    .trim()
