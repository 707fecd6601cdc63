/** `/live/<user>/<password>/` and its kin: every stream of a panel lies in one directory, whichever of them the lists name. */
const PANEL = /^(?:\/(?:live|movie|series|timeshift))?\/[^/]+\/[^/]+\/$/

/** Whether a directory and a file name are a stream of an Xtream panel: streams have numbers for names there. */
export const isPanelEntry = (base: string, entry: string): boolean =>
  /^\d+(?:\.\w+)?$/.test(entry) && PANEL.test(base)
