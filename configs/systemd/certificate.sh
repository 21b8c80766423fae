#!/bin/sh
# Make a certificate for a hub, signed by an authority of your own: certificate.sh NAME [FOLDER]
# NAME is what editors connect to: a name, or an IP address.
# FOLDER/authority.pem is what editors get (`fimls connect --ca`, fimls.ca in VS Code, ca in Neovim);
# keep FOLDER/authority.key off the box. Run it again to renew the certificate: the authority stays.
set -eu
umask 077
name=$1
case $name in
  *:*) kind=IP ;;
  *[!0-9.]*) kind=DNS ;;
  *) kind=IP ;; # as in tls://10.0.0.5:7443
esac
cd "${2:-/etc/fimls}"

if [ ! -e authority.key ]; then
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 \
    -subj "/CN=fimls authority" -keyout authority.key -out authority.pem \
    -addext "basicConstraints=critical,CA:TRUE" -addext "keyUsage=critical,keyCertSign" 2>/dev/null
fi
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$name" \
  -keyout key.new -out request.new 2>/dev/null
printf 'subjectAltName=%s:%s\nextendedKeyUsage=serverAuth\nauthorityKeyIdentifier=keyid\n' "$kind" "$name" >extra.new
openssl x509 -req -in request.new -CA authority.pem -CAkey authority.key -CAcreateserial \
  -days 365 -extfile extra.new -out certificate.new 2>/dev/null
chmod 0644 authority.pem certificate.new
chmod 0640 key.new
if getent group fimls >/dev/null; then chgrp fimls key.new; fi
mv certificate.new certificate.pem
mv key.new key.pem
rm request.new extra.new
