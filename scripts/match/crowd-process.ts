/** A crowd of its own process: `node --import tsx crowd-process.ts '{"edge":…}'` writes what came of its openings as one line of JSON. */
import { type Crowd, openAll } from './crowd.ts'

const [text = ''] = process.argv.slice(2)
const opened = await openAll(JSON.parse(text) as Crowd)
process.stdout.write(`${JSON.stringify(opened)}\n`)
