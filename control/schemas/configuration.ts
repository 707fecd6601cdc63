import { Type } from 'typebox'
import { nullableText, nullableTime } from './common.ts'

const text = Type.String({
  pattern: '\\S',
  maxLength: 500_000,
  description: 'Text of gatehouse.yaml; `hidden_…` stands for a secret, and may be sent back.',
})

/** A text that is checked or compared. */
export const configText = Type.Object({ text }, { additionalProperties: false })

/** A text that is to be used. */
export const configPut = Type.Object(
  { text, note: Type.Optional(Type.String({ maxLength: 500, description: 'Why.' })) },
  { additionalProperties: false },
)

/** The configuration as it stands. */
export const configOut = Type.Object({
  file: Type.String(),
  text,
  isInUse: Type.Boolean({ description: 'False where the file was changed and not read again.' }),
  isWritable: Type.Boolean({ description: 'Whether this API can change the file.' }),
  version: nullableText,
  changedAt: nullableTime,
  changedBy: nullableText,
})

export const configProblem = Type.Object({
  path: Type.String({ description: 'The setting.' }),
  line: Type.Integer({ minimum: 0 }),
  message: Type.String(),
})

/** What is wrong with a text. */
export const configChecked = Type.Object({
  valid: Type.Boolean(),
  problems: Type.Array(configProblem),
})

/** What a text would change. */
export const configDiffOut = Type.Object({
  valid: Type.Boolean(),
  problems: Type.Array(configProblem),
  changes: Type.Array(
    Type.Object({
      path: Type.String({ examples: ['groups[home].max_sessions'] }),
      before: Type.Unknown(),
      after: Type.Unknown(),
      needsRestart: Type.Boolean({ description: 'It holds from the next start on.' }),
    }),
    { description: 'Settings, defaults included; none where the text is not valid.' },
  ),
  patch: Type.String({ description: 'The lines that differ, as a unified diff.' }),
})

/** A kept version. */
export const configVersionOut = Type.Object({
  id: Type.String(),
  at: Type.Integer({ description: 'When it came into use, Unix milliseconds.' }),
  by: Type.String(),
  note: nullableText,
  isCurrent: Type.Boolean(),
})

/** A kept version with its text. */
export const configVersionText = Type.Object({ ...configVersionOut.properties, text })

/** How much is logged. */
export const logLevelBody = Type.Object(
  { level: Type.Enum(['debug', 'info', 'warn', 'error']) },
  { additionalProperties: false },
)

/** How much is logged, beside what the configuration says. */
export const logLevelOut = Type.Object({
  level: Type.String(),
  configured: Type.String({ description: '`log.level`, which a start returns to.' }),
})
