/** What an opening is answered with about its account: the cap, and its name; of a token control says none, as older ones do. */
export const placesOf = (
  ticket: { readonly account: string } | null,
  cap: number,
): Record<string, string> => ({
  'X-Gh-Cap': String(cap),
  ...(ticket === null ? {} : { 'X-Gh-Account': encodeURIComponent(ticket.account) }),
})
