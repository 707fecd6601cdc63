/** A crowd of its own process; asked for anything, it opens, and answers with what came of it. A little behind the others, as it is no part of a server. */
import { answerApart } from './apart.ts'
import { type Crowd, openAll } from './crowd.ts'

const [text = ''] = process.argv.slice(2)
const crowd = JSON.parse(text) as Crowd
answerApart(5, async () => await openAll(crowd))
