#!/bin/sh
# Sees to the programs that only the tests need from the system: Chromium, nginx, the servers of PostgreSQL and MariaDB.
# Exit status 0: all are there. 3: something is missing and was named; the Studio itself runs without it.
set -u

has_browser() {
  [ -n "${PLAYWRIGHT_CHANNEL:-}" ] || [ -x "${CHROMIUM_PATH:-/usr/bin/chromium}" ]
}
has_postgres() {
  [ -n "${STUDIO_TEST_POSTGRES_URL:-}" ] || command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1
}
has_mariadb() {
  [ -n "${STUDIO_TEST_MARIADB_URL:-}" ] || { PATH=$PATH:/usr/sbin command -v mariadbd >/dev/null && command -v mariadb-install-db >/dev/null; }
}
has_nginx() {
  PATH=$PATH:/usr/sbin command -v nginx >/dev/null
}
missing() {
  has_browser || echo chromium
  has_postgres || echo postgresql
  has_mariadb || echo mariadb-server
  has_nginx || echo nginx-light
}

packages=$(missing | tr '\n' ' ')
[ -n "$packages" ] || exit 0
command="apt-get update && apt-get install -y --no-install-recommends $packages"
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "setup: installing $packages(for the tests)"
  policy=/usr/sbin/policy-rc.d
  if [ ! -e "$policy" ]; then # else the package would start a server on its default port
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy"
  fi
  # shellcheck disable=SC2086 # a list of names
  apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $packages >/dev/null
fi
packages=$(missing | tr '\n' ' ')
[ -n "$packages" ] || exit 0
cat >&2 <<MESSAGE
setup: for the tests, not for the Studio, this machine lacks: $packages
setup: run: sudo sh -c '$command', then make setup again
setup: (or set CHROMIUM_PATH to a Chromium, or PLAYWRIGHT_CHANNEL=chrome to use an installed Chrome)
MESSAGE
exit 3
