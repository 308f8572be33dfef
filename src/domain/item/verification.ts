import type { Actor } from '../access/permissions.js'
import { invalid, Rejection } from '../rejection.js'
import { isBlank, tidy } from '../text.js'
import type { Item } from './item.js'
import type { StandardPoint, Verified } from './standard.js'
import type { Level } from './words.js'

/** What a closure needs of verifiers, by the item's level, or while it is under supervision. */
export interface VerificationRules {
  /** One or two. Of two, the last is of the office, and they are of different units. */
  verifiers: Record<Level, number>
  supervised: number
  /** Whether an approval must list every point of the completion standard. */
  points: boolean
}

/** How many must have found an item good before it is struck off (销号). */
export function verifiersNeeded(
  { level, supervision }: Pick<Item, 'level' | 'supervision'>,
  rules: VerificationRules,
): number {
  const needed = rules.verifiers[level ?? 'general']
  return supervision === null ? needed : Math.max(needed, rules.supervised)
}

/**
 * Whether this approval is the last one that the item needs, and its giver may give it.
 * @throws Rejection `four-eyes` (403) for whoever has verified already or is of the same unit; `verification-order` (409)
 * where the office is first or somebody else is last.
 */
export function isLastApproval(item: Item, actor: Actor, rules: VerificationRules): boolean {
  requireAnother(item, actor)
  const needed = verifiersNeeded(item, rules)
  const isLast = item.verifications.length + 1 >= needed
  if (needed > 1 && isLast !== (actor.role === 'office')) throw isLast ? officeIsLast() : officeIsNotFirst()
  return isLast
}

function requireAnother({ verifications }: Item, { id, unit }: Actor): void {
  const isSame = verifications.some((one) => one.by === id || (unit !== null && one.unit === unit))
  if (!isSame) return
  throw new Rejection('four-eyes', {
    zh: '第二次核验须由另一单位的另一人进行。',
    en: 'The second verification is another person’s, of another unit.',
  })
}

function officeIsLast(): Rejection {
  return new Rejection('verification-order', {
    zh: '现场核验已通过；最后一次核验由安委办进行。',
    en: 'It has been verified on site already; the last word is the office’s.',
  })
}

function officeIsNotFirst(): Rejection {
  return new Rejection('verification-order', {
    zh: '该隐患须两个单位核验：先由排查员现场核验，再由安委办决定。',
    en: 'This item needs two verifiers of different units: first an inspector on site, then the office.',
  })
}

/** The points of a completion standard (完成标准): its lines, and what semicolons part, without their numbers. */
export function pointsOf(standard: string): string[] {
  const points = tidy(standard)
    .split(/[\n;；]+/)
    .map(bare)
  return [...new Set(points.filter((point) => !isBlank(point)))]
}

const NUMBER = /^(?:[（(]?(?:\d{1,2}|[一二三四五六七八九十]{1,3})[)）、.．]+|[①-⑳]|[-•·])\s*(?!\d)/

function bare(text: string): string {
  return tidy(text)
    .replace(NUMBER, '')
    .replace(/[。.,，\s]+$/, '')
}

/**
 * What a decision says of the points must bear it out: nothing is struck off with a point that is not met, and, where the
 * rules ask for them, with one that nobody looked at.
 * @throws Rejection 400 at the point that is not met; `points-missing` (409) that names those left out.
 */
export function requirePoints(item: Item, points: readonly StandardPoint[], rules: VerificationRules): void {
  const unmet = points.findIndex(({ met }) => !met)
  if (unmet !== -1) {
    throw invalid(`/points/${unmet}/met`, {
      zh: '治理不彻底不销号：有未达标的要点，不能同意销号。',
      en: 'What is not thoroughly remedied is not struck off: a point is not met, so the closure cannot be approved.',
    })
  }
  if (!rules.points) return
  const listed = new Set(points.map(({ point }) => bare(point)))
  const missing = pointsOf(item.assignment?.completionStandard ?? '').filter((point) => !listed.has(point))
  if (missing.length === 0) return
  throw new Rejection(
    'points-missing',
    {
      zh: `须逐条核验完成标准；未列出：${missing.join('；')}。`,
      en: `Every point of the completion standard is to be listed; left out: ${missing.join('; ')}.`,
    },
    { missingPoints: missing },
  )
}

/** What an event says of the points: nothing where none were given. */
export function withPoints(findings: string, points: readonly StandardPoint[]): Verified {
  return points.length === 0 ? { findings } : { findings, points }
}
