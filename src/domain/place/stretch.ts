import type { Carriageway } from '../item/words.js'
import { invalid, type Words } from '../rejection.js'
import { addressWithSide, carriagewayIn, otherLineIn, parseChainageRange } from './chainage.js'

/** Characters of an address. */
export const MAX_ADDRESS = 300

/** Where along a road, and along which of its lines: undefined where the text does not say, null for the road's own. */
export interface Stretch {
  startM: number
  endM: number
  carriageway: Carriageway | null | undefined
}

/** The carriageway as a member of a new filing, which leaves it out for the road's own line. */
export function carriagewayMember(carriageway: Stretch['carriageway']): { carriageway?: Carriageway } {
  return carriageway === null || carriageway === undefined ? {} : { carriageway }
}

const NOT_ONE_LINE: Record<'ramp' | 'two-lines', Words> = {
  ramp: {
    zh: '匝道桩号（AK、BK……）不是主线桩号；请写入地址 address，不填桩号。',
    en: 'A ramp’s chainage (AK, BK …) is not the road’s own: write it in address and leave the chainage out.',
  },
  'two-lines': {
    zh: '起止桩号须在同一条线上：都用 K，或都用 ZK（左幅）、YK（右幅）。',
    en: 'Both ends of a stretch lie on one line: K, ZK (the left carriageway) or YK (the right one).',
  },
}

/** Reads a chainage that was given. @throws Rejection 400 at the pointer */
export function stretchOf(pointer: string, value: string | number): Stretch {
  const range = parseChainageRange(value)
  if (range !== undefined) return { ...range, carriageway: carriagewayIn(value) }
  const line = otherLineIn(value)
  if (line !== undefined) throw invalid(pointer, NOT_ONE_LINE[line])
  throw invalid(pointer, {
    zh: '桩号无效；请用 K12+345、左右幅 ZK12+345、YK12+345、77公里加800米、范围 K12+300~K12+900 或米数。',
    en: 'Not a chainage: write K12+345, ZK12+345 or YK12+345 of a carriageway, 77公里加800米, a range K12+300~K12+900, or metres as a number.',
  })
}

/** The one line of what was given end by end; undefined where nothing says it. @throws Rejection 400 where there are two */
export function oneLine(pointer: string, lines: readonly Stretch['carriageway'][]): Stretch['carriageway'] {
  const told = new Set(lines.filter((line) => line !== undefined))
  if (told.size > 1) throw invalid(pointer, NOT_ONE_LINE['two-lines'])
  return [...told][0]
}

/** An address with the side of the road that came with the chainage. @throws Rejection 400 where there is no room for it */
export function sidedAddress(pointer: string, address: string | null, side: string | null): string | null {
  const sided = addressWithSide(address, side)
  if (sided === null || [...sided].length <= MAX_ADDRESS) return sided
  throw invalid(pointer, {
    zh: `地址加上桩号所写的“${side}”后超过 ${MAX_ADDRESS} 个字。`,
    en: `With “${side}” of the chainage the address has more than ${MAX_ADDRESS} characters.`,
  })
}
