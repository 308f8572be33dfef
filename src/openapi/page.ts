import swaggerUi from '@fastify/swagger-ui'
import type { App } from '../deps.js'
import { sendPublished } from './published.js'

/** A list of which one line is struck off: the service's mark. */
const MARK = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" role="img" aria-label="One List"><rect width="32" height="32" rx="6" fill="#b3261e"/><path d="M8 10h3M8 16h3M8 22h3M14 10h10M14 22h10" stroke="#fff" stroke-width="2.5" stroke-linecap="round"/><path d="M14 16h10" stroke="#fff" stroke-opacity=".55" stroke-width="2.5" stroke-linecap="round"/><path d="M12.5 18.5l13-5" stroke="#fff" stroke-width="2" stroke-linecap="round"/></svg>`
const NAMED_MARK = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 250 40" role="img" aria-label="One List 一单四制"><g transform="scale(1.25)">${MARK.replace('<svg', '<svg width="32" height="32"')}</g><text x="52" y="27" fill="#fff" font-family="system-ui,sans-serif" font-size="18" font-weight="600">One List 一单四制</text></svg>`
/** The one style that the page sets in its text, which hides its drawings until they are used. */
const HIDDEN_SPRITES = "'sha256-RL3ie0nH+Lzz2YNqQN83mnU0J1ot4QL7b99vMdIX99w='"
const DOCUMENT = ['/openapi.json', '/docs/json', '/docs/yaml']

/** The document at `GET /openapi.json`, and what people read it with at `GET /docs`, offline; `GET /` leads there. */
export async function docsRoutes(app: App): Promise<void> {
  const hidden = { schema: { hide: true } as never }
  app.get('/', hidden, (_request, reply) => reply.redirect('/docs', 302))
  app.get('/openapi.json', hidden, sendPublished)
  // The page asks at its own address; both would make the document anew at each request. JSON is YAML too.
  app.addHook('onRequest', async (request, reply) => {
    if (DOCUMENT.includes(request.routeOptions.url ?? '')) return sendPublished(request, reply)
  })
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    uiConfig: { docExpansion: 'list' },
    staticCSP: true,
    // The service itself speaks plain HTTP, often behind a proxy: a page that upgrades its own requests would not load.
    transformStaticCSP: (policy) =>
      policy
        .replace('upgrade-insecure-requests;', '')
        .replace("style-src 'self'", `style-src 'self' 'unsafe-hashes' ${HIDDEN_SPRITES}`),
    logo: { type: 'image/svg+xml', content: Buffer.from(NAMED_MARK) },
    theme: {
      title: 'One List 一单四制',
      favicon: [{ filename: 'mark.svg', rel: 'icon', type: 'image/svg+xml', sizes: 'any', content: Buffer.from(MARK) }],
    },
  })
}
