#!/bin/sh
# Install the hub's units, user, folders and first settings; what is there already stays as it is.
# Run it as root from the clone in /opt/fimls. ROOT, if set, is the root to install into, for a trial.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=${ROOT:-}

install -d "$root/etc/systemd/system" "$root/etc/sysusers.d"
for unit in "$here"/*.service "$here"/*.socket; do
  install -m 0644 "$unit" "$root/etc/systemd/system/"
done
install -m 0644 "$here/fimls.sysusers.conf" "$root/etc/sysusers.d/fimls.conf"
systemd-sysusers ${root:+--root="$root"} fimls.conf

# Numbers, because the names are those of `root`.
owner=$(grep '^fimls:' "$root/etc/passwd" | cut -d: -f3)
group=$(grep '^fimls:' "$root/etc/group" | cut -d: -f3)
install -d -m 0755 "$root/etc/fimls"
install -d -m 0700 -o "$owner" -g "$group" "$root/var/lib/fimls"
if [ ! -e "$root/etc/fimls/fimls.toml" ]; then
  install -m 0640 -g "$group" "$here/fimls-hub.toml" "$root/etc/fimls/fimls.toml"
fi
[ -n "$root" ] || systemctl daemon-reload
