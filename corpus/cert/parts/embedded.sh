# Keys and certificates inside of other files
fresh embedded
openssl x509 -in "$K/ecmail.crt" -outform DER -out "$K/ecmail.der"; openssl x509 -in "$K/ecroot.crt" -outform DER -out "$K/ecroot.der"
openssl pkcs8 -topk8 -nocrypt -in "$K/p256.key" -out "$K/p256.p8"
cp "$K/p256.p8" "$K/ecmail.crt" "$K/ecroot.crt" "$F/pkcs12/aes256-changeit.p12" "$K/" 2>/dev/null || true
"$PY" "$here/parts/embedded.py"
# in the data of a program
d=$(mktemp -d)
(cd "$d" && cp "$K/ecmail.der" der && cp "$K/ecroot.crt" pem \
  && printf '.section .rodata\n.globl der\nder: .incbin "der"\n.byte 0,0,0,0\n.globl pem\npem: .incbin "pem"\n.byte 0\n' >data.s \
  && printf '.section .rodata\n.globl der\nder: .incbin "der"\n.byte 0,0\n' >one.s \
  && gcc -c data.s -o both.o && gcc -c one.s -o one.o && echo 'extern char der[]; int main(void) { return der[0]; }' >main.c \
  && gcc -Os -s main.c one.o -o program -Wl,-z,noexecstack 2>/dev/null)
cp "$d/both.o" der-and-pem.o; cp "$d/program" program-with-der; chmod 644 program-with-der; rm -r "$d"
# in archives
d=$(mktemp -d); mkdir "$d/conf"; cp "$K/ecmail.crt" "$d/conf/server.crt"; cp "$K/p256.p8" "$d/conf/server.key"; touch -d 2026-01-01 "$d"/conf/*
(cd "$d" && zip -q -X -r a.zip conf && tar --owner=0 --group=0 --mtime=2026-01-01 -czf a.tgz conf && tar --owner=0 --group=0 --mtime=2026-01-01 -cf inner.tar conf && zip -q -X n.zip inner.tar)
cp "$d/a.zip" archive.zip; cp "$d/a.tgz" archive.tar.gz; cp "$d/n.zip" tar-in-zip.zip; gzip -9nc "$K/ecroot.crt" >root.pem.gz
printf '#include <stdio.h>\nint main(void) { puts("-----BEGIN CERTIFICATE-----\\n%%s\\n-----END CERTIFICATE-----\\n-----BEGIN PRIVATE KEY-----"); return 0; }\n' >"$d/l.c"
gcc -Os -s "$d/l.c" -o none-labels-in-program 2>/dev/null; chmod 644 none-labels-in-program; rm -r "$d"
