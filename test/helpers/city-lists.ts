// Two lists in the shape of real cities' exports, with the dirt that those have, in rows that are made up.

const NOLA_HEADER =
  'service_request,request_type,request_reason,responsible_agency,date_created,date_modified,case_close_date,request_status,status,contractor,contractor_action,final_address,address_councildis,latitude,longitude,first_observed_utc,last_change_observed_utc,observed_versions'

type Nola = [
  count: number,
  state: string,
  detail: string,
  created: string,
  closed: string,
  address: string,
  lat: string,
  lon: string,
]

const HERE = ['29.951100', '-90.071500'] as const
const NOLA: Nola[] = [
  [9, 'Closed', 'Resolved', '2022-02-01T09:00:00', '2022-02-20T16:30:00', '12 Example St', ...HERE],
  [6, 'Closed', 'Resolved', '2019-01-02T11:43:08', '2015-07-20T19:00:00', '13 Example St', ...HERE],
  [3, 'Closed', '', '2019-01-02T11:43:08', '', ' & SAMPLE ST', ...HERE],
  [2, 'Closed', 'Resolved', '2019-01-02T11:43:08', '', '"Doe, Jane NEW ORLEANS LOUISIANA"', '0.000000', '0.000000'],
  [4, 'Closed', '', '2019-01-02T11:43:08', '2014-01-01T18:00:00', '', '0.000000', '0.000000'],
  [7, 'Closed', 'Duplicate Request', '2023-05-01T10:00:00', '2023-05-02T08:00:00', '14 Example St', ...HERE],
  [1, 'Closed', 'Duplicate Request', '2023-05-01T10:00:00', '', '14 Example St', ...HERE],
  [
    3,
    'Closed',
    'Not Enough Information- Resubmittal Required',
    '2023-05-01T10:00:00',
    '2023-05-02T08:00:00',
    '15 Example St',
    ...HERE,
  ],
  [1, 'Closed', 'Pending', '2023-05-01T10:00:00', '2023-05-02T08:00:00', '16 Example St', ...HERE],
  [8, 'Pending', 'Pending', '2024-03-01T10:00:00', '', '17 Example St', ...HERE],
  [3, 'Pending', 'Inspected', '2024-03-01T10:00:00', '', '18 Example St', ...HERE],
  [2, 'Pending', 'Reopen', '2024-03-01T10:00:00', '2024-03-02T10:00:00', '19 Example St', ...HERE],
  [1, 'Pending', '', '2023-11-05T01:00:05', '', '20 Example St', ...HERE],
]

export const NOLA_LIKE = {
  csv: csvOf(NOLA_HEADER, NOLA, (id, [, state, detail, created, closed, address, lat, lon]) => {
    const seen = '2024-03-31T00:00:00Z'
    return [
      `10${id}`,
      'Roads/Drainage',
      'Pothole',
      'Department of Public Works ',
      created,
      created,
      closed,
      state,
      detail,
      '',
      '',
      address,
      'A',
      lat,
      lon,
      seen,
      seen,
      '1',
    ]
  }),
  rows: 50,
  taken: 45,
  refusedBy: { 'no-place': 4, 'unknown-value': 1 },
  warnings: {
    'closed-at-of-dismissed': 10,
    'closed-before-reported': 6,
    'coordinates-zero': 2,
    'closed-at-of-open': 2,
    'ambiguous-time': 1,
  },
  statuses: { closed: 20, dismissed: 11, reported: 9, listed: 5 },
}

const DC_HEADER =
  'servicerequestid,servicecode,servicecodedescription,servicetypecodedescription,organizationacronym,adddate,serviceduedate,serviceorderdate,resolutiondate,inspectionflag,inspectiondate,serviceorderstatus,status_code,priority,streetaddress,ward,latitude,longitude'

type Dc = [
  count: number,
  code: string,
  name: string,
  order: string,
  state: string,
  resolved: string,
  address: string,
  ward: string,
]

const DC: Dc[] = [
  [5, 'S0301', 'Pothole', 'CLOSED', 'CLOSED', '2016-07-19T13:28:07.000Z', '1 EXAMPLE STREET SE', '8'],
  [4, 'S05SL', 'Streetlight Repair Investigation', 'IN-PROGRESS', 'OPEN', '', '', 'NULL'],
  [2, 'SIGTRAMA', 'Traffic Signal Maintanence', 'OPEN', 'OPEN', '', 'NULL', '2'],
]

export const DC_LIKE = {
  csv: csvOf(DC_HEADER, DC, (id, [, code, name, order, state, resolved, address, ward]) => {
    const [added, due] = ['2016-07-08T00:19:28.000Z', '2016-07-11T17:00:00.000Z']
    return [
      `16-${id}`,
      code,
      name,
      'Transportation',
      'DDOT',
      added,
      due,
      added,
      resolved,
      'N',
      '',
      order,
      state,
      'STANDARD',
      address,
      ward,
      '38.859174',
      '-76.986023',
    ]
  }),
  rows: 11,
  taken: 11,
  refusedBy: {},
  warnings: {},
  statuses: { closed: 5, listed: 6 },
}

function csvOf<R extends [number, ...string[]]>(
  header: string,
  groups: R[],
  row: (id: string, group: R) => string[],
): string {
  const lines = groups.flatMap((group, g) =>
    Array.from({ length: group[0] }, (_, k) => row(String(g * 1_000 + k).padStart(6, '0'), group).join(',')),
  )
  return [header, ...lines, ''].join('\n')
}
