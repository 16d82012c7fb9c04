#!/bin/sh
# Makes a new skill beside this one: new.sh NAME "description"
set -eu

if [ $# -ne 2 ]; then
  echo 'usage: new.sh NAME "What it does. Use when ..."' >&2
  exit 1
fi
name=$1
description=$2
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd -P)
skills=$(dirname -- "$(dirname -- "$here")")

case $name in
*[!a-z0-9-]* | -* | *- | *--* | '')
  echo "\"$name\" cannot be a name: only small letters, digits and single hyphens between them" >&2
  exit 1
  ;;
esac
case $description in
*'
'*)
  echo "the description must be one line" >&2
  exit 1
  ;;
esac
if [ -e "$skills/$name" ] || [ -L "$skills/$name" ]; then
  echo "$skills/$name already exists" >&2
  exit 1
fi

mkdir "$skills/$name"
# Quoted for YAML: inside single quotes only the quote itself has to be doubled.
quoted=$(printf '%s' "$description" | sed "s/'/''/g")
cat >"$skills/$name/SKILL.md" <<END
---
name: $name
description: '$quoted'
---

# $name

(Write here how it is done.)
END
if ! sh "$here/check.sh" "$skills/$name" >/dev/null; then
  rm -r "$skills/$name"
  exit 1
fi
echo "$skills/$name/SKILL.md"
