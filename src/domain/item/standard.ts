/** A point of the completion standard, as a verifier found it. */
export interface StandardPoint {
  point: string
  met: boolean
  note?: string
}

/** What was found at an item that its closure was asked for. */
export interface Verified {
  findings: string
  points?: readonly StandardPoint[]
}
