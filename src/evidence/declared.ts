import { notTaken, RECEIVED_TYPES } from './inspect.js'

/** What senders call the same types, and what says nothing. */
const OTHER_NAMES = new Set([
  ...['image/jpg', 'image/pjpeg', 'image/x-png', 'application/x-pdf', 'application/octet-stream'],
  // Of a part of a form that names no type.
  ...['text/plain', 'binary/octet-stream', 'application/unknown', 'application/x-unknown', 'image/*', '*/*', ''],
])
/** Endings of what people have beside photos and papers. Of another ending, and of none, the content is asked. */
const OTHER_ENDINGS =
  /\.(heic|heif|hif|avif|jxl|gif|bmp|tiff?|svgz?|ico|psd|dng|cr2|cr3|nef|arw|raw|mp4|m4v|mov|avi|mkv|3gp|webm|mp3|m4a|wav|aac|amr|docx?|xlsx?|pptx?|wps|et|ofd|rtf|txt|csv|html?|xml|json|zip|rar|7z|t?gz|tar|exe|apk|dwg|dxf)$/i

/**
 * Refuses a file by what its sender says that it is, before it is sent: its content would be refused afterwards.
 * @throws EdgeError 415
 */
export function requireTakenType(type: string | undefined, name: string | undefined): void {
  const [said = ''] = (type ?? '').toLowerCase().split(';')
  const media = said.trim()
  if ((RECEIVED_TYPES as readonly string[]).includes(media)) return
  if (!OTHER_NAMES.has(media)) throw notTaken(media.slice(0, 100))
  const ending = OTHER_ENDINGS.exec(name ?? '')?.[1]
  if (ending !== undefined) throw notTaken(`.${ending.toLowerCase()}`)
}
