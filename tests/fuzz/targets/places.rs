//! Where metadata of packages lies, every kind of it, and a small one to begin from.

macro_rules! database {
    ($name:literal) => {
        include_bytes!(concat!(
            "../../../src/engine/detect/package/rpm/testdata/",
            $name
        ))
    };
}

/// A path and what may stand there.
pub(crate) static PLACES: &[(&str, &[u8])] = &[
    ("x.jar!/META-INF/MANIFEST.MF", b"Manifest-Version: 1.0\r\nBundle-SymbolicName: org.bou\r\n ncycastle.bcprov;singleton:=true\r\nBundle-Version: 1.78.1\r\nImplementation-Title: bcprov\r\nImplementation-Vendor-Id: org.bouncycastle\r\nImplementation-Version: 1.78.1\r\n\r\nName: a\r\n"),
    ("x.jar!/META-INF/maven/org.a/b/pom.properties", b"#Maven\ngroupId=org.a\nartifactId=b\nversion = 1\\u002e0\n"),
    ("x-1.whl!/x-1.dist-info/METADATA", b"Metadata-Version: 2.1\nName: PyYAML\nVersion: 6.0.1\nSummary: YAML\n\nName: no\n"),
    ("lib/site-packages/x-1.dist-info/METADATA", b"Name: x\nVersion: 1\n"),
    ("lib/site-packages/x-1.dist-info/RECORD", b"x/__init__.py,sha256=a,12\n\"x/a,b.py\",,\n../../bin/x,,\r\n/etc/x,,\n"),
    ("lib/site-packages/x-1.egg-info/PKG-INFO", b"Name: x\nVersion: 1\n"),
    ("lib/site-packages/x-1.egg-info/installed-files.txt", b"../x/__init__.py\nPKG-INFO\n"),
    ("x-1-py3.egg!/EGG-INFO/PKG-INFO", b"Name: x\nVersion: 1\n"),
    ("elliptic-6.6.1.tgz!/package/package.json", b"{\"name\": \"elliptic\", \"version\": \"6.6.1\", \"main\": \"lib/elliptic.js\"}"),
    ("node-1.tgz!/node/package.json", b"{\"name\": \"@types/node\", \"version\": \"1\"}"),
    ("node_modules/@noble/curves/package.json", b"\xef\xbb\xbf{\"version\": \"1.9.4\", \"name\": \"@noble/curves\"}"),
    ("ra.vsix!/extension/package.json", b"{\"publisher\": \"rust-lang\", \"name\": \"ra\", \"version\": \"1.0\"}"),
    ("x.deb!/control.tar.xz!/control", b"Package: openssl\nVersion: 1:3.0.15-1~deb12u1\nArchitecture: amd64\nDescription: toolkit\n utility\n .\n"),
    ("var/lib/dpkg/status", b"Package: openssl\nStatus: install ok installed\nArchitecture: amd64\nMulti-Arch: same\nVersion: 1:3.0.15-1\n\nPackage: b\nStatus: deinstall ok config-files\nVersion: 1\n"),
    ("var/lib/dpkg/status.d/openssl", b"Package: openssl\nVersion: 1\n"),
    ("var/lib/dpkg/status.d/openssl.md5sums", b"0123456789abcdef0123456789abcdef  usr/bin/openssl\n"),
    ("var/lib/dpkg/info/libssl3:amd64.list", b"/.\n/usr\n/usr/lib/libssl.so.3\n"),
    ("l.tar!/lib/apk/db/installed", b"C:Q1abc=\nP:libcrypto3\nV:3.3.2-r4\nA:x86_64\nF:usr\nF:usr/lib\nR:libcrypto.so.3\na:0:0:755\nZ:Q1x=\n\nP:b\nV:1\nF:\nR:.x\n"),
    ("busybox-1.37.0-r12.apk!/.PKGINFO", b"# apk\npkgname = busybox\npkgver = 1.37.0-r12\narch = x86_64\n"),
    ("var/lib/pacman/local/a-1-1/desc", b"%NAME%\nopenssl\n\n%VERSION%\n3.4.0-1\n\n%ARCH%\nx86_64\n"),
    ("var/lib/pacman/local/a-1-1/files", b"%FILES%\netc/\netc/ssl/openssl.cnf\n\n%BACKUP%\nx\t0123\n"),
    ("a-1-1-any.pkg.tar.zst!/.PKGINFO", b"pkgname = a\npkgver = 1-1\narch = any\n"),
    ("rootfs/etc/os-release", b"NAME=\"Demo\"\nID=demo\nVERSION_ID=9\n"),
    ("usr/lib/sysimage/rpm/rpmdb.sqlite", database!("rpmdb.sqlite")),
    ("usr/lib/sysimage/rpm/Packages.db", database!("Packages.db")),
    ("var/lib/rpm/Packages", database!("Packages")),
    ("var/lib/rpm/Packages", database!("Packages.big-endian")),
    ("rbnacl-7.1.2.gem!/metadata.gz!/metadata", b"--- !ruby/object:Gem::Specification\nname: rbnacl\nversion: !ruby/object:Gem::Version\n  version: 7.1.2\nplatform: ruby\nauthors:\n- name: somebody\n"),
    ("usr/lib/ruby/gems/3.1/specifications/a-1.gemspec", b"# -*- encoding: utf-8 -*-\n# stub: a 1 ruby lib\n\nGem::Specification.new do |s|\n"),
    ("ring-0.17.8.crate!/ring-0.17.8/Cargo.toml", b"[package]\nedition = \"2021\"\nname = \"ring\"\nversion = \"0.17.8\"\n[dependencies.untrusted]\nversion = \"0.9\"\n"),
    ("a.nupkg!/a.nuspec", b"\xef\xbb\xbf<?xml version=\"1.0\"?>\r\n<package xmlns=\"http://x/y.xsd\">\r\n <metadata minClientVersion=\"2.12\"><id>Bouncy.Castle</id><version>2.4.0</version><dependencies><group><id>no</id></group></dependencies></metadata></package>"),
    ("packages/a/1.0/a.nuspec", b"<package><metadata><id>a</id><version>1.0</version></metadata></package>"),
    ("openssl-3.0.15-0.tar.bz2!/info/index.json", b"{\"arch\": \"x86_64\", \"build\": \"0\", \"name\": \"openssl\", \"subdir\": \"linux-64\", \"version\": \"3.0.15\"}"),
    ("opt/conda/conda-meta/openssl-3.0.15-0.json", b"{\"name\": \"openssl\", \"version\": \"3.0.15\", \"subdir\": \"linux-64\", \"files\": [\"bin/openssl\", \"/etc/x\", \"../y\"]}"),
    ("x-1.tar.gz!/x-1/PKG-INFO", b"Name: x\nVersion: 1\n"),
];
