/** Line ends as they are kept and written into cells: LF, whatever system or web form the text came from. */
export function withLineFeeds(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text
}
