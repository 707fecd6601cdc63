/** Viewers who play, in a process of its own; `take` answers with their times since the last one. What a viewer's own machine waits for is no part of what the edge takes: it goes before the others. */
import { answerApart } from './apart.ts'
import { startRunning, type Watch } from './running.ts'

const [text = ''] = process.argv.slice(2)
const running = await startRunning(JSON.parse(text) as Watch)
answerApart(-15, () => running.take())
