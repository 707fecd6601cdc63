import { Counter } from 'prom-client'

/** What is counted of edges, in no registry yet. */
export const createEdgeCounters = () => ({
  questions: new Counter({
    name: 'gatehouse_edge_questions_total',
    help: 'What edges asked; `ok`, or the reason of the refusal.',
    labelNames: ['question', 'outcome'],
    registers: [],
  }),
  past: new Counter({
    name: 'gatehouse_past_edge_total',
    help: 'Where origins send players past the edge, by redirections or in manifests; counted once in five minutes an edge.',
    labelNames: ['channel', 'origin'],
    registers: [],
  }),
  unshared: new Counter({
    name: 'gatehouse_unshared_manifests_total',
    help: 'Channels whose origins were found to write manifests for each viewer; counted at most once in five minutes an edge.',
    labelNames: ['channel', 'origin'],
    registers: [],
  }),
  failed: new Counter({
    name: 'gatehouse_origin_failures_total',
    help: 'Origins that edges asked in vain, and the reason; counted once a minute an edge.',
    labelNames: ['origin', 'reason'],
    registers: [],
  }),
})
