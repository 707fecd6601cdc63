import { mayWait } from '../state/manifests/flights.ts'

/** Waiting holds a JavaScript context of 1.5 MB: these many openings may begin to, each second. */
const MOST_WAITING = 200

/** Whether one more opening may wait for control, or for tables the edge has not received. */
export const mayOpeningWait = (): boolean => mayWait(MOST_WAITING)
