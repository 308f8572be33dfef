import { z } from 'zod'
import { NEAR_WORKING_DAYS, NOTICES, RULED_KINDS, type RuledKind, type Timing } from '../domain/item/notice.js'

function timing(kind: RuledKind): z.ZodType<Timing> {
  return z.enum(NOTICES[kind].timings)
}

/** How each kind of notice goes out. Orders, papers and bulletins are always told: they are not `off`. */
export const TimingRules = z
  .strictObject(
    Object.fromEntries(RULED_KINDS.map((kind) => [kind, timing(kind)])) as Record<RuledKind, z.ZodType<Timing>>,
  )
  .meta({
    id: 'NoticeTimings',
    description: `How each kind of notice goes out: \`at_once\`, within a minute, at any hour; \`digest\`, with the recipient’s next digest; \`off\`, neither written nor sent, which orders, papers and bulletins cannot be. A notice about a deadline at most ${NEAR_WORKING_DAYS} working days ahead goes out at once in any case. What is written stands at \`GET /v1/notices\` from the moment it is true.`,
  })
