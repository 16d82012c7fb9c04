#!/bin/sh
# Packs a skill into NAME.skill, a zip archive: package.sh FOLDER [WHERE]
# Needs nothing but gzip, which knows the checksums that a zip archive has. Files are stored as they are.
set -eu
LC_ALL=C
export LC_ALL

if [ $# -lt 1 ] || [ $# -gt 2 ]; then
  echo 'usage: package.sh FOLDER [WHERE]' >&2
  exit 1
fi
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd -P)
sh "$here/check.sh" "$1" >/dev/null
folder=$(CDPATH= cd -- "$1" && pwd -P)
name=$(basename -- "$folder")
where=$(CDPATH= cd -- "${2:-.}" && pwd -P)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

# A number in two or four bytes, the lowest first, as printf writes it.
le2() { printf '\\%03o\\%03o' $(($1 & 255)) $(($1 >> 8 & 255)); }
le4() { printf '\\%03o\\%03o\\%03o\\%03o' $(($1 & 255)) $(($1 >> 8 & 255)) $(($1 >> 16 & 255)) $(($1 >> 24 & 255)); }

# The same date for all: a package of the same files is always the same. 1 January 1980.
stamp='\000\000\041\000'
cd "$(dirname -- "$folder")"
find "$name" -type f ! -name '.*' ! -path '*/.*' ! -path '*/__pycache__/*' ! -path '*/node_modules/*' |
  sort >"$work/files"
: >"$work/zip"
: >"$work/index"
offset=0
count=0
while IFS= read -r file; do
  size=$(($(wc -c <"$file")))
  # The last eight bytes of gzip's output are the checksum and the size; four of them are wanted.
  crc=$(gzip -c <"$file" | tail -c 8 | od -An -v -tu1 | awk '{ printf "\\%03o\\%03o\\%03o\\%03o", $1, $2, $3, $4; exit }')
  common="\\000\\010\\000\\000$stamp$crc$(le4 "$size")$(le4 "$size")$(le2 "${#file}")\\000\\000"
  mode=644
  [ -x "$file" ] && mode=755
  # Unix permissions: the file type and mode are the upper half of the external attributes.
  attributes=$(((0100000 | 0$mode) << 16))
  {
    printf 'PK\003\004\024\000'
    # shellcheck disable=SC2059
    printf "$common"
    printf '%s' "$file"
    cat -- "$file"
  } >>"$work/zip"
  {
    printf 'PK\001\002\024\003\024\000'
    # shellcheck disable=SC2059
    printf "$common\\000\\000\\000\\000\\000\\000$(le4 "$attributes")$(le4 "$offset")"
    printf '%s' "$file"
  } >>"$work/index"
  offset=$((offset + 30 + ${#file} + size))
  count=$((count + 1))
done <"$work/files"
index=$(($(wc -c <"$work/index")))
{
  cat "$work/zip" "$work/index"
  # shellcheck disable=SC2059
  printf "PK\\005\\006\\000\\000\\000\\000$(le2 $count)$(le2 $count)$(le4 $index)$(le4 $offset)\\000\\000"
} >"$work/$name.skill"
mv "$work/$name.skill" "$where/$name.skill"
echo "$where/$name.skill"
