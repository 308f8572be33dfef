/** A photo of a phone has 3–12 MB, a scanned paper rarely more. */
export const MAX_FILE_BYTES = 25 * 1_048_576
/** Phones take up to 50 megapixels by themselves. It is asked of the header, before anything is unpacked. */
export const MAX_PIXELS = 64_000_000
/** Enough to read a number plate in, and what is kept of a larger picture. */
export const MAX_SIDE_PX = 4096
export const THUMBNAIL_SIDE_PX = 320
/** Time that one picture may take. */
export const MAX_PROCESSING_S = 30
/** Uploads of one person that nothing refers to yet. */
export const MAX_UNUSED = 200
/** Uploads of one person that have begun and not ended. */
export const MAX_PARTIAL = 20
/** How long an upload waits to be used, and an unfinished one to be continued. */
export const UNUSED_KEPT_HOURS = 72
export const PARTIAL_KEPT_HOURS = 48
/** Files that one process receives at once. */
export const MAX_RECEIVING = 32
/** Pictures that one process works on at once: libvips takes a thread of Node's four for each. */
export const MAX_PROCESSING = 2
