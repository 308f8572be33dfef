import { createHmac } from 'node:crypto'
import { refusalOfUrl } from '../../http/outside-url.js'
import type { ContactChannel } from './channel.js'
import { tellRobot } from './robot.js'

/** The whole body may have 20,000 bytes; JSON needs some, and escapes double what it escapes. */
const LIMIT_BYTES = 8_000
/**
 * 300001 and 400101 no such token, 300005 and 400106 no such robot, 310000 the security check (signature, keyword,
 * network) was not passed, 400013 the group is dissolved, 400102 the robot is switched off, 400105 no such message type,
 * 40035 a bad parameter, 43010x content that is not allowed, 460101 too long.
 */
const GOODBYES = new Set([
  ...[300001, 300005, 310000, 40035, 400013, 400101, 400102, 400105, 400106, 430101, 430102, 430103, 430104, 460101],
])

/**
 * The custom robot (自定义机器人) of a DingTalk group: the address is its webhook URL, which has its access token; where
 * it asks for signatures (加签), the contact has the secret. https://open.dingtalk.com/document/robots/custom-robot-access
 */
export const dingtalk: ContactChannel = {
  refusalOf: (address, { webhookAllowPrivate }) => refusalOfUrl(address, webhookAllowPrivate),
  takesSecret: true,
  perMinute: 20,
  open: ({ fetch }) => ({
    send(message, { address, secret }, signal) {
      const markdown = { title: message.title, text: message.markdown(LIMIT_BYTES) }
      const url = secret === null ? address : signedUrl(address, secret, Date.parse(message.at))
      return tellRobot(fetch, url, { msgtype: 'markdown', markdown }, GOODBYES, signal)
    },
  }),
}

/** `sign` is the base64 of HMAC-SHA256 of «timestamp, line feed, secret» under the secret; it holds for an hour. */
function signedUrl(address: string, secret: string, timestampMs: number): string {
  const url = new URL(address)
  const sign = createHmac('sha256', secret).update(`${timestampMs}\n${secret}`).digest('base64')
  url.searchParams.set('timestamp', String(timestampMs))
  url.searchParams.set('sign', sign)
  return url.href
}
