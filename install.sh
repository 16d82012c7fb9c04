#!/bin/sh
# Installs ductor, or upgrades it, for the user who runs this. Needs no root.
#
#   DUCTOR_INSTALL_URL   folder the release is in (default: the newest one on GitHub); one that is a
#                        mirror is where upgrades come from then, too
#   DUCTOR_INSTALL_DIR   where the program goes (default: ~/.local/bin)
#
# A copy from a release knows that release's address and key; the one in the source does not.
set -eu

url=${DUCTOR_INSTALL_URL:-"@DUCTOR_URL@"}
public_key="@DUCTOR_PUBLIC_KEY@"

say() { printf '%s\n' "$*"; }
fail() {
  printf 'ductor was not installed: %s\n' "$*" >&2
  exit 1
}
has() { command -v "$1" >/dev/null 2>&1; }

# URL FILE [progress, to be shown on a terminal]
fetch() {
  quiet_curl=--silent quiet_wget=-q
  if [ $# -gt 2 ] && [ -t 2 ]; then
    quiet_curl=--progress-bar
    # BusyBox's wget knows no other way than to show it.
    if wget --help 2>&1 | grep -q -e --show-progress; then quiet_wget='-q --show-progress'; else quiet_wget=; fi
  fi
  # What begins safely must not be led elsewhere.
  case $1 in
    https:*) protocols='=https' ;;
    *) protocols='=http,https' ;;
  esac
  if has curl; then
    curl --proto "$protocols" --fail $quiet_curl --show-error --location --output "$2" "$1"
  elif has wget; then
    wget $quiet_wget -O "$2" "$1"
  else
    fail "neither curl nor wget was found; install one of them"
  fi || fail "$1 could not be downloaded"
}

# FILE
sha256() {
  if has sha256sum; then
    sha256sum "$1"
  elif has shasum; then
    shasum -a 256 "$1"
  elif has openssl; then
    openssl dgst -sha256 -r "$1"
  else
    fail "none of sha256sum, shasum and openssl was found to check the download with"
  fi | cut -d ' ' -f 1
}

target() {
  machine=$(uname -m)
  case $(uname -s) in
    Linux) system=unknown-linux-gnu ;;
    Darwin)
      system=apple-darwin
      # A shell under Rosetta says x86_64 on an Apple chip.
      if [ "$(sysctl -n sysctl.proc_translated 2>/dev/null || :)" = 1 ]; then machine=arm64; fi
      ;;
    *) fail "there is no program for $(uname -s); on Windows use install.ps1" ;;
  esac
  case $machine in
    x86_64 | amd64) machine=x86_64 ;;
    aarch64 | arm64) machine=aarch64 ;;
    *) fail "there is no program for $machine processors" ;;
  esac
  if [ "$system" = unknown-linux-gnu ] && ldd --version 2>&1 | grep -qi musl; then
    fail "this system has musl instead of glibc, which ductor's runtime needs"
  fi
  say "$machine-$system"
}

# Checks SHA256SUMS in folder $1 with its signature, where an OpenSSL is that can.
check_signature() {
  if ! has openssl || ! openssl pkeyutl -help 2>&1 | grep -q -e -rawin; then
    say "Signature not checked (that needs OpenSSL 3); the checksum is."
    return
  fi
  # What stands before an Ed25519 key in its DER form is always the same.
  printf -- '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA%s\n-----END PUBLIC KEY-----\n' \
    "$public_key" >"$1/key.pem"
  openssl pkeyutl -verify -pubin -inkey "$1/key.pem" -rawin -in "$1/SHA256SUMS" \
    -sigfile "$1/SHA256SUMS.sig" >/dev/null 2>&1 ||
    fail "the checksums are not signed by the makers of ductor. Nothing was changed"
}

# A mirror answers as GitHub's API does: then ductor can ask it for newer versions.
remember_mirror() {
  [ -n "${DUCTOR_INSTALL_URL:-}" ] || return 0
  (fetch "$url/latest" "$work/latest") 2>/dev/null || return 0
  grep -q '"tag_name"' "$work/latest" || return 0
  if "$folder/ductor" config set update.url "$url" >/dev/null 2>"$work/said" &&
    "$folder/ductor" upgrade --check >/dev/null 2>"$work/said"; then
    say "Upgrades will come from $url, too (update.url in the config)."
  else
    say "To upgrade, run this script again. ductor itself cannot: $(cat "$work/said")"
  fi
}

path_hint() {
  case ":$PATH:" in
    *":$1:"*) return ;;
  esac
  case ${SHELL:-} in
    */zsh) file=.zshrc line="export PATH=\"$1:\$PATH\"" ;;
    */fish) file=.config/fish/config.fish line="fish_add_path \"$1\"" ;;
    */bash) file=.bashrc line="export PATH=\"$1:\$PATH\"" ;;
    *) file=.profile line="export PATH=\"$1:\$PATH\"" ;;
  esac
  say "$1 is not on your PATH. Add this line to ~/$file and open a new terminal:"
  say ""
  say "  $line"
  say ""
}

main() {
  case $public_key in
    @*) fail "this is the copy from the source; take install.sh from a release" ;;
  esac
  [ -n "$url" ] || fail "set DUCTOR_INSTALL_URL to the folder the release is in"
  url=${url%/}
  folder=${DUCTOR_INSTALL_DIR:-"${HOME:?}/.local/bin"}
  name=ductor-$(target) || exit 1

  mkdir -p "$folder" || fail "$folder cannot be made"
  folder=$(cd "$folder" && pwd)
  # On the same disk, so that the last step happens at once or not at all.
  work=$(mktemp -d "$folder/.ductor-install.XXXXXX") || fail "$folder cannot be written"
  trap 'rm -rf "$work"' EXIT
  trap 'exit 130' INT TERM HUP

  say "Downloading $name…"
  fetch "$url/SHA256SUMS" "$work/SHA256SUMS"
  fetch "$url/SHA256SUMS.sig" "$work/SHA256SUMS.sig"
  check_signature "$work"
  expected=$(sed -n "s/^\([0-9a-f]\{64\}\) [ *]$name\$/\1/p" "$work/SHA256SUMS")
  [ -n "$expected" ] || fail "the release has no $name"
  fetch "$url/$name.gz" "$work/ductor.gz" progress
  gzip -dc "$work/ductor.gz" >"$work/ductor" ||
    fail "the download does not unpack, so it is not what was published. Nothing was changed"
  rm "$work/ductor.gz"
  found=$(sha256 "$work/ductor")
  [ "$found" = "$expected" ] || fail "the download is not what was published (SHA-256 $found, expected $expected). Nothing was changed"
  chmod 755 "$work/ductor"
  version=$("$work/ductor" --version) || fail "the program does not run on this system. Nothing was changed"

  if [ -f "$folder/ductor" ]; then
    # As `ductor upgrade` does: `ductor upgrade --undo` goes back.
    ln -f "$folder/ductor" "$folder/ductor.old" 2>/dev/null ||
      cp -p "$folder/ductor" "$folder/ductor.old"
    again=yes
  else
    again=no
  fi
  mv -f "$work/ductor" "$folder/ductor"

  say "ductor $version is in $folder."
  remember_mirror
  path_hint "$folder"
  if [ $again = yes ]; then
    say "If the bot is running: ductor restart"
  else
    say "Next: ductor onboarding   (or, to try it in the browser first: ductor demo)"
  fi
}

# At the very end, so that half a script does nothing.
main
