import { type Caller, filing, type Json, ok, order, type TestApp } from './app.js'

type UnitName = 'unit' | 'otherUnit'
const AREA: Record<UnitName, string> = { unit: '341225', otherUnit: '341202100' }

/** A month of a list in which everything happens once: all items are listed on 2 March 2026, then each goes its way. */
export async function playMarch({ home, clock }: Pick<TestApp, 'home' | 'clock'>) {
  const { office, verifier } = home
  const local = (day: string) => {
    clock.now = new Date(`2026-${day}T09:00:00+08:00`).toISOString()
  }
  const callerOf = (unit: UnitName): Caller => (unit === 'unit' ? home.unitCaller : home.otherUnitCaller)
  const items: Record<string, Json> = {}
  const act = (name: string, noun: string, body: object = {}, caller = office) =>
    ok(caller.post(`/v1/items/${items[name].id}/${noun}`, body))
  const list = async (name: string, area = '341225') => {
    items[name] = await ok(home.inspector.post('/v1/items', filing({ title: name, area })))
    await act(name, 'listing', { level: 'general' })
  }
  const assign = async (name: string, unit: UnitName, dueAt: string, accept = true) => {
    await list(name, AREA[unit])
    await act(name, 'assignments', order({ unit: home[unit] }, { dueAt }))
    if (accept) await act(name, 'acceptance', {}, callerOf(unit))
  }
  const close = async (name: string, approved = true) => {
    await act(name, 'closure-requests', { summary: '已完成' }, home.unitCaller)
    await act(name, 'closure-decision', { approved, findings: '已核验' }, verifier)
  }

  local('03-02')
  for (const name of ['in time', 'failed', 'rejected', 'passed']) await assign(name, 'unit', '2026-04-30')
  await assign('late', 'unit', '2026-03-05')
  await assign('overdue', 'unit', '2026-03-20')
  await assign('extended', 'unit', '2026-03-15')
  await assign('suspended', 'unit', '2026-03-10')
  await assign('returned', 'otherUnit', '2026-04-30', false)
  await assign('soon', 'otherUnit', '2026-04-03')
  await assign('pending', 'otherUnit', '2026-04-20')
  await assign('supervised', 'otherUnit', '2026-04-30')
  await list('unassigned')
  await ok(home.inspector.post('/v1/items', filing({ title: 'reported' })))
  items.dismissed = await ok(home.inspector.post('/v1/items', filing({ title: 'dismissed' })))
  await act('dismissed', 'dismissal', { reason: '非隐患' })
  await act('returned', 'return', { reason: '非我单位职责' }, home.otherUnitCaller)
  await act('supervised', 'supervision', { tier: 'city', reason: '坠车' })
  local('03-05')
  await act('suspended', 'suspension', { reason: '等待' })
  local('03-10')
  await close('in time')
  await act('extended', 'extension-requests', { dueAt: '2026-04-30', reason: '阴雨' }, home.unitCaller)
  await act('extended', 'extension-decision', { approved: true })
  await act('pending', 'extension-requests', { dueAt: '2026-04-30', reason: '阴雨' }, home.otherUnitCaller)
  local('03-12')
  await close('late')
  local('03-18')
  for (const name of ['failed', 'passed']) await close(name)
  await close('rejected', false)
  local('03-20')
  await act('failed', 'rechecks', { passed: false, findings: '又坏了' }, verifier)
  await act('passed', 'rechecks', { passed: true, findings: '良好' }, verifier)
  local('03-25')
  await close('rejected')
  local('04-01')
  return { items, act, local }
}
