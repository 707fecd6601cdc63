/** The fields of a form that is submitted, by name; files are left out. Keeps the browser from leaving the page. */
export const fieldsOf = (
  event: SubmitEvent,
): { readonly form: HTMLFormElement | null; readonly fields: Readonly<Record<string, string>> } => {
  event.preventDefault()
  const form = event.currentTarget instanceof HTMLFormElement ? event.currentTarget : null
  const entries = form === null ? [] : [...new FormData(form).entries()]
  const texts = entries.flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value]] : [],
  )
  return { form, fields: Object.fromEntries(texts) as Record<string, string> }
}
