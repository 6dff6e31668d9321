#!/bin/sh
# Run once by the postgres image, when its volume is new. The tool gets a role of its own that owns its database and is no
# superuser: PostgreSQL would never hold the wall between providers against one (docs/reference/security.md).
set -eu
psql --no-psqlrc --set ON_ERROR_STOP=1 --set password="$POSTGRES_PASSWORD" --username postgres --dbname postgres <<'SQL'
CREATE ROLE cme_tool LOGIN PASSWORD :'password';
CREATE DATABASE cme_tool OWNER cme_tool ENCODING 'UTF8' TEMPLATE template0;
SQL
