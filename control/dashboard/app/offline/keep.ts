/** Has the browser keep the files of the dashboard, where it may: over TLS and on loopback. Where it may not, nothing is different but this. */
export const keepFiles = (): void => {
  if (!('serviceWorker' in navigator) || !isSecureContext) return
  const base = new URL('./', document.baseURI)
  navigator.serviceWorker
    .register(new URL('worker.js', base), { scope: base.pathname })
    .catch(() => undefined)
}
