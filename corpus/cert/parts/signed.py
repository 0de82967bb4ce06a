"""Envelopes in JSON: DSSE with an in-toto statement, JWS, and Sigstore bundles to the public description of their format."""
import base64, hashlib, json, os
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization as s
from cryptography.hazmat.primitives.asymmetric import ec, padding

K = os.environ["K"]
load = lambda n: s.load_pem_private_key(open(f"{K}/{n}.key", "rb").read(), None)
b64 = lambda b: base64.b64encode(b).decode()
url = lambda b: base64.urlsafe_b64encode(b).rstrip(b"=").decode()
cert = x509.load_pem_x509_certificate(open(K + "/eccode.crt", "rb").read()).public_bytes(s.Encoding.DER)
key = load("eccode")
digest = hashlib.sha256(b"artifact").hexdigest()
statement = json.dumps({"_type": "https://in-toto.io/Statement/v1", "subject": [{"name": "artifact", "digest": {"sha256": digest}}], "predicateType": "https://slsa.dev/provenance/v1", "predicate": {}}).encode()
kind = "application/vnd.in-toto+json"
pae = f"DSSEv1 {len(kind)} {kind} {len(statement)} ".encode() + statement
sig = key.sign(pae, ec.ECDSA(hashes.SHA256()))
envelope = {"payload": b64(statement), "payloadType": kind, "signatures": [{"sig": b64(sig)}]}
put = lambda name, v, **how: open(name, "w").write(json.dumps(v, **how) + "\n")
put("dsse.json", envelope | {"signatures": [{"keyid": "eccode", "sig": b64(sig)}]}, indent=1)
entry = {"logIndex": "1", "logId": {"keyId": b64(hashlib.sha256(b"log").digest())}, "kindVersion": {"kind": "dsse", "version": "0.0.1"}, "integratedTime": "1767225600", "inclusionPromise": {"signedEntryTimestamp": b64(load("p256").sign(b"entry", ec.ECDSA(hashes.SHA256())))}, "canonicalizedBody": b64(b"{}")}
material = {"certificate": {"rawBytes": b64(cert)}, "tlogEntries": [entry]}
put("bundle-dsse.sigstore.json", {"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json", "verificationMaterial": material, "dsseEnvelope": envelope})
put("bundle-message.sigstore", {"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json", "verificationMaterial": {"certificate": {"rawBytes": b64(cert)}, "tlogEntries": []},
    "messageSignature": {"messageDigest": {"algorithm": "SHA2_256", "digest": b64(hashlib.sha256(b"artifact").digest())}, "signature": b64(key.sign(b"artifact", ec.ECDSA(hashes.SHA256())))}}, indent=2)
put("bundle-chain-v0.1.sigstore.json", {"mediaType": "application/vnd.dev.sigstore.bundle+json;version=0.1", "verificationMaterial": {"x509CertificateChain": {"certificates": [{"rawBytes": b64(cert)}, {"rawBytes": b64(x509.load_pem_x509_certificate(open(K + "/ecroot.crt", "rb").read()).public_bytes(s.Encoding.DER))}]}}, "messageSignature": {"messageDigest": {"algorithm": "SHA2_256", "digest": b64(hashlib.sha256(b"artifact").digest())}, "signature": b64(key.sign(b"artifact", ec.ECDSA(hashes.SHA256())))}}, indent=2)
