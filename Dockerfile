# Everything in one image: nginx with njs, Redis and the control plane under one supervisor. See docs/install.md.
FROM node:22-trixie AS build
WORKDIR /usr/lib/gatehouse
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund \
    && sha256sum package-lock.json | cut -c1-64 | tr -d '\n' > node_modules/.gatehouse-stamp
COPY . .
RUN ./scripts/build && ./scripts/runtime nginx redis

FROM node:22-trixie-slim
WORKDIR /usr/lib/gatehouse
COPY --from=build /usr/lib/gatehouse /usr/lib/gatehouse
RUN useradd --system --user-group --home-dir /var/lib/gatehouse --shell /usr/sbin/nologin gatehouse \
    && install -d -o gatehouse -g gatehouse /var/lib/gatehouse
USER gatehouse
ENV NODE_ENV=production
VOLUME /var/lib/gatehouse
EXPOSE 8080 8090
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s \
    CMD ["node", "dist/cli.js", "health", "--config", "/etc/gatehouse/gatehouse.yaml", "--state", "/var/lib/gatehouse"]
ENTRYPOINT ["node", "dist/run.js", "--config", "/etc/gatehouse/gatehouse.yaml", "--state", "/var/lib/gatehouse"]
