#!/bin/bash
# Makes the programs of this corpus from src/. What is in each is said by its source; what must be found in it, by expected.toml.
#   ./recipe.sh                 makes everything below files/ anew
#   ./recipe.sh large FOLDER    makes what is too large to keep, in FOLDER
# Nothing is installed: libraries of Debian are unpacked below $WORK.
set -euo pipefail
export LC_ALL=C.UTF-8 SOURCE_DATE_EPOCH=1767225600
here=$(cd "$(dirname "$0")" && pwd)
src=$here/src
work=${WORK:-${TMPDIR:-/tmp}/pqscan-native}
zig=${ZIG:-python-zig}
go=${GO:-go}
mkdir -p "$work"

# unpacked ARCHITECTURE PACKAGE...: a root with Debian's packages of that architecture, of the suite that this machine has
unpacked() {
  local arch=$1 root=$work/$1; shift
  [ -e "$root/.done" ] && return
  rm -rf "$root"; mkdir -p "$root/debs" "$work/lists-$arch/partial" "$work/cache-$arch/archives/partial"; touch "$work/status"
  local apt=(-qq -o APT::Architecture="$arch" -o APT::Architectures="$arch" -o Dir::State::lists="$work/lists-$arch" -o Dir::State::status="$work/status"
    -o Dir::Cache="$work/cache-$arch" -o APT::Sandbox::User=root -o Acquire::Languages=none)
  apt-get "${apt[@]}" update >/dev/null 2>&1 || true
  (cd "$root/debs" && apt-get "${apt[@]}" download "$@") || return 1
  for package in "$root"/debs/*.deb; do dpkg-deb -x "$package" "$root" || return 1; done
  rm -r "$root/debs"; touch "$root/.done"
}
libraries="libssl-dev libssl3 libmbedtls-dev libmbedcrypto7 libsodium-dev libsodium23 libgcrypt20-dev libgcrypt20 libgpg-error-dev libgpg-error0 nettle-dev libnettle8
  libhogweed6 libgmp-dev libgmp10 libgnutls28-dev libgnutls30 libsecp256k1-dev libsecp256k1-1 zlib1g-dev zlib1g"

# Which library a folder of src/ is about.
needed() {
  case $1 in
    openssl/tls) echo -lssl -lcrypto ;; openssl/*) echo -lcrypto ;; mbedtls/*) echo -lmbedcrypto ;; sodium/*) echo -lsodium ;; gcrypt/*) echo -lgcrypt ;;
    nettle/*) echo -lhogweed -lnettle -lgmp ;; gnutls/*) echo -lgnutls ;; secp256k1/*) echo -lsecp256k1 ;; plain/squeeze) echo -lz ;; dlopen/*) echo -ldl ;;
  esac
}
old="-w -DOPENSSL_API_COMPAT=0x10100000L"

# linked TRIPLET ARCHITECTURE COMPILER... -- NAME...: dynamic programs
linked() {
  local triplet=$1 arch=$2 root=$work/$2; shift 2
  local compiler=(); while [ "$1" != -- ]; do compiler+=("$1"); shift; done; shift
  mkdir -p "$out"
  for name; do
    "${compiler[@]}" -Os $old -isystem "$root/usr/include" -isystem "$root/usr/include/$triplet" "$src/$name.c" -o "$out/${name//\//-}" \
      -L"$root/usr/lib/$triplet" -L"$root/lib/$triplet" -Wl,--allow-shlib-undefined $(needed "$name")
  done
}
cross() { # cross TARGET TRIPLET ARCHITECTURE NAME...
  local target=$1 triplet=$2 arch=$3; shift 3
  unpacked "$arch" libssl-dev libssl3 libsodium-dev libsodium23 libmbedtls-dev libmbedcrypto7
  linked "$triplet" "$arch" "$zig" cc -target "$target" -s -- "$@"
}

small() {
  rm -rf "$here/files"; mkdir -p "$here/files"; cd "$work"
  unpacked amd64 $libraries
  local all; all=$(cd "$src" && ls {openssl,mbedtls,sodium,gcrypt,nettle,gnutls,secp256k1,plain,dlopen}/*.c own/table.c | sed 's/\.c$//')
  # Programs for x86-64, stripped; some of them not.
  out=$here/files/amd64; linked x86_64-linux-gnu amd64 gcc -s -- $all
  out=$here/files/amd64-unstripped; linked x86_64-linux-gnu amd64 gcc -- openssl/rsa openssl/aes plain/sort
  # The same for other processors, both byte orders, 32 and 64 bits.
  local few="openssl/rsa openssl/ecdh openssl/aes sodium/sign mbedtls/dhm plain/hello own/table"
  out=$here/files/arm64;    cross aarch64-linux-gnu.2.36 aarch64-linux-gnu arm64 $few
  out=$here/files/armhf;    cross arm-linux-gnueabihf.2.36 arm-linux-gnueabihf armhf $few
  out=$here/files/i386;     cross x86-linux-gnu.2.36 i386-linux-gnu i386 $few
  out=$here/files/s390x;    cross s390x-linux-gnu.2.36 s390x-linux-gnu s390x $few
  out=$here/files/ppc64el;  cross powerpc64le-linux-gnu.2.36 powerpc64le-linux-gnu ppc64el $few
  out=$here/files/mips64el; cross mips64el-linux-gnuabi64.2.36 mips64el-linux-gnuabi64 mips64el openssl/rsa plain/hello own/table
  # With a part of a library inside.
  local root=$work/amd64/usr; out=$here/files/static; mkdir -p "$out"
  local inside="gcc -Os -s -w -isystem $root/include -isystem $root/include/x86_64-linux-gnu -L$root/lib/x86_64-linux-gnu -Wl,--gc-sections -Wl,-z,noseparate-code"
  for name in ecdsa rsa ed25519; do $inside "$src/nettle/$name.c" -o "$out/nettle-$name" -l:libhogweed.a -l:libnettle.a -l:libgmp.so.10; done
  # Objects, archives, libraries.
  out=$here/files/parts; mkdir -p "$out"
  local c="gcc -Os $old -isystem $root/include -isystem $root/include/x86_64-linux-gnu"
  $c -c "$src/own/library.c" -o "$work/library.o"; $c -c "$src/own/other.c" -o "$work/other.o"; $c -c "$src/nettle/ed25519.c" -o "$out/nettle-ed25519.o"
  cp "$work/library.o" "$out/acme.o"
  rm -f "$out/libacme.a"; ar rcD "$out/libacme.a" "$work/library.o" "$work/other.o"
  $c -s -shared -fPIC "$src/own/library.c" "$src/own/other.c" -Wl,-soname,libacme.so.1 -o "$out/libacme.so.1" -L$root/lib/x86_64-linux-gnu -lcrypto
  $c -c -ffreestanding -fno-stack-protector "$src/kernel/module.c" -o "$out/acme_verify.ko"
  $c -c -ffreestanding -fno-stack-protector "$src/kernel/plain.c" -o "$out/acme_plain.ko"
  "$zig" cc -target s390x-linux-gnu.2.36 -Os -c -ffreestanding "$src/kernel/module.c" -o "$out/acme_verify-s390x.ko"
  # Windows.
  out=$here/files/windows; mkdir -p "$out"
  for target in x86_64 x86; do
    for name in ecdsa rsa random; do "$zig" cc -target $target-windows-gnu -Os -s "$src/windows/$name.c" -o "$out/$name-$target.exe" -lbcrypt; done
    "$zig" cc -target $target-windows-gnu -Os -s "$src/plain/hello.c" -o "$out/hello-$target.exe"
  done
  "$zig" cc -target x86_64-windows-gnu -Os -s -shared "$src/windows/library.c" -o "$out/acme.dll" -ladvapi32
  "$zig" cc -target x86_64-windows-gnu -Os -c "$src/windows/ecdsa.c" -o "$out/ecdsa.obj"
  rm -f "$out"/*.pdb "$out"/*.lib
  # macOS.
  out=$here/files/macos; mkdir -p "$out"
  for target in aarch64 x86_64; do
    for name in rsa ecdsa; do "$zig" cc -target $target-macos -Os -s "$src/apple/$name.c" "$src/apple/Security.tbd" -o "$out/$name-$target"; done
    "$zig" cc -target $target-macos -Os -s "$src/plain/hello.c" -o "$out/hello-$target"
    "$zig" cc -target $target-macos -Os -s "$src/own/table.c" -o "$out/table-$target"
  done
  "$zig" cc -target aarch64-macos -Os -s -shared "$src/apple/library.c" "$src/apple/libcrypto.tbd" -o "$out/libacme.dylib"
  # Implementations in Zig: for WebAssembly, and as libraries.
  out=$here/files/wasm; mkdir -p "$out"
  for file in "$src"/zig/*.zig; do
    "$zig" build-exe "$file" -target wasm32-freestanding -fno-entry --export=run -OReleaseSmall -fstrip -femit-bin="$out/$(basename "$file" .zig).wasm"
  done
  out=$here/files/zig; mkdir -p "$out"
  for file in ed25519 p256 mlkem768 aes; do
    for target in x86_64-linux s390x-linux aarch64-macos x86_64-windows; do
      case $target in *macos) end=dylib ;; *windows) end=dll ;; *) end=so ;; esac
      "$zig" build-lib -dynamic "$src/zig/$file.zig" -target $target -OReleaseSmall -fstrip -femit-bin="$out/$file-$target.$end"
    done
  done
  rm -f "$out"/*.pdb "$out"/*.lib "$out"/*.h
  find "$here/files" -type f -exec chmod 644 {} +
  du -sh "$here/files"; find "$here/files" -type f | wc -l
}

# large FOLDER: Go, Rust, OpenSSL in one file
large() {
  local to=$1; mkdir -p "$to"; to=$(cd "$to" && pwd); cd "$work"
  if command -v "$go" >/dev/null; then
    for program in {hello,sha256,rsa,ecdsa,ed25519,x25519,mlkem,https}-linux-amd64 rsa-linux-s390x rsa-windows-amd64 rsa-darwin-arm64 ecdsa-linux-s390x x25519-windows-amd64 mlkem-darwin-arm64; do
      IFS=- read -r name system processor <<<"$program"
      (cd "$src/go/$name" && CGO_ENABLED=0 GOFLAGS=-mod=mod GOPROXY=off GOWORK=off GOOS=$system GOARCH=$processor \
        "$go" build -trimpath -ldflags='-s -w' -o "$to/go-$program" .)
    done
  else echo "go: not here"; fi
  if unpacked amd64 $libraries 2>/dev/null; then
    local root=$work/amd64/usr
    for name in rsa ecdsa aes; do
      gcc -Os -s $old -isystem "$root/include" -isystem "$root/include/x86_64-linux-gnu" "$src/openssl/$name.c" -o "$to/static-openssl-$name" \
        -L"$root/lib/x86_64-linux-gnu" -l:libcrypto.a -lpthread -ldl
    done
    local inside="gcc -Os -s -w -isystem $root/include -isystem $root/include/x86_64-linux-gnu -L$root/lib/x86_64-linux-gnu -Wl,--gc-sections"
    for name in sign scalarmult; do $inside "$src/sodium/$name.c" -o "$to/static-sodium-$name" -l:libsodium.a; done
    for name in rsa ecdsa aes; do $inside "$src/mbedtls/$name.c" -o "$to/static-mbedtls-$name" -l:libmbedcrypto.a; done
  else echo "libraries to link with: not here"; fi
  if command -v cargo >/dev/null; then
    for name in $(cd "$src/rust" && ls); do
      cp -r "$src/rust/$name" "$work/"
      if (cd "$work/$name" && cargo build --quiet --release --target-dir "$work/cargo"); then cp "$work/cargo/release/$name" "$to/rust-$name"; else echo "rust/$name: not built"; fi
    done
  else echo "cargo: not here"; fi
}

if [ "${1:-}" = large ]; then large "$2"; else small; fi
