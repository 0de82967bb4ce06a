# Nothing is to be found in these
fresh negative
: >empty.pem; printf '\n\n' >blank-lines.pem
cat >about-pem.md <<'T'
# PEM
A certificate begins with `-----BEGIN CERTIFICATE-----` and ends with `-----END CERTIFICATE-----`; a key with
`-----BEGIN PRIVATE KEY-----`. Write `openssl x509 -in cert.pem -noout -text` to see it.
T
printf -- '-----BEGIN CERTIFICATE-----\n...\n-----END CERTIFICATE-----\n' >placeholder.pem
printf -- '-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA... (your key here)\n-----END RSA PRIVATE KEY-----\n' >placeholder-key.pem
printf -- '-----BEGIN PRIVATE KEY-----\n<base64>\n-----END PRIVATE KEY-----\n' >template.tpl
printf -- '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n' >no-body.pem
printf -- '-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n' "$(printf 'This is base64 of a sentence, and nothing else.' | base64)" >base64-of-text.pem
printf -- '-----BEGIN BANANA-----\n%s\n-----END BANANA-----\n' "$(printf 'yellow' | base64)" >other-label.pem
cat >ssh-docs.md <<'T'
Add a line such as `ssh-rsa AAAAB3NzaC1yc2E... user@host` to `authorized_keys`, or `ssh-ed25519 AAAA… you`:

    ssh-rsa AAAA you@example.org
    from="10.0.0.1" ssh-ed25519 <key>
T
printf 'U2FsdGVkX18AAAAAAAAAAA==\nbm90aGluZw==\n' >base64.txt
head -c 64 /dev/zero >zeros.der
"$PY" - <<'P'
import random
r = random.Random(7)
open("der-like.bin", "wb").write(b"\x30\x82\x01\x00" + r.randbytes(256))
open("der-sequences.der", "wb").write(b"\x30\x0c\x30\x05\x02\x01\x05\x05\x00\x04\x03abc")
open("der-cert-shaped.der", "wb").write(b"\x30\x20\x30\x0b\x02\x01\x01\x02\x01\x02\x02\x01\x03\x05\x00\x30\x00\x03\x0f\x00" + r.randbytes(14)) 
open("jks-magic-only.jks", "wb").write(bytes.fromhex("feedfeed"))
open("random.p12", "wb").write(r.randbytes(300))
open("base32.txt", "w").write("JBSWY3DPEHPK3PXP\n")
open("integer.der", "wb").write(b"\x02\x04\x12\x34\x56\x78")
P
cat >grep-me.sh <<'T'
#!/bin/sh
grep -l -e '-----BEGIN OPENSSH PRIVATE KEY-----' -e '-----BEGIN PGP PRIVATE KEY BLOCK-----' "$@"
sed -n '/-----BEGIN CERTIFICATE-----/,/-----END CERTIFICATE-----/p' "$1"
T
cat >detector.py <<'T'
PATTERNS = [
    "-----BEGIN RSA PRIVATE KEY-----",
    "-----BEGIN EC PRIVATE KEY-----",
    "-----END EC PRIVATE KEY-----",
]
T
printf 'PuTTY-User-Key-File-3: is how a key file of PuTTY begins\n' >putty.txt
printf 'age-encryption.org/v1 is the first line of a file of age.\n' >age.txt
printf 'untrusted comment: hello\n' >minisign.txt
printf 'A key of 2048 bits (RSA), SHA256withRSA; see CN=example, O=none.\n' >prose.txt
sed 's/-----/----/g' "$F/x509/ec-p256.pem" >four-dashes.pem
sed 's/BEGIN CERTIFICATE/begin certificate/; s/END CERTIFICATE/end certificate/' "$F/x509/ec-p256.pem" >lower-case.pem
printf '[interface]\nname = eth0\nPrivateKey = see the vault\n[Peer]\nPublicKey = ask the admin\n' >not-wireguard.ini
printf 'a module~Module signature appended~\n' >module-words.txt
printf 'just text, then APK Sig Block 42 and PK\n' >apk-words.txt
printf '<X509Data><X509Certificate></X509Certificate><X509Certificate>${cert}</X509Certificate></X509Data>\n' >empty-element.xml
printf '{"rawBytes": "", "sig": "", "payload": "aGVsbG8=", "payloadType": "text/plain", "signatures": []}\n' >no-signature.json
printf 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\ndata:\n  tls.crt: ""\n  tls.key: e3sgLlZhbHVlcy50bHMua2V5IH19\n  user: YWRtaW4=\n' >secret-template.yaml
printf 'example.org. 3600 IN A 192.0.2.1\nexample.org. 3600 IN TXT "v=DNSKEY p=none"\n' >plain.zone
printf 'MIIBIjANBgkqhkiG9w0B is how a public key of RSA begins in base64.\n' >mii.txt
printf -- '-----BEGIN PGP MESSAGE-----\n\nhello\n-----END PGP MESSAGE-----\n' >pgp-words.asc
printf -- '-----BEGIN PGP SIGNATURE-----\n...\n-----END PGP SIGNATURE-----\n' >pgp-placeholder.asc
printf '# known hosts\n# example.org ssh-ed25519 AAAA\n' >known_hosts
printf 'openssh-key-v1\n' >openssh.txt
printf 'SSHSIG is the magic of a signature\n' >sshsig.txt
"$PY" - <<'P'
import io, random, zipfile
r = random.Random(8)
z = zipfile.ZipFile("unsigned.jar", "w"); z.writestr(zipfile.ZipInfo("META-INF/MANIFEST.MF"), "Manifest-Version: 1.0\n\n"); z.writestr(zipfile.ZipInfo("a.txt"), "a"); z.close()
open("noise.key", "wb").write(r.randbytes(500))
open("age-magic.age", "wb").write(b"age-encryption.org/v1\n")
open("long-oid.der", "wb").write(b"\x30\x1a\x06\x18" + b"\xff" * 23 + b"\x7f")
open("nested.der", "wb").write(b"\x30\x80" * 400 + b"\x00\x00" * 400)
P
