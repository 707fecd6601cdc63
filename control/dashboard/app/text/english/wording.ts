/** A sentence, or its plural forms by `Intl.PluralRules`. */
export type Wording =
  | string
  | (Partial<Record<Intl.LDMLPluralRule, string>> & { readonly other: string })
