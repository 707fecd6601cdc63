import { type TSchemaOptions, Type } from 'typebox'

/** Metadata of a setting, from which docs/reference.md is generated. */
export interface FieldNotes extends TSchemaOptions {
  readonly description: string
  readonly default?: unknown
  readonly examples?: readonly unknown[]
}

/** An object that allows no unknown keys; its default is an object of its fields' defaults. */
export const section = <P extends Parameters<typeof Type.Object>[0]>(
  properties: P,
  notes: FieldNotes,
) => Type.Object(properties, { additionalProperties: false, default: {}, ...notes })

/** An entry of a list or map: an object without a default. */
export const item = <P extends Parameters<typeof Type.Object>[0]>(
  properties: P,
  notes: FieldNotes,
) => Type.Object(properties, { additionalProperties: false, ...notes })

/** One of several strings. */
export const oneOf = <const T extends string[]>(values: readonly [...T], notes: FieldNotes) =>
  Type.Enum([...values], notes)

/** A value or `null`, where `null` = not set. */
export const nullable = <S extends Parameters<typeof Type.Union>[0][number]>(
  schema: S,
  notes: FieldNotes,
) => Type.Union([schema, Type.Null()], { default: null, ...notes })

export const text = (notes: FieldNotes) => Type.String({ minLength: 1, ...notes })

export const seconds = (fallback: number, description: string, minimum = 1) =>
  Type.Integer({ minimum, maximum: 31_536_000, default: fallback, description })

export const count = (fallback: number, description: string, minimum = 1) =>
  Type.Integer({ minimum, default: fallback, description })

export const flag = (fallback: boolean, description: string) =>
  Type.Boolean({ default: fallback, description })

export const texts = (notes: FieldNotes) =>
  Type.Array(Type.String({ minLength: 1 }), { default: [], ...notes })

/** Names that appear in addresses and Redis keys. */
export const NAME_PATTERN = '^[a-z0-9][a-z0-9_-]{0,31}$'

export const name = (description: string) => Type.String({ pattern: NAME_PATTERN, description })

/** Host and port of a listener. */
export const ADDRESS_PATTERN = '^\\S+:\\d{1,5}$'

export const address = (fallback: string, description: string) =>
  Type.String({ pattern: ADDRESS_PATTERN, default: fallback, description })
