import { readFileSync, rmSync } from 'node:fs'
import { removeEmbedded } from '../src/embedded/database.js'
import { coordinatesFile, runSql, type TestServer } from './helpers/database.js'

// tap runs this once, after all test files.

const file = coordinatesFile(process.ppid)
const { adminUrl, template, homeTemplate, dataDir } = JSON.parse(readFileSync(file, 'utf8')) as TestServer
if (dataDir !== undefined) await removeEmbedded(dataDir)
else {
  for (const name of [homeTemplate, template]) await runSql(adminUrl, `drop database if exists ${name} with (force)`)
}
rmSync(file)
