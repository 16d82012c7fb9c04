#!/bin/sh
# A Docker engine for tests/e2e/sandbox_test.ts on a bare Debian machine, as root, without Docker Hub:
#   apt-get install -y docker.io debootstrap
#   eval "$(sh tests/support/sandbox_engine.sh FOLDER)"; deno test -A tests/e2e/sandbox_test.ts
# The base image is made here, with this machine's Node.js and certificates. Ends with
#   kill "$(cat FOLDER/pid)"
set -eu
mkdir -p "$1"
folder=$(cd "$1" && pwd)
export DOCKER_HOST="unix://$folder/docker.sock"
if ! docker info >/dev/null 2>&1; then
  setsid dockerd --data-root "$folder/data" --exec-root "$folder/exec" --bridge=none \
    --iptables=false --ip6tables=false -H "$DOCKER_HOST" --pidfile "$folder/pid" \
    >"$folder/dockerd.log" 2>&1 </dev/null &
  for _ in $(seq 60); do docker info >/dev/null 2>&1 && break; sleep 0.5; done
fi
docker info >/dev/null
if ! docker image inspect ductor-test-base >/dev/null 2>&1; then
  root="$folder/rootfs"
  debootstrap --variant=minbase --include=ca-certificates,libstdc++6 bookworm "$root" >&2
  cp "$(command -v node)" "$root/usr/bin/node"
  mkdir -p "$root/usr/lib/node_modules"
  cp -r "$(npm root -g 2>/dev/null)/npm" "$root/usr/lib/node_modules/"
  ln -sf ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/bin/npm"
  cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
  tar -C "$root" -c . | docker import \
    -c 'ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt' - ductor-test-base >&2
  rm -rf "$root"
fi
echo "export DOCKER_HOST='$DOCKER_HOST'"
echo "export DUCTOR_TEST_BUILD_ARGS='--network host --build-arg BASE=ductor-test-base'"
