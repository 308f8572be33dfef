import { customType, text } from 'drizzle-orm/pg-core'

export const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' })

/** timestamptz as RFC 3339 text in UTC with milliseconds: sorts and compares as text, and is what goes on the wire. */
export const instant = customType<{ data: string; driverData: string }>({
  dataType: () => 'timestamptz',
  fromDriver: (value) => new Date(value).toISOString(),
})

export const jurisdictionId = () => text('jurisdiction_id').notNull()
