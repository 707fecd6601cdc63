/** A file that is not readable as a past, or not a whole one; the message goes on from the file's name: `is cut off`. */
export class PastFileError extends Error {
  readonly code = 'past.file'
}
