import ipaddr from 'ipaddr.js'
import type { Words } from '../domain/rejection.js'

/** What IANA has given out as global unicast (RFC 4291, section 2.4); the rest of IPv6 is special, reserved or not yet given out. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3')
/** The well-known prefix under which an IPv6-only network reaches IPv4 (RFC 6052); its last 32 bits are the address. */
const NAT64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96')

/**
 * Whether an address, in any spelling that a resolver or a URL has for it, is one of the public internet: global unicast,
 * neither private, loopback, link-local nor reserved, also where an IPv4 address is hidden in an IPv6 one.
 */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false
  const address = ipaddr.process(text)
  if (address instanceof ipaddr.IPv4) return address.range() === 'unicast'
  if (address.match(NAT64)) return isPublicAddress(address.toByteArray().slice(12).join('.'))
  return address.match(GLOBAL_UNICAST) && address.range() === 'unicast'
}

/**
 * Why the service does not call a URL, or undefined when it may. A URL reads as the WHATWG URL standard says, so
 * `https://0x7f.1` is 127.0.0.1; what a name stands for is looked at each time that it is called.
 */
export function refusalOfUrl(text: string, allowPrivate: boolean): Words | undefined {
  if (!URL.canParse(text)) return { zh: '须为完整的 URL。', en: 'A complete URL.' }
  const { protocol, username, password, port, hostname } = new URL(text)
  if (protocol !== 'https:' && !(allowPrivate && protocol === 'http:')) {
    return { zh: '须为 https 地址。', en: 'It must be an https URL.' }
  }
  if (username !== '' || password !== '') {
    return { zh: 'URL 中不能有用户名或密码。', en: 'A URL must not carry a user name or password.' }
  }
  if (allowPrivate) return undefined
  if (port !== '' && Number(port) < 1024) {
    return { zh: '端口须为 443 或不小于 1024。', en: 'The port must be 443, or 1024 and above.' }
  }
  return isPrivateHost(hostname)
    ? { zh: '不能指向本机、内网或保留地址。', en: 'It must not lead to a loopback, private or reserved address.' }
    : undefined
}

/** A host that is an address and no public one, or a name that RFC 6761 keeps for this machine. */
function isPrivateHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '')
  if (ipaddr.isValid(host)) return !isPublicAddress(host)
  return /(^|\.)localhost\.?$/i.test(host)
}
