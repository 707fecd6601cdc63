/** What is typed in a form, by name; files are left out. */
export const typedIn = (form: HTMLFormElement): Readonly<Record<string, string>> => {
  const texts = [...new FormData(form).entries()].flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value]] : [],
  )
  return Object.fromEntries(texts) as Record<string, string>
}

/** Whether a form still holds what was typed. */
export const isTyped = (form: HTMLFormElement, typed: Readonly<Record<string, string>>): boolean =>
  JSON.stringify(typedIn(form)) === JSON.stringify(typed)

/** The fields of a form that is submitted. Keeps the browser from leaving the page. */
export const fieldsOf = (
  event: SubmitEvent,
): { readonly form: HTMLFormElement | null; readonly fields: Readonly<Record<string, string>> } => {
  event.preventDefault()
  const form = event.currentTarget instanceof HTMLFormElement ? event.currentTarget : null
  return { form, fields: form === null ? {} : typedIn(form) }
}
