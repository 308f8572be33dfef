declare module 'jstat' {
  const jstat: {
    /** The beta distribution's quantile: the x in 0 to 1 below which a share `p` of Beta(a, b) lies. */
    beta: { inv(p: number, a: number, b: number): number }
  }
  export = jstat
}
