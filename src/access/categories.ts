/** The reference list of categories, which a jurisdiction can extend. */
export const CATEGORIES = [
  { code: 'roadside_protection', nameZh: '临水临崖路侧防护', nameEn: 'Roadside protection at water or cliff' },
  { code: 'sharp_bend_steep_slope', nameZh: '急弯陡坡', nameEn: 'Sharp bend or steep slope' },
  { code: 'median_opening', nameZh: '中央隔离开口', nameEn: 'Median opening' },
  { code: 'safety_facilities', nameZh: '道路安全设施', nameEn: 'Safety facilities missing or damaged' },
  { code: 'work_zone', nameZh: '施工道路封闭管控', nameEn: 'Work-zone control' },
  { code: 'junction_sight_distance', nameZh: '平交路口视距', nameEn: 'Sight distance at an at-grade junction' },
  { code: 'roadside_market', nameZh: '马路市场', nameEn: 'Roadside market' },
  { code: 'road_through_village', nameZh: '穿村过镇', nameEn: 'Road passing a village' },
  { code: 'lighting', nameZh: '照明', nameEn: 'Lighting' },
  { code: 'signs_markings', nameZh: '标志标线', nameEn: 'Signs and markings' },
  { code: 'signals', nameZh: '信号灯', nameEn: 'Signals' },
  { code: 'pavement_defect', nameZh: '路面病害', nameEn: 'Pavement defect' },
  { code: 'school_surroundings', nameZh: '学校周边', nameEn: 'School surroundings' },
  { code: 'accident_black_spot', nameZh: '事故多发点段', nameEn: 'Accident black spot' },
  { code: 'enterprise_source', nameZh: '企业源头', nameEn: 'Enterprise source hazard' },
  { code: 'other', nameZh: '其他', nameEn: 'Other' },
] as const
