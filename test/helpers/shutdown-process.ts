import pino from 'pino'
import { endInGoodOrder, endWith } from '../../src/server/shutdown.js'

// A process whose end is what its first argument says; it asks itself for it.
const [how] = process.argv.slice(2)
const never = new Promise<void>(() => {})
const kill = () => process.kill(process.pid, 'SIGTERM')
const alive = setInterval(() => {}, 1_000)

const ending = endInGoodOrder(how === 'too-long' ? 100 : 10_000, pino(), async () => {
  if (how === 'fails') throw new Error('the end is broken')
  if (how === 'error-twice') setTimeout(() => endWith(new Error('again')))
  if (how === 'signal-twice') setTimeout(kill, 1_200)
  if (how === 'too-long' || how?.endsWith('-twice')) await never
})

if (how === 'error' || how === 'error-twice') endWith(new Error('nobody catches it'))
else if (how === 'rejection') void Promise.reject(new Error('nobody catches it'))
else if (how === 'nothing-left') clearInterval(alive)
else if (how === 'close') ending.close()
else {
  if (how === 'uninstalled') ending.uninstall()
  kill()
}
