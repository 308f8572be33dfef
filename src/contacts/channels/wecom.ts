import { refusalOfUrl } from '../../http/outside-url.js'
import type { ContactChannel } from './channel.js'
import { tellRobot } from './robot.js'

/** Of `markdown.content`, in UTF-8. */
const LIMIT_BYTES = 4096
/** 40008 no such message type, 40058 a bad parameter, 93000 a bad key, or the robot was taken out of its group. */
const GOODBYES = new Set([40008, 40058, 93000])

/**
 * The group robot (群机器人) of enterprise WeChat: the address is its webhook URL, which has its key. Format and limits:
 * https://developer.work.weixin.qq.com/document/path/99110, codes: https://developer.work.weixin.qq.com/document/path/90313.
 */
export const wecom: ContactChannel = {
  refusalOf: (address, { webhookAllowPrivate }) => refusalOfUrl(address, webhookAllowPrivate),
  takesSecret: false,
  perMinute: 20,
  open: ({ fetch }) => ({
    send(message, { address }, signal) {
      const body = { msgtype: 'markdown', markdown: { content: message.markdown(LIMIT_BYTES) } }
      return tellRobot(fetch, address, body, GOODBYES, signal)
    },
  }),
}
