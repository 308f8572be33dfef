export const STATUSES = [
  'reported',
  'listed',
  'assigned',
  'remediating',
  'closure_requested',
  'closed',
  'dismissed',
  'merged',
] as const
export type Status = (typeof STATUSES)[number]

/** On account (挂账): listed and not yet struck off. Mirrored by the partial index `item_by_deadline_on_the_clock`. */
export const ON_ACCOUNT = ['listed', 'assigned', 'remediating', 'closure_requested'] as const satisfies Status[]

export const LEVELS = ['general', 'major'] as const
export type Level = (typeof LEVELS)[number]

/** Risk element (人、车、路、企). */
export const RISKS = ['person', 'vehicle', 'road', 'enterprise'] as const
export type Risk = (typeof RISKS)[number]

export const SOURCES = [
  'inspection',
  'patrol',
  'accident_analysis',
  'public',
  'hotline',
  'superior_order',
  'media',
  'import',
] as const
export type Source = (typeof SOURCES)[number]

export const DIRECTIONS = ['up', 'down', 'both'] as const
export type Direction = (typeof DIRECTIONS)[number]

export const TIERS = ['county', 'city', 'province'] as const
export type Tier = (typeof TIERS)[number]

/** Where the two carriageways part (分离式路基) each has its own chainage: ZK of the left, YK of the right one. */
export const CARRIAGEWAYS = ['left', 'right'] as const
export type Carriageway = (typeof CARRIAGEWAYS)[number]
