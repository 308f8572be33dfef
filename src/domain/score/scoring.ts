/** What an event gives: points, to two decimals, and, where set, money in fen. Rewards are not negative, penalties not positive. */
export interface Award {
  points: number
  moneyFen: number | null
}

/** What earns and costs points (奖惩积分). Null: the rule is off. */
export interface Scoring {
  /** Closed (销号) at or before the deadline in force. */
  closedOnTime: Award | null
  /** Closed at least so many days before the deadline's day; on top of `closedOnTime`. */
  closedEarly: (Award & { days: number }) | null
  /** Signed for later than so many working days after the day of the assignment. */
  signedLate: (Award & { workingDays: number }) | null
  /** For each day overdue, for at most so many days of each deadline. */
  overdueDay: (Award & { maxDays: number }) | null
  closureRejected: Award | null
  recheckFailed: Award | null
  /** A report by the public was put on the list. Nobody's points: what is owed to whoever reported it. */
  publicReportConfirmed: Award | null
  returned: Award | null
  /** Nothing heard for so many days while remediating, and again after as many more. */
  noProgress: (Award & { days: number }) | null
  /** Days within which a unit may appeal against an entry. */
  appealDays: number
}

export const DEFAULT_SCORING: Scoring = {
  closedOnTime: { points: 2, moneyFen: null },
  closedEarly: { days: 7, points: 1, moneyFen: null },
  signedLate: { workingDays: 3, points: -1, moneyFen: null },
  overdueDay: { maxDays: 20, points: -0.5, moneyFen: null },
  closureRejected: { points: -1, moneyFen: null },
  recheckFailed: { points: -3, moneyFen: null },
  publicReportConfirmed: { points: 1, moneyFen: null },
  returned: null,
  noProgress: { days: 15, points: -1, moneyFen: null },
  appealDays: 15,
}
