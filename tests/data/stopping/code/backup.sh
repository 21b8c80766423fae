#!/usr/bin/env bash
set -euo pipefail

source_folder="${1:-.}"
target_folder="${2:-/tmp/backup}"
keep=5

log() {
  local level="$1"
  shift
  printf '%s %s\n' "$level" "$*" >&2
}

check() {
  if [[ ! -d "$source_folder" ]]; then
    log error "no folder $source_folder"
    return 1
  fi
  mkdir -p "$target_folder"
}

archive() {
  local name
  name="$(date +%Y%m%d-%H%M%S).tar.gz"
  tar --create --gzip \
    --file "$target_folder/$name" \
    --directory "$source_folder" .
  log info "wrote $name"
}

prune() {
  local count=0
  for file in "$target_folder"/*.tar.gz; do
    count=$((count + 1))
    if ((count > keep)); then
      rm -- "$file"
      log info "removed $file"
    fi
  done
}

main() {
  check || exit 1
  archive
  prune
  case "${3:-}" in
    --list)
      ls -l "$target_folder"
      ;;
    *)
      log info "done"
      ;;
  esac
}

main "$@"
