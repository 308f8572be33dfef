import t from 'tap'
import { createTestApp } from './helpers/app.js'
import { channelKey } from './helpers/open311.js'
import { loadLargeList } from './helpers/large-list.js'

const made = await createTestApp(t)
await channelKey(made.home, 'public')
const { rows } = await made.superuser.query("select id from person where role = 'public'")
await loadLargeList(made, rows[0].id)
t.pass()
console.error(made.url)
