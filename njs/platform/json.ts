/** Parses JSON of control or of this edge's shared memory, whose shape is trusted. Throws where it is not JSON. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion, typescript/no-unnecessary-type-parameters -- the one place where JSON gets its type
export const parseJson = <T>(text: string): T => JSON.parse(text) as T
