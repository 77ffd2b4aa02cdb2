# The program alone, for servers that the city runs itself: see compose.yaml and docs/operations.md.
FROM python:3.12-slim-bookworm

WORKDIR /srv/fengsui
COPY . .
# With a database named, set-up brings the Python packages and the screens only, no PostgreSQL and no Redis.
RUN FENGSUI_DATABASE_URL=named-at-run-time UV_COMPILE_BYTECODE=1 ./fengsui setup \
    && rm -rf web/ui/node_modules /root/.npm /root/.cache var \
    && useradd --system --home-dir /var/lib/fengsui --create-home fengsui

USER fengsui
ENV FENGSUI_DATA=/var/lib/fengsui
VOLUME /var/lib/fengsui
EXPOSE 8480
ENTRYPOINT ["./fengsui"]
CMD ["serve", "--host", "0.0.0.0"]
