"""Text files of many kinds with a key or a certificate in them."""
import base64, json, os

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
