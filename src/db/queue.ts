import { type ConstructorOptions, PgBoss } from 'pg-boss'
import { KEEP_ALIVE, KEPT_ALIVE_BY_SERVER, SERVICE_ROLE } from './client.js'

const SCHEMA = 'pgboss'
/** The queue's statements are small. A connection on which one gets no answer is closed, and another taken. */
const LIMITS = { connectionTimeoutMillis: 5_000, statement_timeout: 8_000, query_timeout: 10_000, ...KEEP_ALIVE }

/** Installs or upgrades the job queue's tables, in a schema of their own. Several processes may do so at once. */
export async function migrateQueue(databaseUrl: string): Promise<void> {
  const boss = new PgBoss({ connectionString: databaseUrl, schema: SCHEMA, supervise: false, schedule: false, max: 2 })
  boss.on('error', () => {})
  await boss.start()
  await boss.stop({ graceful: false })
}

/** A client of the job queue under the service's role; the tables are there already. */
export function createQueue(databaseUrl: string, serviceRole: boolean, more: ConstructorOptions = {}): PgBoss {
  const role = serviceRole ? ` -c role=${SERVICE_ROLE}` : ''
  return new PgBoss({
    connectionString: databaseUrl,
    schema: SCHEMA,
    application_name: 'one-list-worker',
    options: `-c timezone=UTC -c jit=off ${KEPT_ALIVE_BY_SERVER}${role}`,
    ...LIMITS,
    migrate: false,
    max: 6,
    useListenNotify: true,
    superviseIntervalSeconds: 2,
    monitorIntervalSeconds: 5,
    maintenanceIntervalSeconds: 300,
    // The service's role does not own the tables.
    reindex: false,
    ...more,
  })
}
