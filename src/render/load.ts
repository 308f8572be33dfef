/** What makes papers, when the first one is made: its libraries would make the service's start half as long again. */
export const loadPaper = () => import('./index.js')
