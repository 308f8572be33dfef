/** An instant: RFC 3339 in UTC with milliseconds, `2026-11-22T01:30:00.000Z`; sorts as text. */
export type Instant = string
