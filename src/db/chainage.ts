const LINE = `case i.carriageway when 'left' then 'ZK' when 'right' then 'YK' else 'K' end`

/** As `formatChainage` prints metres, along the line of alias `i`. Null where the metres are. */
export function stakeText(metres: string): string {
  return `${LINE} || ${metres} / 1000 || '+' || lpad((${metres} % 1000)::text, 3, '0')`
}

/** A point, or a stretch where its end lies further. */
export function chainageText(from: string, to: string): string {
  return `${stakeText(from)} || case when ${to} > ${from} then '~' || ${stakeText(to)} else '' end`
}
