import type { ContactChannel } from './channel.js'
import { dingtalk } from './dingtalk.js'
import { email } from './email.js'
import { wecom } from './wecom.js'

export const CHANNELS = { email, wecom, dingtalk } as const satisfies Record<string, ContactChannel>

export type ChannelName = keyof typeof CHANNELS
export const CHANNEL_NAMES = Object.keys(CHANNELS) as ChannelName[]
