#!/bin/sh
# Checks a skill: check.sh FOLDER. Says what is wrong with it; exit code 0 when nothing is.
set -eu
LC_ALL=C
export LC_ALL

if [ $# -ne 1 ]; then
  echo 'usage: check.sh FOLDER' >&2
  exit 1
fi
folder=$(CDPATH= cd -- "$1" 2>/dev/null && pwd -P) || {
  echo "$1 is not a folder" >&2
  exit 1
}
file=$folder/SKILL.md
if [ ! -f "$file" ]; then
  echo "SKILL.md is missing in $folder" >&2
  exit 1
fi

# One line of front matter each: `key: value`. Lines further in belong to the key above them.
awk -v folder="$(basename -- "$folder")" '
function wrong(text) { print text; bad = 1 }
function plain(value) {
  sub(/^[ \t]+/, "", value); sub(/[ \t\r]+$/, "", value)
  if (value ~ /^\047.*\047$/) { value = substr(value, 2, length(value) - 2); gsub(/\047\047/, "\047", value) }
  else if (value ~ /^".*"$/) { value = substr(value, 2, length(value) - 2); gsub(/\\"/, "\"", value) }
  else if (value ~ /: |:$| #/) wrong("the value of " key " needs quotes around it, because of a colon or #")
  return value
}
# Bytes that begin a character, so that other alphabets are not counted double.
function chars(text) { gsub(/[\200-\277]/, "", text); return length(text) }
{ sub(/\r$/, "") }
NR == 1 { if ($0 != "---") { wrong("the first line must be ---"); exit } inside = 1; next }
inside && $0 == "---" { inside = 0; closed = 1; next }
inside && /^[ \t]*(#.*)?$/ { next }
inside && /^[ \t]/ { if (key != "") sub(/^[ \t]+/, ""); value[key] = value[key] " " $0; next }
inside {
  if (!match($0, /^[A-Za-z_-]+:/)) { wrong("not understood in the front matter: " $0); next }
  key = substr($0, 1, RLENGTH - 1)
  if (key in value) wrong(key " appears twice")
  rest = substr($0, RLENGTH + 1)
  value[key] = rest ~ /^[ \t]*[>|][-+]?[ \t]*$/ ? "" : plain(rest)
  next
}
!inside && /[^ \t]/ { body = 1 }
END {
  if (inside) wrong("the front matter does not end: a line --- is missing")
  if (NR == 0) wrong("SKILL.md is empty")
  if (closed) {
    for (key in value)
      if (key !~ /^(name|description|license|allowed-tools|metadata|compatibility)$/)
        wrong("the key " key " is not allowed in the front matter")
    name = value["name"]
    sub(/^ +/, "", value["description"])
    if (name == "") wrong("name is missing")
    else {
      if (name !~ /^[a-z0-9]+(-[a-z0-9]+)*$/)
        wrong("name must be small letters, digits and single hyphens between them, not \"" name "\"")
      if (length(name) > 64) wrong("name is longer than 64 characters")
      if (name != folder) wrong("name is \"" name "\", but the folder is \"" folder "\"")
    }
    if (value["description"] == "") wrong("description is missing")
    if (chars(value["description"]) > 1024) wrong("description is longer than 1024 characters")
    if (value["description"] ~ /[<>]/) wrong("description must not have < or > in it")
    if (chars(value["compatibility"]) > 500) wrong("compatibility is longer than 500 characters")
    if (!body) wrong("there is nothing after the front matter")
  }
  exit bad
}
' "$file" >&2 || exit 1
echo "$folder is a valid skill"
