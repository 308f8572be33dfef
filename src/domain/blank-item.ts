import type { Filed } from './events.js'
import { UNANSWERED } from './hotline.js'
import type { Instant, Item } from './item.js'

/** What an item is from birth and its first event does not say. */
export interface Identity {
  jurisdiction: string
  id: string
  code: string
}

/** An item at its first event, with everything that a filing does not say. */
export function blankItem(identity: Identity, filed: Filed, at: Instant): Item {
  const { title, description, category, risk, source, area, road, direction, startChainageM, endChainageM } = filed
  const { carriageway, lon, lat, address, externalSystem, externalId, foundAt, channel, hotline, mediaUrl } = filed
  // Written out: an object of this size that is put together from spreads is forty times as slow to make.
  return {
    jurisdiction: identity.jurisdiction,
    id: identity.id,
    code: identity.code,
    version: 1,
    status: 'reported',
    title,
    description,
    category,
    risk,
    source,
    area,
    road,
    direction,
    carriageway: carriageway ?? null,
    startChainageM,
    endChainageM,
    lon,
    lat,
    address,
    externalSystem,
    externalId,
    foundAt,
    channel: channel ?? null,
    hotline: hotline === undefined ? null : { ...hotline, ...UNANSWERED },
    mediaUrl: mediaUrl ?? null,
    level: null,
    reportedAt: at,
    reportedBy: null,
    listedAt: null,
    evaluation: null,
    defaultDueAt: null,
    defaultDueProvisional: false,
    defaultDueBasis: null,
    dueAt: null,
    dueProvisional: false,
    dueBasis: null,
    dueSetAt: null,
    escalation: null,
    assignment: null,
    plan: null,
    progress: null,
    extension: null,
    suspension: null,
    closureRequest: null,
    verifications: [],
    closedAt: null,
    closedBy: null,
    closureFindings: null,
    closurePoints: null,
    supervision: null,
    recheck: null,
    dismissalReason: null,
    mergedInto: null,
    mergedFrom: [],
    concernedUnits: [],
    evidence: [],
    updatedAt: at,
  }
}
