#!/bin/sh
# Saves folders into an archive for every day.
set -eu

target=${TARGET:-/var/backups}
keep=7

usage() {
  cat <<TEXT
usage: backup [-k days] folder...
TEXT
  exit 1
}

while getopts k: option; do
  case $option in
    k) keep=$OPTARG ;;
    *) usage ;;
  esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || usage

today=$(date +%F)
for folder in "$@"; do
  if [ ! -d "$folder" ]; then
    echo "no such folder: $folder" >&2
    continue
  fi
  name=$(basename "$folder")
  tar -czf "$target/$name-$today.tar.gz" -C "$(dirname "$folder")" "$name"
done

find "$target" -name '*.tar.gz' -mtime "+$keep" -print | while read -r old; do
  echo "removing $old"
  rm -- "$old"
done
