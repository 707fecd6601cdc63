/** Serializer of answers that are sent as they are: their schema describes them, and drops nothing. */
export const plainJson = () => (value: unknown) => JSON.stringify(value)
