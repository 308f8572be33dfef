import { z } from 'zod'
import { scorePeriodOf } from '../domain/score/period.js'

export const PeriodName = z
  .string()
  .refine(
    (name) => scorePeriodOf(name) !== undefined,
    '须为月 2026-03、季 2026-Q1 或年 2026。 | A month 2026-03, a quarter 2026-Q1 or a year 2026.',
  )
  .meta({ description: 'A month `2026-03`, a quarter `2026-Q1` or a year `2026`.', example: '2026-03' })
