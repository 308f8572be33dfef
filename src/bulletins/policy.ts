/**
 * What the page may load: nothing but its own style. It stands in the page as well as in the answer's header, since the
 * page is kept as a file.
 */
export const PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
