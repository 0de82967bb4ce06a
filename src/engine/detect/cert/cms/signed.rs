//! SignedData (RFC 5652 §5): certificates, revocation lists, and of each signer who it is and how it signs.

use std::collections::BTreeMap;

use x509_parser::asn1_rs::FromDer as _;
use x509_parser::x509::X509Name;

use super::{ENTRY, read_at};
use crate::detect::cert::der::{Node, tag};
use crate::detect::cert::seen::Seen;
use crate::detect::cert::{algorithm, encoded, pbe, spki, x509};
use crate::knowledge::catalog::Catalog;
use crate::model::object::Signature;
use crate::model::{
    Asset, AssetKind, Facet, Facets, Object, Operation, Origin, SkipReason, Value, Why,
};

/// Signers of one message that are read.
const MAX_SIGNERS: usize = 1000;
/// Unsigned attributes: timestamps by RFC 3161 (of CMS, of Microsoft, of ETSI EN 319 122-1), the signatures of others over this one, and
/// Microsoft's further signatures over the same file.
const TIMESTAMPS: &[&str] = &[
    "1.2.840.113549.1.9.16.2.14",
    "1.3.6.1.4.1.311.3.3.1",
    "1.2.840.113549.1.9.16.2.25",
    "1.2.840.113549.1.9.16.2.26",
    "1.2.840.113549.1.9.16.2.27",
    "1.2.840.113549.1.9.16.2.48",
    "0.4.0.1733.2.4",
];
const COUNTERSIGNATURE: &str = "1.2.840.113549.1.9.6";
const NESTED_SIGNATURE: &str = "1.3.6.1.4.1.311.2.4.1";
/// subjectKeyIdentifier.
const KEY_IDENTIFIER: &str = "2.5.29.14";
/// ecdsa-with-Specified: the digest stands elsewhere.
const ECDSA_SPECIFIED: &str = "1.2.840.10045.4.3";
/// What Microsoft's and old tools write for RSA with a digest (OIW).
const OIW_SHA1_RSA: &[&str] = &["1.3.14.3.2.29", "1.3.14.3.2.15"];

/// A certificate, by what signers call it.
struct Known<'a> {
    issuer: &'a [u8],
    serial: &'a [u8],
    key_identifier: Option<&'a [u8]>,
    finding: Option<usize>,
    subject: String,
}

/// The certificates of a message. There may be as many as signatures that look for theirs.
#[derive(Default)]
struct Bag<'a> {
    all: Vec<Known<'a>>,
    by_name: BTreeMap<(&'a [u8], &'a [u8]), usize>,
    by_key: BTreeMap<&'a [u8], usize>,
}

impl<'a> Bag<'a> {
    fn push(&mut self, known: Known<'a>) {
        let at = self.all.len();
        self.by_name
            .entry((known.issuer, known.serial))
            .or_insert(at);
        if let Some(id) = known.key_identifier {
            self.by_key.entry(id).or_insert(at);
        }
        self.all.push(known)
    }

    /// The certificate that a signer names.
    fn find(&self, sid: &Node<'_>) -> Option<&Known<'a>> {
        let at = if sid.is_context(0) {
            self.by_key.get(sid.body)?
        } else {
            let (issuer, serial) = (sid.child(0)?, sid.child(1)?);
            self.by_name.get(&(issuer.whole, serial.body))?
        };
        self.all.get(*at)
    }
}

/// Reads the content of one; the finding that stands for it: the first signature, or without signers the first certificate.
pub(super) fn read(
    data: &Node<'_>,
    form: &'static str,
    depth: usize,
    seen: &mut Seen<'_>,
) -> Option<usize> {
    let mut known = Bag::default();
    let mut first = None;
    for part in data.children() {
        if part.is_context(0) {
            certificates(&part, &mut known, seen);
        } else if part.is_context(1) {
            let own = revocations(&part, seen);
            first = first.or(own);
        }
    }
    first = known.all.iter().find_map(|known| known.finding).or(first);
    // The last SET is that of the signers; the first is that of the digests.
    let signers = data.children().filter(|node| node.is(tag::SET)).last();
    let mut signature = None;
    for signer in signers.iter().flat_map(Node::children).take(MAX_SIGNERS) {
        if let Some(own) = signer_info(&signer, form, &known, depth, seen) {
            signature.get_or_insert(own);
        }
    }
    signature.or(first)
}

fn certificates<'a>(set: &Node<'a>, known: &mut Bag<'a>, seen: &mut Seen<'_>) {
    for node in set.children() {
        if !node.is(tag::SEQUENCE) {
            // [1] and [2] are attribute certificates (RFC 5755), [0] what came before X.509 had extensions.
            if node.whole.len() > 2 {
                seen.skip(
                    SkipReason::Unsupported,
                    "an attribute certificate in the CMS",
                )
            }
            continue;
        }
        let finding = x509::read(node.whole, seen);
        if finding.is_none() {
            seen.skip(SkipReason::Damaged, "a certificate in the CMS")
        }
        if let Some(own) = names(&node, finding) {
            known.push(own)
        }
    }
}

/// TBSCertificate: version, serialNumber, signature, issuer, validity, subject, …
fn names<'a>(certificate: &Node<'a>, finding: Option<usize>) -> Option<Known<'a>> {
    let to_be_signed = certificate.child(0)?;
    let versioned = to_be_signed.child(0)?.is_context(0);
    let mut fields = to_be_signed.children().skip(usize::from(versioned));
    let serial = fields.next()?.body;
    let issuer = fields.nth(1)?.whole;
    let subject = fields.nth(1)?;
    let key_identifier = fields
        .find(|node| node.is_context(3))
        .and_then(|extensions| extensions.child(0))
        .and_then(|extensions| {
            let mut all = extensions.children();
            all.find(|e| e.child(0).and_then(|oid| oid.oid()).as_deref() == Some(KEY_IDENTIFIER))
        })
        .and_then(|extension| extension.children().last())
        .and_then(|value| Node::only(value.body))
        .map(|id| id.body);
    Some(Known {
        issuer,
        serial,
        key_identifier,
        finding,
        subject: name(subject.whole),
    })
}

fn name(der: &[u8]) -> String {
    X509Name::from_der(der).map_or_else(|_| String::new(), |(_, name)| x509::name(&name).text)
}

fn revocations(set: &Node<'_>, seen: &mut Seen<'_>) -> Option<usize> {
    let mut first = None;
    for node in set.children() {
        let before = seen.count();
        let is_list = node.is(tag::SEQUENCE)
            && node
                .child(1)
                .is_some_and(|node| algorithm::is_identifier(&node))
            && node.child(2).is_some_and(|node| node.is(tag::BIT_STRING));
        if is_list && encoded::read(node.whole, seen) {
            first.get_or_insert(before);
        } else if node.whole.len() > 2 {
            seen.skip(SkipReason::Unsupported, "revocation information in the CMS")
        }
    }
    first
}

/// SignerInfo: version, sid, digestAlgorithm, signedAttrs, signatureAlgorithm, signature, unsignedAttrs.
fn signer_info(
    info: &Node<'_>,
    form: &'static str,
    known: &Bag<'_>,
    depth: usize,
    seen: &mut Seen<'_>,
) -> Option<usize> {
    let mut fields = info.children();
    fields.next()?.small()?;
    let sid = fields.next()?;
    let digest = fields.next().filter(algorithm::is_identifier)?;
    let rest = || info.children().skip(3);
    let identifier = rest().find(algorithm::is_identifier)?;
    let digest = digest.child(0)?.oid()?;
    let certificate = known.find(&sid);
    let facets = facets(&identifier, &digest, seen.catalog());
    let separate = separate_digest(&facets, &digest, seen.catalog());
    let own = seen.add(
        Asset {
            facets,
            operations: [Operation::Verify].into(),
            object: Some(std::sync::Arc::new(Object::Signature(Signature {
                form,
                signer: signer(&sid, certificate),
            }))),
            ..Asset::new(AssetKind::Signature)
        },
        ENTRY,
    );
    if let Some(finding) = certificate.and_then(|known| known.finding) {
        seen.uses(own, finding)
    }
    if let Some(digest) = separate {
        let digest = Facets::from([(Facet::Algorithm, digest)]);
        let digest = pbe::add(digest, Operation::Digest, ENTRY, seen);
        seen.uses(own, digest);
    }
    for attributes in rest().filter(|node| node.is_context(1)) {
        for attribute in attributes.children() {
            for used in unsigned(&attribute, form, known, depth, seen) {
                seen.uses(own, used)
            }
        }
    }
    Some(own)
}

/// What an unsigned attribute holds: further signatures.
fn unsigned(
    attribute: &Node<'_>,
    form: &'static str,
    known: &Bag<'_>,
    depth: usize,
    seen: &mut Seen<'_>,
) -> Vec<usize> {
    let Some(kind) = attribute.child(0).and_then(|node| node.oid()) else {
        return Vec::new();
    };
    let values = attribute.child(1);
    let values = values.iter().flat_map(Node::children).take(MAX_SIGNERS);
    if TIMESTAMPS.contains(&kind.as_str()) {
        values
            .filter_map(|value| read_at(value.whole, "timestamp", depth + 1, seen))
            .collect()
    } else if kind == NESTED_SIGNATURE {
        values
            .filter_map(|value| read_at(value.whole, form, depth + 1, seen))
            .collect()
    } else if kind == COUNTERSIGNATURE && depth < super::MAX_DEPTH {
        values
            .filter_map(|value| signer_info(&value, "countersignature", known, depth + 1, seen))
            .collect()
    } else {
        Vec::new()
    }
}

/// Who signed: the subject of the certificate, else what the signature says.
fn signer(sid: &Node<'_>, certificate: Option<&Known<'_>>) -> Option<String> {
    if let Some(known) = certificate
        && !known.subject.is_empty()
    {
        return Some(known.subject.clone());
    }
    let hex = |bytes: &[u8]| data_encoding::HEXLOWER.encode(bytes.get(..64).unwrap_or(bytes));
    if sid.is_context(0) {
        return Some(format!("key identifier {}", hex(sid.body)));
    }
    let issuer = name(sid.child(0)?.whole);
    let serial = hex(sid.child(1)?.body);
    let serial = serial.trim_start_matches('0');
    let serial = if serial.is_empty() { "0" } else { serial };
    Some(format!("serial number {serial} of {issuer}"))
}

/// How it is signed. Where the algorithm of the signature names only a key, the digest is that of the message (RFC 5652 §5.3, RFC 3370 §3).
fn facets(identifier: &Node<'_>, digest: &str, catalog: &Catalog) -> Facets {
    let oid = identifier
        .child(0)
        .and_then(|node| node.oid())
        .unwrap_or_default();
    let named = |name: &str| {
        let mut facets = Facets::from([(Facet::Algorithm, Value::name(name, Origin::Literal))]);
        for (facet, text) in catalog.implied(name) {
            facets.insert(*facet, Value::name(text, Origin::Implied));
        }
        facets.insert(Facet::Digest, algorithm::digest(digest, catalog));
        facets
    };
    match oid.as_str() {
        spki::RSA => named("RSASSA-PKCS1"),
        spki::EC | ECDSA_SPECIFIED => named("ECDSA"),
        spki::DSA => named("DSA"),
        oid if OIW_SHA1_RSA.contains(&oid) => {
            let mut facets = named("RSASSA-PKCS1");
            facets.insert(Facet::Digest, Value::name("SHA-1", Origin::Literal));
            facets
        }
        "" => Facets::from([(Facet::Algorithm, Value::unknown(Why::new("damaged", "")))]),
        _ => algorithm::signature(identifier, catalog),
    }
}

/// The digest of the message, where the signature has another of its own or none: Ed25519 (RFC 8419), ML-DSA (RFC 9882), SLH-DSA (RFC 9814).
fn separate_digest(facets: &Facets, oid: &str, catalog: &Catalog) -> Option<Value> {
    let own = facets.get(&Facet::Digest).and_then(Value::single_name);
    let message = algorithm::digest(oid, catalog);
    (own.is_none() || own != message.single_name()).then_some(message)
}
