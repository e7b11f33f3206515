# One image for both ways to run: alone with the embedded PostgreSQL, or with DATABASE_URL (docker-compose.yml).
FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY scripts/prune.mjs scripts/mend.mjs ./scripts/
RUN npm ci
COPY . .
RUN npm run build && npm prune --omit=dev

FROM node:24-slim
WORKDIR /app
COPY --from=build --chown=node:node /app/package.json ./
COPY --from=build --chown=node:node /app/node_modules ./node_modules
COPY --from=build --chown=node:node /app/build ./build
COPY --from=build --chown=node:node /app/drizzle ./drizzle
# For the CLI's commands on the server's machine; the server itself needs no sources.
COPY --from=build --chown=node:node /app/src ./src
RUN mkdir /data && chown node:node /data
# MALLOC_ARENA_MAX: as in npm start, see docs/decisions/0033-one-malloc-arena.md.
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 DATA_DIR=/data MALLOC_ARENA_MAX=1
USER node
VOLUME /data
EXPOSE 3000
# A graceful stop takes at most ten seconds, which is also Docker's own patience.
HEALTHCHECK CMD node -e "fetch('http://127.0.0.1:'+process.env.PORT+'/healthz').then(r=>process.exit(r.ok?0:1),()=>process.exit(1))"
# --initial-old-space-size: as in npm start, see docs/decisions/0122-room-before-a-full-collection.md.
CMD ["node", "--initial-old-space-size=128", "build/server.js"]
