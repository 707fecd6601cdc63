# Everything in one image: nginx with njs, Redis and the control plane under one supervisor. See docs/install.md.
FROM node:22-trixie AS build
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
WORKDIR /usr/lib/gatehouse
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund \
    && sha256sum package-lock.json | cut -c1-64 | tr -d '\n' > node_modules/.gatehouse-stamp
COPY . .
RUN ./scripts/build && ./scripts/runtime nginx redis && npm prune --omit=dev --no-audit --no-fund

FROM node:22-trixie-slim
WORKDIR /usr/lib/gatehouse
COPY --from=build /usr/lib/gatehouse /usr/lib/gatehouse
RUN groupadd --system --gid 999 gatehouse \
    && useradd --system --uid 999 --gid 999 --home-dir /var/lib/gatehouse --shell /usr/sbin/nologin gatehouse \
    && install -d -o gatehouse -g gatehouse /var/lib/gatehouse
# By number, so that a container engine sees that it is not root.
USER 999:999
ENV NODE_ENV=production
VOLUME /var/lib/gatehouse
EXPOSE 8080 8090
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s \
    CMD ["node", "dist/cli.js", "health", "--config", "/etc/gatehouse/gatehouse.yaml", "--state", "/var/lib/gatehouse"]
ENTRYPOINT ["node", "dist/run.js", "--config", "/etc/gatehouse/gatehouse.yaml", "--state", "/var/lib/gatehouse"]
