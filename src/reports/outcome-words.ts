import type { Words } from '../domain/rejection.js'
import type { Warning } from '../domain/report/outcome.js'

/** How the report comes to its figures, for those who are to believe them. */
export const METHOD: Record<'windows' | 'interval' | 'empiricalBayes', Words> = {
  windows: {
    zh: '以销号日为界取等长的整月窗口：之前为统计连续覆盖且最晚结束者，之后为统计连续覆盖且最早开始者；跨界的统计不拆分，窗口不完整者不比较。',
    en: 'Windows of the same whole months on either side of the closing day: before, the latest that counts cover without a gap; after, the earliest. A count is never split, and what has no whole window is not compared.',
  },
  interval: {
    zh: '两个泊松计数之比的条件精确 95 % 区间（Przyborowski–Wilenski 1940；Clopper–Pearson 1934）。同一事故可致多人伤亡，死亡和受伤的实际区间更宽。',
    en: 'The exact conditional 95 % interval of the ratio of two Poisson counts (Przyborowski and Wilenski 1940; Clopper and Pearson 1934). One accident hurts several people, so that the true intervals of deaths and injuries are wider.',
  },
  empiricalBayes: {
    zh: '给出同类路段基准时，按经验贝叶斯法消除均值回归（Hauer 1997；AASHTO《公路安全手册》2010 附录 9A、C 篇附录 A.2）。',
    en: 'Where a base of similar sites is given, the empirical Bayes method takes regression to the mean out (Hauer 1997; AASHTO Highway Safety Manual 2010, appendix 9A and Part C appendix A.2).',
  },
}

export const WARNING_WORDS: Record<Warning, Words> = {
  small_numbers: { zh: '数值过小', en: 'small numbers' },
  regression_to_the_mean: { zh: '未消除均值回归', en: 'regression to the mean' },
  overlapping_sites: { zh: '路段重叠，可能重复统计', en: 'overlapping sites' },
}
