# Signed things: JAR, APK, kernel module, RPM, DEB, DSSE, Sigstore
fresh signed
d=$(mktemp -d)
printf 'hello\n' >"$d/hello.txt"; printf 'Manifest-Version: 1.0\n\n' >"$d/m"
(cd "$d" && jar cfm plain.jar m hello.txt)
J="-storepass changeit -keypass changeit"
for a in "RSA:-keyalg RSA -keysize 2048:SHA256withRSA:SHA-256" "DSA:-keyalg DSA -keysize 1024:SHA1withDSA:SHA1" "EC:-keyalg EC -groupname secp256r1:SHA384withECDSA:SHA-384"; do
  IFS=: read -r n opt sig dig <<<"$a"
  rm -f "$d/ks"; keytool -genkeypair -alias s $opt -dname CN=jar-$n -startdate "2026/01/01 00:00:00" -validity 3650 -storetype JKS -keystore "$d/ks" $J >>"$K/log" 2>&1
  f=jar-$(echo $n | tr A-Z a-z).jar; cp "$d/plain.jar" "$f"
  jarsigner -keystore "$d/ks" $J -sigalg $sig -digestalg $dig -sigfile SIGNER "$f" s >>"$K/log" 2>&1
done
# an application package, signed in the first three ways
printf 'dex\n035\0' >"$d/classes.dex"
printf '<manifest/>' >"$d/AndroidManifest.xml"
(cd "$d" && zip -q -X -0 plain.apk AndroidManifest.xml classes.dex)
openssl pkcs8 -topk8 -nocrypt -in "$K/code.key" -outform DER -out "$d/code.pk8"; openssl pkcs8 -topk8 -nocrypt -in "$K/eccode.key" -outform DER -out "$d/eccode.pk8"
as() { apksigner sign --min-sdk-version 21 "$@" >>"$K/log" 2>&1; }
as --key "$d/code.pk8" --cert "$K/code.crt" --v1-signing-enabled true --v2-signing-enabled true --v3-signing-enabled true --out app-v1-v2-v3.apk --in "$d/plain.apk"
as --key "$d/eccode.pk8" --cert "$K/eccode.crt" --v1-signing-enabled false --v2-signing-enabled true --v3-signing-enabled false --out app-v2-ec.apk --in "$d/plain.apk" --min-sdk-version 24
rm -f *.idsig
# kernel modules: the signature stands behind the module, then twelve bytes about it and a line
module() { { cat "$d/module"; cat "$1"; "$PY" -c "import sys; n=$(stat -c %s "$1"); sys.stdout.buffer.write(bytes([0,0,2,0,0,0,0,0])+n.to_bytes(4,'big')+b'~Module signature appended~\n')"; } >"$2"; }
printf '.section .modinfo\n.asciz "license=GPL"\n' >"$d/m.s"; gcc -c "$d/m.s" -o "$d/module"
ssl cms -sign -binary -in "$d/module" -signer "$K/code.crt" -inkey "$K/code.key" -md sha512 -nocerts -noattr -outform DER -out "$d/s"; module "$d/s" module-rsa.ko
ssl cms -sign -binary -in "$d/module" -signer "$K/eccode.crt" -inkey "$K/eccode.key" -md sha256 -outform DER -out "$d/s"; module "$d/s" module-ec-with-certificate.ko
gzip -9n <module-rsa.ko >module-rsa.ko.gz
# packages: GnuPG signs them
export GNUPGHOME=$d/gpg; mkdir -m 700 "$GNUPGHOME"
gpg --batch --quiet --pinentry-mode loopback --passphrase "" --quick-generate-key "Packager <packager@example.org>" rsa2048 sign never 2>>"$K/log"
mkdir -p "$d/rpm"/{BUILD,RPMS,SPECS}
printf 'Name: empty\nVersion: 1\nRelease: 1\nSummary: nothing\nLicense: MIT\nBuildArch: noarch\n%%description\nnothing\n%%files\n' >"$d/e.spec"
rpmbuild --quiet --define "_topdir $d/rpm" --define "_buildhost host" -bb "$d/e.spec" >>"$K/log" 2>&1
cp "$d/rpm/RPMS/noarch/empty-1-1.noarch.rpm" unsigned.rpm; cp unsigned.rpm signed.rpm
rpmsign --define "_gpg_name packager@example.org" --define "_gpg_path $GNUPGHOME" --define "__gpg /usr/bin/gpg" --addsign signed.rpm >>"$K/log" 2>&1
mkdir -p "$d/deb/DEBIAN"; printf 'Package: empty\nVersion: 1\nArchitecture: all\nMaintainer: N <n@example.org>\nDescription: nothing\n' >"$d/deb/DEBIAN/control"
SOURCE_DATE_EPOCH=1767225600 dpkg-deb -Zgzip --root-owner-group -b "$d/deb" "$d/e.deb" >/dev/null
(cd "$d" && mkdir x && cd x && ar x ../e.deb && cat debian-binary control.tar.gz data.tar.gz >../all)
gpg --batch --quiet --pinentry-mode loopback --passphrase "" --digest-algo SHA256 --armor --detach-sign -o "$d/_gpgorigin" "$d/all" 2>>"$K/log"
cp "$d/e.deb" signed.deb; (cd "$d" && ar q "$F/signed/signed.deb" _gpgorigin)
printf 'Origin: Test\nSuite: stable\nSHA256:\n e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 0 main/binary-all/Packages\n' >"$d/Release"
gpg --batch --quiet --pinentry-mode loopback --passphrase "" --digest-algo SHA512 --clearsign -o InRelease "$d/Release" 2>>"$K/log"
gpg --batch --quiet --pinentry-mode loopback --passphrase "" --digest-algo SHA512 --armor --detach-sign -o Release.gpg "$d/Release" 2>>"$K/log"
gpgconf --kill gpg-agent; unset GNUPGHOME
# a commit and a tag signed by OpenSSH, as git stores them
"$PY" "$here/parts/signed.py"
rm -rf "$d"
d=$(mktemp -d)
{ printf '<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0"><dict>\n<key>Name</key><string>profile</string>\n<key>DeveloperCertificates</key>\n<array><data>'; openssl x509 -in "$K/eccode.crt" -outform DER | base64 -w0; printf '</data></array>\n</dict></plist>\n'; } >"$d/p"
ssl cms -sign -binary -in "$d/p" -signer "$K/code.crt" -inkey "$K/code.key" -md sha256 -nodetach -outform DER -out app.mobileprovision; rm -r "$d"
