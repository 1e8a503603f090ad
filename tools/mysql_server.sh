#!/bin/sh
# Unpacks the MySQL that Debian's sid has, with all its libraries, into a folder: mysql_server.sh FOLDER [MIRROR]
# The suites run on it too where STUDIO_TEST_MYSQL_ROOT names the folder. Needs root, debootstrap and a minute.
set -eu
[ $# -ge 1 ] || { sed -n '2,3s/^# //p' "$0" >&2; exit 2; }
[ "$(id -u)" = 0 ] || { echo "run it as root: debootstrap makes devices and owners" >&2; exit 1; }
command -v debootstrap >/dev/null || { echo "debootstrap is missing: apt-get install debootstrap" >&2; exit 1; }
debootstrap --variant=minbase --include=mysql-server-core sid "$@"
"$1"/usr/lib/*-linux-gnu/ld-linux-*.so.* --library-path "$(echo "$1"/usr/lib/*-linux-gnu)" "$1/usr/sbin/mysqld" --version
