"""Text files of many kinds with a key or a certificate in them."""
import base64, json, os
from urllib.parse import quote

K = os.environ["K"]
read = lambda n: open(f"{K}/{n}", "rb").read()
key, cert, root, p12 = read("p256.p8").decode(), read("ecmail.crt").decode(), read("ecroot.crt").decode(), read("aes256-changeit.p12")
b64 = lambda b: base64.b64encode(b if isinstance(b, bytes) else b.encode()).decode()
esc = lambda t: t.replace("\n", "\\n")
indent = lambda t, n: "".join(" " * n + line + "\n" for line in t.strip().splitlines())
body = lambda t: "".join(t.strip().splitlines()[1:-1])


def put(name, text):
    os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
    open(name, "w").write(text)


lines = lambda t, first, each, last: first + each.join(f'"{line}\\n"' for line in t.strip().splitlines()) + last
put("Keys.java", 'package demo;\n\nclass Keys {\n    static final String PEM = ' + lines(key, "", "\n        + ", ";\n") + "\n    static final String ROOT = \"\"\"\n" + indent(root, 8) + '        """;\n}\n')
put("keys.go", "package demo\n\nconst signing = `" + key + "`\n\nvar ca = []byte(\"" + esc(root) + "\")\n")
put("keys.py", "SIGNING = '" + esc(key) + "'\n\nCA = \"\"\"\\\n" + root + "\"\"\"\n")
put("keys.js", "const key = [\n" + ",\n".join(f"  '{line}'" for line in key.strip().splitlines()) + "\n].join('\\n');\n\nmodule.exports = { key, ca: `" + root + "` };\n")
put("keys.c", "static const char key[] =\n" + "\n".join(f'    "{line}\\n"' for line in key.strip().splitlines()) + ";\n\nstatic const char ca[] = \"" + esc(root).replace("\\n", "\\r\\n") + "\";\n")
put("concatenated.cs", 'class K {\n  const string Pem = "-----BEGIN PRIVATE KEY-----" +\n' + "".join(f'    "{line}" +\n' for line in key.strip().splitlines()[1:-1]) + '    "-----END PRIVATE KEY-----";\n}\n')
put("array.c", "static const unsigned char cert[] = {\n" + "".join("    " + ", ".join(f"0x{b:02x}" for b in read("ecmail.der")[i : i + 12]) + ",\n" for i in range(0, len(read("ecmail.der")), 12)) + "};\n")
put("config.yaml", "server:\n  tls:\n    cert: |\n" + indent(cert, 6) + "    key: |-\n" + indent(key, 6) + '    ca: "' + esc(root) + '"\n')
put("folded.yaml", "ca: >-\n" + "".join("  " + line + "\n\n" for line in root.strip().splitlines()))
put("secret.yaml", f"apiVersion: v1\nkind: Secret\nmetadata:\n  name: tls\ntype: kubernetes.io/tls\ndata:\n  tls.crt: {b64(cert)}\n  tls.key: {b64(key)}\n")
put("secret-p12.yaml", f"apiVersion: v1\nkind: Secret\nmetadata:\n  name: store\ndata:\n  keystore.p12: {b64(p12)}\n  password: {b64('changeit')}\n")
put("secret-string.yaml", "apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\nstringData:\n  ca.crt: |\n" + indent(root, 4))
put("kubeconfig", f"apiVersion: v1\nkind: Config\nclusters:\n- name: c\n  cluster:\n    server: https://127.0.0.1:6443\n    certificate-authority-data: {b64(root)}\nusers:\n- name: u\n  user:\n    client-certificate-data: {b64(cert)}\n    client-key-data: {b64(read('ecmail.key'))}\n")
put(".env", f'PORT=8080\nPRIVATE_KEY="{esc(key)}"\nCA_BASE64={b64(root)}\n')
put("service-account.json", json.dumps({"type": "service_account", "project_id": "demo", "private_key_id": "0", "private_key": key, "client_email": "demo@example.org"}, indent=2) + "\n")
put("array-of-lines.json", json.dumps({"certificate": cert.strip().splitlines()}, indent=2) + "\n")
put("cloud-init.yaml", "#cloud-config\nwrite_files:\n  - path: /etc/ssl/private/server.key\n    permissions: '0600'\n    content: |\n" + indent(key, 6) + f"  - path: /etc/ssl/ca.pem\n    encoding: b64\n    content: {b64(root)}\nssh_authorized_keys:\n  - {read('ssh-ed25519.pub').decode()}")
put("metadata.xml", '<?xml version="1.0"?>\n<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="https://idp.example.org">\n  <md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">\n    <md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data>\n      <ds:X509Certificate>' + b64(read("ecmail.der")) + "</ds:X509Certificate>\n    </ds:X509Data></ds:KeyInfo></md:KeyDescriptor>\n  </md:IDPSSODescriptor>\n</md:EntityDescriptor>\n")
wrapped = "\n".join(b64(read("ecroot.der"))[i : i + 64] for i in range(0, len(b64(read("ecroot.der"))), 64))
put("wrapped.xml", f"<KeyInfo><X509Data>\n<X509Certificate>\n{wrapped}\n</X509Certificate>\n</X509Data></KeyInfo>\n")
put("client.ovpn", f"client\nremote vpn.example.org 1194\n<ca>\n{root}</ca>\n<cert>\n{cert}</cert>\n<key>\n{key}</key>\n")
put("main.tf", 'resource "x" "y" {\n  certificate_pem = <<EOT\n' + root + 'EOT\n  key = "' + esc(key) + '"\n}\n')
put("settings.toml", "[tls]\nkey = '''\n" + key + "'''\nca = \"\"\"\n" + root + '"""\n')
put("php.ini", "; comment\nkey = \"" + key.strip() + "\"\n")
put("entry.ldif", "dn: cn=ecmail,dc=example,dc=org\nobjectClass: inetOrgPerson\ncn: ecmail\nuserCertificate;binary:: " + "\n ".join(b64(read("ecmail.der"))[i : i + 60] for i in range(0, len(b64(read("ecmail.der"))), 60)) + "\n")
put("page.html", "<html><body><pre>\n" + cert + "</pre></body></html>\n")
put("in-comment.rs", "// The key that tests use:\n" + "".join("// " + line + "\n" for line in key.strip().splitlines()) + "fn main() {}\n")
put("diff.patch", "--- a/ca.pem\n+++ b/ca.pem\n@@ -0,0 +1,%d @@\n" % len(root.strip().splitlines()) + "".join("+" + line + "\n" for line in root.strip().splitlines()))
put("double-escaped.json", json.dumps({"log": json.dumps({"pem": root})}) + "\n")
put("header.log", "10.0.0.1 - - GET / X-SSL-Client-Cert: " + quote(cert, safe="") + "\n")
put("encrypted-key.yaml", "tls:\n  key: |\n" + indent(open("../private/enc-aes256-sha256.pem").read(), 4) + "  password_file: /run/secrets/p\n")
put("authorized-keys.tf", 'resource "key_pair" "k" {\n  public_key = "' + read("ssh-ed25519.pub").decode().strip() + '"\n}\n')
put("values.properties", "signing.key=" + key.strip().replace("\n", "\\n\\\n  ") + "\nca.der=" + b64(read("ecroot.der")) + "\n")
put("Dockerfile", "FROM scratch\nRUN echo '" + esc(root) + "' > /ca.pem\nENV SIGNING_KEY=\"" + esc(key) + '"\n')
put("install.sh", "#!/bin/sh\ncat > /etc/ssl/ca.pem <<'EOF'\n" + root + "EOF\necho " + b64(key) + " | base64 -d > key.pem\n")
put("request.http", "POST / HTTP/1.1\nContent-Type: application/json\n\n" + json.dumps({"csr": read("ecmail.csr").decode()}) + "\n")
cell = [f"PEM = '''{root.splitlines()[0]}\n"] + [line + "\n" for line in root.splitlines()[1:]] + ["'''"]
put("notebook.ipynb", json.dumps({"cells": [{"cell_type": "code", "source": cell, "metadata": {}, "outputs": []}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1) + "\n")
put("keys.rs", 'const KEY: &str = "' + key.strip().replace("\n", "\\n\\\n    ") + '";\npub const CA: &str = r#"' + root + '"#;\n')
put("keys.rb", "CA = <<~PEM\n" + indent(root, 2) + "PEM\n")
put("keys.php", "<?php\n$key = '" + key + "';\n$ca = \"" + esc(root) + '";\n')
put("Info.plist", '<?xml version="1.0"?>\n<plist version="1.0"><dict>\n  <key>PayloadContent</key>\n  <data>\n' + indent(wrapped, 2) + "  </data>\n</dict></plist>\n")
put("none-image.html", '<img src="data:image/png;base64,' + b64(b"\x89PNG\r\n\x1a\n" + bytes(60)) + '">\n')
boundary = "=_b"
attached = "\n".join(b64(p12)[i : i + 76] for i in range(0, len(b64(p12)), 76))
put("attachment.eml", f'From: a@example.org\nSubject: your store\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="{boundary}"\n\n--{boundary}\nContent-Type: text/plain\n\nThe root:\n\n{root}\n--{boundary}\nContent-Type: application/x-pkcs12; name="store.p12"\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment; filename="store.p12"\n\n{attached}\n--{boundary}--\n')
put("account.publishsettings", f'<?xml version="1.0"?>\n<PublishData>\n  <PublishProfile ManagementCertificate="{b64(p12)}" />\n</PublishData>\n')
armor = open("../pgp/public-ed25519.gpg", "rb").read()
armor = ["-----BEGIN PGP PUBLIC KEY BLOCK-----", "."] + [b64(armor)[i : i + 64] for i in range(0, len(b64(armor)), 64)] + ["-----END PGP PUBLIC KEY BLOCK-----"]
put("debian.sources", "Types: deb\nURIs: https://deb.example.org/\nSuites: stable\nComponents: main\nSigned-By:\n" + "".join(f" {line}\n" for line in armor))
public = "".join(open("../private/spki-rsa2048.pem").read().strip().splitlines()[1:-1])
put("dkim.zone", f'mail._domainkey.example.org. 3600 IN TXT ( "v=DKIM1; k=rsa; p={public[:200]}"\n  "{public[200:]}" )\n')
import uuid
der = read("ecroot.der")
guid = lambda g: uuid.UUID(g).bytes_le
open("db.esl", "wb").write(guid("a5c059a1-94e4-4aa7-87b5-ab155c2bf072") + (28 + 16 + len(der)).to_bytes(4, "little") + (0).to_bytes(4, "little") + (16 + len(der)).to_bytes(4, "little") + bytes(16) + der)
