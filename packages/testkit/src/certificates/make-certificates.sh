#!/bin/sh
# Creates every PEM file in pem/ again. Requires openssl 3.0 or later; the tests do not.
# Uses `openssl ca`, because in 3.0 only this command sets both dates.
set -eu
cd "$(dirname "$0")"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rm -rf pem
mkdir pem

cat >"$work/ca.cnf" <<CONFIG
[ca]
default_ca = authority
[authority]
database = $work/index
new_certs_dir = $work
rand_serial = yes
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
[authority_extensions]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:localhost, IP:127.0.0.1, IP:::1
[other_server]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:other.example
[client]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = clientAuth
subjectAltName = DNS:client.example
CONFIG
: >"$work/index"

valid="20250101000000Z 21250101000000Z"
past="20200101000000Z 20210101000000Z"
future="21200101000000Z 21250101000000Z"

# issue <name> <common name> <extensions> <"start end"> <issuer | self>
issue() {
  name=$1 common_name=$2 extensions=$3 dates=$4 issuer=$5
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
    -keyout "$work/$name.key" -out "$work/$name.csr" -subj "/CN=$common_name" 2>/dev/null
  if [ "$issuer" = self ]; then
    signer="-selfsign -keyfile $work/$name.key"
  else
    signer="-cert $work/$issuer.crt -keyfile $work/$issuer.key"
  fi
  # shellcheck disable=SC2086 # $signer is several words on purpose
  openssl ca -batch -notext -config "$work/ca.cnf" -extensions "$extensions" $signer \
    -startdate "${dates% *}" -enddate "${dates#* }" \
    -in "$work/$name.csr" -out "$work/$name.crt" 2>/dev/null
}

# publish <name> [certificates that follow it in the chain …]
publish() {
  name=$1
  cp "$work/$name.key" "pem/$name.key"
  for link in "$@"; do cat "$work/$link.crt"; done >"pem/$name.crt"
}

issue ca 'Testkit CA' authority_extensions "$valid" self
issue other-ca 'Another testkit CA' authority_extensions "$valid" self
issue expired-authority 'Expired testkit intermediate' authority_extensions "$past" ca

issue good localhost server "$valid" ca
issue expired localhost server "$past" ca
issue not-yet-valid localhost server "$future" ca
issue self-signed localhost server "$valid" self
issue wrong-name other.example other_server "$valid" ca
issue untrusted-chain localhost server "$valid" other-ca
issue expired-intermediate localhost server "$valid" expired-authority
issue client 'testkit client' client "$valid" ca

# The private keys of the CAs are deleted, so that they cannot sign anything else.
cp "$work/ca.crt" pem/ca.crt
publish good
publish expired
publish not-yet-valid
publish self-signed
publish wrong-name
publish untrusted-chain other-ca
publish expired-intermediate expired-authority
publish client
