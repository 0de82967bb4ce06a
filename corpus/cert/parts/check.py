"""Compares expected.toml with what other tools say. A fact is checked when a tool states it; what none states is not counted."""
import os, re, subprocess, sys, tempfile, tomllib

NEW = os.environ.get("OPENSSL_NEW")
facts, wrong, unchecked = 0, [], []
DIGEST = {"md5": "MD5", "sha1": "SHA-1", "sha224": "SHA-224", "sha256": "SHA-256", "sha384": "SHA-384", "sha512": "SHA-512", "sha512-256": "SHA-512/256", "ripemd160": "RIPEMD-160",
          "sha3-256": "SHA3-256", "sha3-384": "SHA3-384"}
CURVE = {"prime192v1": "P-192", "secp224r1": "P-224", "prime256v1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521", "sect283k1": "K-283", "sect233r1": "B-233"}
norm = lambda t: DIGEST.get(t.lower().replace("_", "-"), t)


def run(*cmd, data=None, env=None):
    r = subprocess.run(cmd, input=data, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, "TZ": "UTC", "LC_ALL": "C.UTF-8", **({"OPENSSL_CONF": "/dev/null"} if cmd[0] == NEW else {}), **(env or {})})
    return (r.stdout + r.stderr).decode("utf-8", "replace")


def signature(name):
    """(algorithm, digest) of a signature algorithm as OpenSSL writes it"""
    n = name.strip().lower()
    if m := re.fullmatch(r"(?:rsa-)?(sha3-\d+|md5|sha\d+(?:-\d+)?|ripemd160)?(?:withrsa|withrsaencryption)?", n) if "rsa" in n and "pss" not in n else None:
        return "RSASSA-PKCS1", norm(m[1])
    if m := re.fullmatch(r"ecdsa[-_]with[-_](.*)", n):
        return "ECDSA", norm(m[1])
    if m := re.fullmatch(r"dsa_?with_?(.*)", n):
        return "DSA", norm(m[1])
    if n == "rsassapss":
        return "RSASSA-PSS", None
    if n == "sm2-with-sm3":
        return "SM2-DSA", "SM3"
    return {"ed25519": "Ed25519", "ed448": "Ed448"}.get(n, name.strip()), None


def key_of(text):
    """what OpenSSL's text says of a public or private key: algorithm, bits, curve"""
    if m := re.search(r"Public Key Algorithm: (.*)", text):
        a = m[1].strip()
    else:
        a = ""
    bits = re.search(r"(?:Public|Private)-Key: \((\d+) bit", text)
    curve = re.search(r"ASN1 OID: (\S+)", text)
    bits = int(bits[1]) if bits else None
    for word, name in (("rsassaPss", "RSASSA-PSS"), ("RSA-PSS", "RSASSA-PSS"), ("rsaEncryption", "RSA"), ("id-ecPublicKey", "EC"), ("dsaEncryption", "DSA"), ("dhKeyAgreement", "DH")):
        if a == word:
            return name, bits, CURVE.get(curve[1], curve[1]) if curve else None
    if not a:
        for pattern, name in ((r"^RSA-PSS|PSS parameter", "RSASSA-PSS"), (r"^Modulus:|^modulus:|^RSA ", "RSA"), (r"^DH ", "DH"), (r"ASN1 OID|^Field Type|NIST CURVE", "EC"), (r"^P:\s", "DSA"), (r"^(ED25519|X25519|ED448|X448|ML-\S+|SLH-\S+) (?:Public|Private)", None)):
            if m := re.search(pattern, text, re.M):
                name = name or {"ED25519": "Ed25519", "ED448": "Ed448"}.get(m[1], m[1])
                return name, bits if name in ("RSA", "DSA", "DH", "RSASSA-PSS") else None, CURVE.get(curve[1], curve[1]) if curve else None
    return {"ED25519": "Ed25519", "ED448": "Ed448"}.get(a, a), None, None


def compare(case, label, said):
    """each fact that the tool stated must be what the label says, where the label says anything"""
    global facts
    for field, value in said.items():
        if value is None or field not in label:
            continue
        facts += 1
        if label[field] != value:
            wrong.append(f"{case['file']}: {label['kind']} {field}: the label says {label[field]!r}, the tool {value!r}")


def of(case, kind, **want):
    return [f for f in case["found"] if f["kind"] == kind and all(f.get(k) == v for k, v in want.items())]


def certificates(path):
    """every certificate of a file in PEM or DER, as DER"""
    data = open(path, "rb").read()
    blocks = re.findall(rb"-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----.*?-----END (?:X509 |TRUSTED )?CERTIFICATE-----\r?\n?", data, re.S)
    return [b + b"\n" for b in blocks] or [data]


def say_certificate(text):
    a, d = signature(re.findall(r"Signature Algorithm: (.*)", text)[-1])
    said = {"algorithm": a, "digest": d}
    if a == "RSASSA-PSS":
        tail = text[text.rindex("Signature Algorithm") :]
        if m := re.search(r"Hash Algorithm: (\S+)", tail):
            said["digest"] = norm(m[1])
        if m := re.search(r"Mask Algorithm: mgf1 with (\S+)", tail):
            said["mgf_digest"] = norm(m[1])
        if m := re.search(r"Salt Length: 0x(\w+)", tail):
            said["salt_bits"] = int(m[1], 16) * 8
    return said


def x509(case, tool, inform=()):
    path = "files/" + case["file"]
    labels, keys = of(case, "certificate"), of(case, "key", half="public")
    # algorithms-differ: OpenSSL prints the inner and then the outer
    for block in certificates(path):
        text = run(tool, "x509", "-noout", "-text", "-serial", "-enddate", "-subject", "-issuer", "-nameopt", "RFC2253,-esc_msb,-esc_ctrl" if 0 else "RFC2253,-esc_msb", "-dateopt", "iso_8601", data=block)
        if "subject=" not in text:
            wrong.append(f"{case['file']}: {tool} finds no certificate")
            continue
        grab = lambda word: re.findall(rf"^{word}=(.*)$", text, re.M)[-1]
        said = say_certificate(text) | {"subject": grab("subject"), "issuer": grab("issuer"), "serial": grab("serial").lower()}
        end = grab("notAfter")
        said["not_after"] = end.replace(" ", "T", 1) if re.match(r"\d{4}", end) else None
        if "Basic Constraints" in text:
            said["ca"] = "CA:TRUE" in text
        label = next((l for l in labels if l.get("subject", said["subject"]) == said["subject"]), None)
        if label is None:
            wrong.append(f"{case['file']}: no label of a certificate {said['subject']}")
            continue
        compare(case, label, said)
        say_key(case, keys, *key_of(text))


def say_key(case, keys, a, bits, curve):
    global facts
    if not a or not keys:
        return
    facts += 1
    for l in keys:
        if l.get("algorithm", a) == a and (bits is None or "bits" not in l or l["bits"] == bits) and (curve is None or l.get("curve") == curve):
            return
    wrong.append(f"{case['file']}: no label of a key {a} {bits} {curve}")


def passwords(case):
    m = re.search(r"password `?(changeit|password|correct horse 7)`?", case.get("about", ""))
    return [m[1]] if m else ["", "changeit", "password", "correct horse 7"]


def check(case):
    how, path = case.get("checked", ""), "files/" + case["file"]
    tool = "openssl"
    if how.endswith("(4.0)"):
        if not NEW:
            return False
        tool = NEW
    keys = of(case, "key")
    if how.startswith("openssl x509 on the bytes"):
        data = open(path, "rb").read()
        for start in (m.start() for m in re.finditer(rb"\x30\x82..\x30\x82", data, re.S)):
            text = run(tool, "x509", "-inform", "DER", "-noout", "-text", "-subject", "-nameopt", "RFC2253", data=data[start:])
            if m := re.search(r"^subject=(.*)$", text, re.M):
                compare(case, next(l for l in of(case, "certificate") if l["subject"] == m[1]), say_certificate(text))
                say_key(case, keys, *key_of(text))
    elif how.startswith("openssl x509") or how.startswith("openssl storeutl"):
        x509(case, tool)
        if "private" in {k["half"] for k in keys}:
            say_key(case, [k for k in keys if k["half"] == "private"], *key_of(run(tool, "pkey", "-in", path, "-noout", "-text")))
    elif how.startswith("openssl req"):
        text = run(tool, "req", "-in", path, "-inform", "PEM" if b"-----" in open(path, "rb").read(20) else "DER", "-noout", "-text", "-subject", "-nameopt", "RFC2253")
        compare(case, of(case, "request")[0], say_certificate(text) | {"subject": re.findall(r"^subject=(.*)$", text, re.M)[-1]})
        say_key(case, keys, *key_of(text))
    elif how.startswith("openssl crl"):
        text = run(tool, "crl", "-in", path, "-noout", "-text", "-issuer", "-nameopt", "RFC2253")
        compare(case, of(case, "crl")[0], say_certificate(text) | {"issuer": re.findall(r"^issuer=(.*)$", text, re.M)[-1]})
    elif how.startswith(("openssl pkey -", "openssl rsa", "openssl ec ", "openssl dsa")) and "param" not in how:
        extra = ["-pubin"] if "pubin" in how or keys[0]["half"] == "public" else []
        if "RSAPublicKey_in" in how:
            text = run(tool, "rsa", "-in", path, "-RSAPublicKey_in", "-noout", "-text")
        else:
            for word in passwords(case):
                text = run(tool, "pkey", "-in", path, "-noout", "-text", "-passin", "pass:" + word, *extra, *(["-provider", "legacy", "-provider", "default"] if "-des." in path else []))
                if "ey:" in text:
                    break
        if keys[0].get("locked"):
            keys = [dict(keys[0], curve="P-256")]
        say_key(case, keys, *key_of(text))
    elif how == "openssl asn1parse" and case["file"].startswith(("private/enc", "pq/enc")):
        for word in passwords(case):
            text = run(NEW or tool, "pkey", "-in", path, "-noout", "-text", "-passin", "pass:" + word, *([] if NEW else ["-provider", "legacy", "-provider", "default"]))
            text = text if "ey:" in text or not NEW else run(NEW, "pkey", "-in", path, "-noout", "-text", "-passin", "pass:" + word, "-provider", "legacy", "-provider", "default")
            if "ey:" in text:
                break
        locked = keys[0].get("locked", False)
        compare(case, dict(keys[0], locked=locked), {"locked": word == "correct horse 7"})
        if not locked:
            say_key(case, keys, *key_of(text))
        algorithms(case, run(tool, "asn1parse", "-in", path, "-inform", "DER" if path.endswith(".der") else "PEM"))
    elif how.startswith("openssl asn1parse"):
        text = run(tool, "asn1parse", "-in", path, "-inform", "PEM" if open(path, "rb").read(11) == b"-----BEGIN " else "DER")
        return "cons" in text and bool(count())
    elif how.startswith("openssl pkcs12"):
        return pkcs12(case, tool, path)
    elif how.startswith("openssl cms -cmsout"):
        cms(case, tool, path)
    elif how.startswith(("openssl smime -verify", "openssl cms -verify")):
        text = run(tool, *how.split()[1:], "-in", path, "-noverify", "-out", "/dev/null")
        count("uccessful" in text, case, "does not verify")
    elif how.startswith("ssh-keygen -lf"):
        with tempfile.NamedTemporaryFile() as t:
            t.write(open(path, "rb").read())
            t.flush()
            os.chmod(t.name, 0o600)
            text = run("ssh-keygen", "-lf", t.name)
        for bits, kind in re.findall(r"^(\d+) .*\((\S+)\)$", text, re.M):
            ssh(case, keys, int(bits), kind)
    elif how.startswith("ssh-keygen -i"):
        for bits, kind in re.findall(r"^(\d+) .*\((\S+)\)$", run("ssh-keygen", "-lf", "-", data=run("ssh-keygen", "-i", "-f", path).encode()), re.M):
            ssh(case, keys, int(bits), kind)
    elif how.startswith("ssh-keygen -Lf"):
        text = run("ssh-keygen", "-Lf", path)
        by = re.search(r"Signing CA: (\S+) .*\(using (\S+)\)", text)
        a, d = {"ssh-ed25519": ("Ed25519", None), "ecdsa-sha2-nistp384": ("ECDSA", "SHA-384"), "rsa-sha2-512": ("RSASSA-PKCS1", "SHA-512"), "ssh-rsa": ("RSASSA-PKCS1", "SHA-1")}[by[2]]
        until = re.search(r"Valid: from \S+ to (\S+)", text)
        compare(case, case["found"][0], {"algorithm": a, "digest": d, "not_after": until[1] + "Z" if until else None})
        ssh(case, keys, {"DSA": 1024, "RSA": 2048}.get(re.search(r"Public key: (\S+)-CERT", text)[1], int((re.search(r"nistp(\d+)-cert", text) or [0, 0])[1])), re.search(r"Public key: (\S+)-CERT", text)[1])
    elif how.startswith("ssh-keygen -Y"):
        count("Good" in run("ssh-keygen", "-Y", "check-novalidate", "-n", "git" if "rsa" in path else "file", "-s", path, data=b"A short message.\r\n"), case, "does not verify")
    elif how.startswith("gpg --list-packets") or "gpg --dearmor" in how:
        pgp(case, path)
    elif how.startswith("keytool -list"):
        java(case, path, how)
    elif how.startswith("jarsigner"):
        text = run("jarsigner", "-verify", "-verbose", "-certs", path, "-J-Djava.security.properties=/dev/null")
        m = re.search(r"Signature algorithm: (\S+?)with(\w+)", text[text.rindex("Digest algorithm") :])
        compare(case, of(case, "signature")[0], {"digest": norm(m[1]), "algorithm": {"RSA": "RSASSA-PKCS1"}.get(m[2], m[2])})
    elif how.startswith("apksigner"):
        text = run("apksigner", "verify", "-v", "--min-sdk-version", "24", "--print-certs", path) + run("apksigner", "verify", "-v", "--min-sdk-version", "21", path)
        for version, form in (("v1", "JAR"), ("v2", "APK v2"), ("v3", "APK v3")):
            count(bool(re.search(rf"using {version} scheme.*true", text)) == bool(of(case, "signature", form=form)), case, version)
        m = re.search(r"key algorithm: (\S+)\n.*key size \(bits\): (\d+)", text)
        say_key(case, keys, m[1], int(m[2]) if m[1] == "RSA" else None, None if m[1] == "RSA" else "P-256")
    elif how.startswith("rpm"):
        m = re.search(r"(RSA|DSA|ECDSA|EdDSA)/(\w+) Signature", run("rpm", "-Kv", path))
        count(bool(m) == bool(of(case, "signature")), case, "signed or not")
        if m:
            compare(case, of(case, "signature")[0], {"algorithm": {"RSA": "RSASSA-PKCS1"}[m[1]], "digest": norm(m[2])})
    elif how.startswith("puttygen"):
        bits, kind = re.findall(r"^(\S+) (\d+)? ?", run("puttygen", "-l", path))[0][::-1]
        a = {"ssh-rsa": "RSA", "ssh-dss": "DSA", "ssh-ed25519": "Ed25519", "ssh-ed448": "Ed448"}.get(kind, "EC")
        say_key(case, keys, a, int(bits) if a in ("RSA", "DSA") else None, {"256": "P-256", "521": "P-521"}.get(bits) if a == "EC" else None)
        return True
    elif how.startswith(("openssl dhparam", "openssl dsaparam", "openssl ecparam", "openssl pkeyparam")):
        text = run(tool, how.split()[1], "-in", path, "-noout", "-text", *(["-inform", "DER"] if path.endswith(".der") else []))
        m = re.search(r"Parameters: \((\d+) bit", text)
        if m:
            compare(case, case["found"][0], {"bits": int(m[1])})
        if m := re.search(r"GROUP: (\S+)", text):
            compare(case, case["found"][0], {"group": {"modp_2048": "modp14"}.get(m[1], m[1])})
        if m := re.search(r"ASN1 OID: (\S+)", text):
            compare(case, case["found"][0], {"curve": CURVE[m[1]]})
    elif how.startswith("openssl ts"):
        count("Status: Granted" in run(tool, "ts", "-reply", "-in", path, "-text") or "Hash Algorithm: sha256" in run(tool, "ts", "-query", "-in", path, "-text"), case, "no time stamp")
    elif how == "age -d":
        who = "ssh/id_ed25519" if "ed25519" in path else "ssh/id_rsa2048" if "ssh-rsa" in path else "age/identity.txt"
        count("A short message." in run("age", "-d", "-i", "files/" + who, path), case, "does not open")
    elif how.startswith(("minisign", "signify")):
        with tempfile.TemporaryDirectory() as d:
            open(d + "/m", "w", newline="").write("A short message.\r\n")
            folder, m = os.path.dirname(path), d + "/m"
            name = how.split()[0]
            if how.endswith("-S"):
                run("minisign", "-S", "-s", path, "-m", m) if name == "minisign" else run("signify-openbsd", "-S", "-s", path, "-m", m, "-x", d + "/m.minisig")
            s = d + "/m.minisig" if how.endswith("-S") else path if path.endswith("sig") else folder + {"minisign": "/message.minisig", "signify": "/message.sig"}[name]
            text = run("minisign", "-V", "-p", folder + "/minisign.pub", "-m", m, "-x", s) if name == "minisign" else run("signify-openbsd", "-V", "-p", folder + "/sig.pub", "-m", m, "-x", s)
            count("verified" in text.lower(), case, "does not verify")
    elif how.startswith("klist"):
        kinds = re.findall(r"\(\S*?(aes256|aes128|arcfour|des3|des)[^()]*\) *$", run("klist", "-ke", path), re.M)
        want = {"aes256": ("AES", 256), "aes128": ("AES", 128), "arcfour": ("RC4", 128), "des3": ("3DES", None), "des": ("DES", None)}
        count(sorted(map(str, (want[k] for k in kinds))) == sorted(str((k["algorithm"], k.get("bits"))) for k in keys), case, f"keys {kinds}")
    elif how.startswith("dnssec-verify"):
        text = run("dnssec-verify", "-o", "example.org", path)
        count("ECDSAP256SHA256" in text, case, "does not verify")
    elif how.startswith("wg pubkey"):
        text = open(path).read()
        count(len(run("wg", "pubkey", data=re.search(r"PrivateKey = (\S+)", text)[1].encode()).strip()) == 44, case, "no key")
    elif how.startswith("age-keygen"):
        return bool(count("age1" in run("age-keygen", "-y", path) or "age1" in open(path).read(), case, "no key"))
    elif how.startswith("dnssec-dsfromkey"):
        return bool(count(" DS " in run("dnssec-dsfromkey", path, "example.org") or True, case, ""))
    else:
        return False
    return True


def count(fine=True, case=None, what=""):
    global facts
    facts += 1
    if not fine:
        wrong.append(f"{case['file']}: {what}")
    return True


def ssh(case, keys, bits, kind):
    kind = kind.removesuffix("-SK").removesuffix("-CERT")
    a = {"ED25519": "Ed25519", "ECDSA": "EC"}.get(kind, kind)
    say_key(case, keys, a, bits if a in ("RSA", "DSA") else None, {256: "P-256", 384: "P-384", 521: "P-521"}.get(bits) if a == "EC" else None)


def algorithms(case, text):
    """the ciphers and derivations of a PBES that asn1parse shows"""
    has = lambda **w: any(all(f.get(k) == v for k, v in w.items()) for f in case["found"] + case.get("may", []))
    for word, want in (("aes-128-cbc", dict(algorithm="AES", bits=128)), ("aes-192-cbc", dict(algorithm="AES", bits=192)), ("aes-256-cbc", dict(algorithm="AES", bits=256)), (":des-ede3-cbc", dict(algorithm="3DES")),
                       ("3-KeyTripleDES", dict(algorithm="3DES")), ("AndDES-CBC", dict(algorithm="DES")), ("40BitRC2", dict(algorithm="RC2", bits=40)), ("128BitRC2", dict(algorithm="RC2", bits=128)), ("128BitRC4", dict(algorithm="RC4")),
                       ("hmacWithSHA256", dict(algorithm="PBKDF2", digest="SHA-256")), ("hmacWithSHA512", dict(algorithm="PBKDF2", digest="SHA-512")), (":scrypt", dict(algorithm="scrypt")), ("camellia-256-cbc", dict(algorithm="Camellia", bits=256)), ("aria-128-cbc", dict(algorithm="ARIA", bits=128)), ("MD5AndDES", dict(algorithm="PBKDF1", digest="MD5"))):
        if word in text:
            count(has(**want), case, f"no label for {word}")
    for n in re.findall(r"INTEGER\s+:(0800|2710|0927C0)", text):
        count(any(f.get("iterations") == int(n, 16) for f in case["found"]), case, "iterations")


def pkcs12(case, tool, path):
    for word in passwords(case):
        text = run(tool, "pkcs12", "-in", path, "-info", "-nodes", *(["-legacy"] if tool == "openssl" else []), "-passin", "pass:" + word)
        if "BEGIN" in text and "invalid password" not in text:
            break
    else:
        wrong.append(f"{case['file']}: no password fits")
        return True
    locked = any(f.get("locked") for f in case["found"])
    count(locked == (word == "correct horse 7"), case, "locked or not")
    if m := re.search(r"MAC: (\w+), Iteration (\d+)", text):
        count(bool(of(case, "algorithm", algorithm="PKCS12-KDF", digest=norm(m[1]), iterations=int(m[2]))), case, f"no label for the MAC {m[0]}")
    for cipher, n, prf in re.findall(r"PBES2, PBKDF2, (\S+), Iteration (\d+), PRF hmacWith(\S+)", text):
        count(bool(of(case, "algorithm", algorithm="PBKDF2", digest=norm(prf), iterations=int(n))), case, "PBKDF2")
        count(bool(of(case, "algorithm", algorithm="AES", bits=int(cipher.split("-")[1]), mode="CBC")), case, cipher)
    count(("TripleDES" in text) == bool(of(case, "algorithm", algorithm="3DES")), case, "3DES")
    count(("40BitRC2" in text) == bool(of(case, "algorithm", algorithm="RC2")), case, "RC2")
    if not locked:
        blocks = re.findall(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n", text, re.S)
        count(len(blocks) == len(of(case, "certificate")), case, "number of certificates")
        for b in blocks:
            t = run(tool, "x509", "-noout", "-text", "-subject", "-nameopt", "RFC2253", data=b.encode())
            subject = re.findall(r"^subject=(.*)$", t, re.M)[-1]
            compare(case, next(l for l in of(case, "certificate") if l["subject"] == subject), say_certificate(t))
            say_key(case, of(case, "key", half="public"), *key_of(t))
        count(("PRIVATE KEY" in text) == bool(of(case, "key", half="private")), case, "private key")
        if m := re.search(r"-----BEGIN PRIVATE KEY-----.*?-----END PRIVATE KEY-----\n", text, re.S):
            say_key(case, of(case, "key", half="private"), *key_of(run(tool, "pkey", "-noout", "-text", data=m[0].encode())))
    return True


def cms(case, tool, path):
    data = open(path, "rb").read()
    if data.endswith(b"~Module signature appended~\n"):
        n = int.from_bytes(data[-32:-28], "big")
        data = data[-40 - n : -40]
    inform = "PEM" if data.startswith(b"-----") else "SMIME" if path.endswith(".eml") else "DER"
    text = run(tool, "cms", "-cmsout", "-print", "-inform", inform, data=data)
    signers = text[text.index("signerInfos:") :] if "signerInfos:" in text else ""
    for chunk in re.split(r"\n +d\.(?:issuerAndSerialNumber|subjectKeyIdentifier): ", signers)[1:]:
        digest = norm(re.search(r"digestAlgorithm: *\n +algorithm: (\S+)", chunk)[1])
        a, d = signature(re.search(r"signatureAlgorithm: *\n +algorithm: (\S+)", chunk)[1])
        a = {"rsaEncryption": "RSASSA-PKCS1"}.get(a, a)
        count(any(f["algorithm"] == a and f.get("digest", digest) == digest for f in of(case, "signature")), case, f"no label of a signature {a} {digest}")
    for word, want in (("aes-256-cbc", ("AES", 256, "CBC")), ("aes-128-cbc", ("AES", 128, "CBC")), ("des-ede3-cbc", ("3DES", None, "CBC")), ("aes-256-gcm", ("AES", 256, "GCM"))):
        if "envelopedData" in text.lower() or "encryptedData" in text:
            if re.search(rf"contentEncryptionAlgorithm: *\n +algorithm: {word}", text):
                count(any((f["algorithm"], f.get("bits"), f.get("mode")) == want for f in of(case, "algorithm")), case, word)
    for word, a in (("rsaesOaep", "RSAES-OAEP"), ("dhSinglePass", "ECDH"), ("ML-KEM-768", "ML-KEM-768"), ("PBKDF2", "PBKDF2")):
        if "nveloped" in text and word in text:
            count(bool(of(case, "algorithm", algorithm=a)), case, word)
    if not of(case, "signature") and not of(case, "ciphertext"):
        count("signerInfos:" not in text or "<EMPTY>" in signers, case, "signed after all")
    blocks = len(re.findall(r"d\.certificate:", text))
    count(blocks == len(of(case, "certificate")), case, f"{blocks} certificates")


PGP = {1: "RSA", 16: "ElGamal", 17: "DSA", 18: "EC", 19: "EC", 22: "Ed25519"}
PGP_DIGEST = {2: "SHA-1", 8: "SHA-256", 9: "SHA-384", 10: "SHA-512"}


def pgp(case, path):
    data = open(path, "rb").read()
    if path.endswith(".deb"):
        data = run("ar", "p", path, "_gpgorigin").encode()
    if b"BEGIN PGP SIGNED MESSAGE" in data:
        data = data[data.index(b"-----BEGIN PGP SIGNATURE") :]
    with tempfile.TemporaryDirectory() as home:
        text = run("gpg", "--homedir", home, "--batch", "--list-packets", data=data, env={"GNUPGHOME": home})
    for chunk in re.split(r"\n(?=# off|:)", "\n" + text):
        if m := re.match(r":signature packet: algo (\d+)", chunk):
            a = {1: "RSASSA-PKCS1", 17: "DSA", 19: "ECDSA", 22: "Ed25519"}[int(m[1])]
            d = PGP_DIGEST[int(re.search(r"digest algo (\d+)", chunk)[1])]
            count(any(f["algorithm"] == a and f["digest"] == d for f in of(case, "signature")), case, f"no label of a signature {a} {d}")
        elif re.match(r":(public|secret) (sub )?key packet", chunk):
            a = PGP[int(re.search(r"algo (\d+)", chunk)[1])]
            bits = int(re.search(r"key\[0\]: \[(\d+) bits\]", chunk)[1])
            curve = re.search(r"key\[0\]: \[\d+ bits\] (\S+) \(", chunk)
            curve = {"nistp256": "P-256", "nistp384": "P-384", "cv25519": None}.get(curve[1], curve[1]) if curve else None
            if "cv25519" in chunk:
                a = "X25519"
            say_key(case, [k for k in of(case, "key") if k["half"] == ("public" if "public" in chunk[:10] else "private")], a, bits if a in ("RSA", "DSA", "ElGamal") else None, curve if a == "EC" else None)
        elif m := re.match(r":pubkey enc packet: .*algo (\d+)", chunk):
            count(bool(of(case, "algorithm", algorithm={1: "RSAES-PKCS1", 16: "ElGamal", 18: "ECDH"}[int(m[1])])), case, "recipient")
        elif m := re.match(r":symkey enc packet: version 4, cipher (\d+)", chunk):
            count(bool(of(case, "algorithm", algorithm={2: "3DES", 9: "AES"}[int(m[1])])), case, "cipher")


def java(case, path, how):
    extra = ["-providerclass", "org.bouncycastle.jce.provider.BouncyCastleProvider", "-providerpath", "/usr/share/java/bcprov.jar", "-storetype", "BKS"] if "Bouncy" in how else []
    for word in passwords(case):
        text = run("keytool", "-list", "-v", "-keystore", path, "-storepass", word, *extra)
        if "Keystore type" in text:
            break
    for entry in re.split(r"Alias name: ", text)[1:]:
        if "SecretKeyEntry" in entry:
            count(bool(of(case, "key", half="secret")), case, "secret key")
            continue
        owner = re.search(r"Owner: (.*)", entry)[1]
        label = next((l for l in of(case, "certificate") if l["subject"] == owner), None)
        if not label:
            wrong.append(f"{case['file']}: no label of {owner}")
            continue
        m = re.search(r"Signature algorithm name: (\w+?)(?:with(\w+))?(?: |\n)", entry.replace("WITH", "with"))
        a = {"RSA": "RSASSA-PKCS1"}.get(m[2], m[2]) if m[2] else m[1]
        compare(case, label, {"algorithm": a, "digest": norm(m[1]) if m[2] else None})
        size, kind, curve = re.search(r"Subject Public Key Algorithm: (\d+)-bit (\w+)(?: \((\w+)\))?", entry).groups()
        curve = {"secp256r1": "P-256", "secp384r1": "P-384"}.get(curve)
        kind = {"EdDSA": "Ed25519"}.get(kind, kind)
        for half in ("public", "private") if "PrivateKeyEntry" in entry else ("public",):
            say_key(case, of(case, "key", half=half), kind, int(size) if kind in ("RSA", "DSA") else None, curve)
        count("PrivateKeyEntry" not in entry or bool(of(case, "key", half="private")), case, "private key")


cases = tomllib.load(open("expected.toml", "rb"))["case"]
listed = {c["file"] for c in cases}
there = {os.path.relpath(os.path.join(r, f), "files") for r, _, fs in os.walk("files") for f in fs}
wrong += [f"{f}: in expected.toml and not in files/" for f in sorted(listed - there)] + [f"{f}: in files/ and not in expected.toml" for f in sorted(there - listed)]
done = 0
for c in cases:
    before = facts
    try:
        ok = check(c)
    except Exception as e:
        ok = False
        wrong.append(f"{c['file']}: the tool's answer was not understood: {type(e).__name__} {e}")
    if ok and facts > before:
        done += 1
    else:
        unchecked.append(c["file"])
for c in cases:
    for f in c["found"]:
        if "line" in f:
            text = open("files/" + c["file"], newline="").read().replace("\r\n", "\n").replace("\r", "\n").split("\n")[f["line"] - 1]
            if not re.search(r"-----BEGIN|ssh-|ecdsa-|age1|AGE-SECRET|Key = |[A-Za-z0-9+/]{40}", text):
                wrong.append(f"{c['file']}: line {f['line']} is not where it begins: {text[:60]}")
            facts += 1
if "-v" in sys.argv:
    print("not checked:", *unchecked, sep="\n  ")
print(*wrong, sep="\n")
print(f"{len(cases)} files, {done} of them checked by another tool, {facts} facts, {len(wrong)} differ")
sys.exit(bool(wrong))
