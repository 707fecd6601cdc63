/** Reads JSON of a shape the other side is trusted to keep: control, or this edge's own memory. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion, typescript/no-unnecessary-type-parameters -- the one place where JSON gets its type
export const parseJson = <T>(text: string): T => JSON.parse(text) as T
