//! X.509 certificates (RFC 5280).

use std::borrow::Cow;
use std::sync::Arc;

use smallvec::SmallVec;
use x509_parser::asn1_rs::FromDer;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::time::ASN1Time;
use x509_parser::x509::X509Name;

use super::algorithm;
use super::der::{Node, dotted, tag};
use super::seen::Seen;
use super::spki::{self, PublicKey, fingerprint};
use crate::model::object::{Certificate, Half, Name};
use crate::model::{Asset, AssetKind, Facets, Object, Operation, SkipReason, Words};

/// Names of the subject that are kept; ten thousand are hostile, and the first few say what it is.
const MAX_NAMES: usize = 20;
/// Characters of a name that are kept.
const MAX_NAME: usize = 300;
/// 9999-12-31T23:59:59Z, which stands for "never ends" (RFC 5280 §4.1.2.5).
const NEVER: i64 = 253_402_300_799;

/// Reads a certificate, and whatever follows it in the same bytes is ignored; `false` where the bytes are none.
pub(super) fn certificate(der: &[u8], seen: &mut Seen<'_>) -> bool {
    read(der, seen).is_some()
}

/// Reads a certificate and its key: the numbers of both findings.
pub(super) fn read(der: &[u8], seen: &mut Seen<'_>) -> Option<usize> {
    let (facets, certificate, key) = match X509Certificate::from_der(der) {
        Ok((rest, parsed)) => whole(&der[..der.len() - rest.len()], &parsed, seen),
        Err(error) => rescued(der, &error.to_string(), seen)?,
    };
    let usage = operations(&certificate);
    let own = seen.add(
        Asset {
            facets,
            operations: [Operation::Verify].into(),
            object: Some(Arc::new(Object::Certificate(Box::new(certificate)))),
            ..Asset::new(AssetKind::Certificate)
        },
        "object/x509",
    );
    if let Some(key) = key {
        let mut asset = key.asset(Half::Public, "X.509");
        asset.operations = usage;
        let key = seen.add(asset, "object/x509");
        seen.uses(own, key);
    }
    Some(own)
}

type Parts = (Facets, Certificate, Option<PublicKey>);

fn whole(der: &[u8], parsed: &X509Certificate<'_>, seen: &Seen<'_>) -> Parts {
    let catalog = seen.catalog();
    let mut notes = Vec::new();
    let key = spki::read(parsed.tbs_certificate.subject_pki.raw, catalog);
    let facets = signature_of(der, seen);
    let seconds = |time: &ASN1Time| match time.timestamp() {
        NEVER.. => i64::MAX,
        seconds => seconds,
    };
    let mut certificate = Certificate {
        subject: name(parsed.subject()),
        issuer: name(parsed.issuer()),
        serial: hexadecimal(parsed.raw_serial()),
        not_before: Some(seconds(&parsed.validity().not_before)),
        not_after: Some(seconds(&parsed.validity().not_after)),
        key: key.as_ref().map(|key| key.fingerprint),
        ..Certificate::new("X.509", fingerprint(der))
    };
    if parsed.raw_serial().first().is_some_and(|b| b & 0x80 != 0) {
        notes.push("negative serial number".to_owned())
    }
    if parsed.version().0 >= 2 {
        certificate.ca = Some(false)
    }
    for extension in parsed.extensions() {
        match extension.parsed_extension() {
            ParsedExtension::BasicConstraints(constraints) => {
                certificate.ca = Some(constraints.ca);
                certificate.path_length = constraints.path_len_constraint;
            }
            ParsedExtension::KeyUsage(usage) => {
                let bits = [
                    (usage.digital_signature(), "digitalSignature"),
                    (usage.non_repudiation(), "nonRepudiation"),
                    (usage.key_encipherment(), "keyEncipherment"),
                    (usage.data_encipherment(), "dataEncipherment"),
                    (usage.key_agreement(), "keyAgreement"),
                    (usage.key_cert_sign(), "keyCertSign"),
                    (usage.crl_sign(), "cRLSign"),
                    (usage.encipher_only(), "encipherOnly"),
                    (usage.decipher_only(), "decipherOnly"),
                ];
                certificate.key_usage = bits
                    .into_iter()
                    .filter(|(set, _)| *set)
                    .map(|(_, n)| n)
                    .collect();
            }
            ParsedExtension::ExtendedKeyUsage(usage) => {
                let known = [
                    (usage.any, "anyExtendedKeyUsage"),
                    (usage.server_auth, "serverAuth"),
                    (usage.client_auth, "clientAuth"),
                    (usage.code_signing, "codeSigning"),
                    (usage.email_protection, "emailProtection"),
                    (usage.time_stamping, "timeStamping"),
                    (usage.ocsp_signing, "OCSPSigning"),
                ];
                certificate.extended_key_usage = known
                    .into_iter()
                    .filter(|(set, _)| *set)
                    .map(|(_, name)| name.into())
                    .chain(usage.other.iter().map(|oid| oid.to_id_string().into()))
                    .take(MAX_NAMES)
                    .collect();
            }
            ParsedExtension::SubjectAlternativeName(names) => {
                certificate.alternative_name_count =
                    u32::try_from(names.general_names.len()).unwrap_or(u32::MAX);
                certificate.alternative_names = names
                    .general_names
                    .iter()
                    .take(MAX_NAMES)
                    .map(general_name)
                    .collect();
            }
            ParsedExtension::SubjectKeyIdentifier(id) => certificate.key_id = Some(bounded(id.0)),
            ParsedExtension::AuthorityKeyIdentifier(id) => {
                certificate.issuer_key_id = id.key_identifier.as_ref().map(|id| bounded(id.0))
            }
            ParsedExtension::ParseError { .. } => {
                notes.push(format!("extension {} cannot be read", extension.oid))
            }
            _ => {}
        }
    }
    if key.is_none() {
        notes.push("the public key cannot be read".to_owned())
    }
    notes.truncate(MAX_NAMES);
    certificate.notes = notes;
    (facets, certificate, key)
}

/// The signature algorithm stands behind the signed part.
fn signature_of(der: &[u8], seen: &Seen<'_>) -> Facets {
    let identifier = Node::first(der).and_then(|(whole, _)| whole.child(1));
    identifier.map_or_else(Facets::new, |identifier| {
        algorithm::signature(&identifier, seen.catalog())
    })
}

/// What can be read of a certificate that the library does not take: a time that is none, a version that is none, an end that is missing.
fn rescued(der: &[u8], error: &str, seen: &mut Seen<'_>) -> Option<Parts> {
    let (whole, _) = Node::first_of_cut(der)?;
    let (signed, after) = Node::first_of_cut(whole.body)?;
    if !whole.is(tag::SEQUENCE) || !signed.is(tag::SEQUENCE) {
        return None;
    }
    let mut rest = signed.body;
    let mut next = || {
        let (node, after) = Node::first_of_cut(rest)?;
        rest = after;
        Some(node)
    };
    let mut field = next()?;
    let versioned = field.is_context(0);
    if versioned {
        field = next()?;
    }
    let serial = field;
    let identifier = next().filter(algorithm::is_identifier)?;
    let issuer = next().filter(|node| node.is(tag::SEQUENCE))?;
    let validity = next().filter(|node| node.is(tag::SEQUENCE))?;
    if !serial.is(tag::INTEGER) {
        return None;
    }
    let subject = next();
    let key = next().and_then(|info| spki::read(info.whole, seen.catalog()));
    // The signed part says how it is signed too, in case the end is missing.
    let identifier = Node::first(after)
        .map(|(node, _)| node)
        .filter(algorithm::is_identifier)
        .unwrap_or(identifier);
    let name_of = |node: Option<Node<'_>>| {
        node.and_then(|node| X509Name::from_der(node.whole).ok())
            .map(|(_, parsed)| name(&parsed))
            .unwrap_or_default()
    };
    let time = |index: usize| {
        let (_, time) = ASN1Time::from_der(validity.child(index)?.whole).ok()?;
        Some(time.timestamp())
    };
    seen.skip(
        SkipReason::Damaged,
        format!("certificate not wholly read: {error}"),
    );
    let certificate = Certificate {
        subject: name_of(subject),
        issuer: name_of(Some(issuer)),
        serial: hexadecimal(serial.body),
        not_before: time(0),
        not_after: time(1),
        key: key.as_ref().map(|key| key.fingerprint),
        notes: vec![format!("not wholly read: {error}")],
        ..Certificate::new("X.509", fingerprint(whole.whole))
    };
    let facets = algorithm::signature(&identifier, seen.catalog());
    Some((facets, certificate, key))
}

/// What its key may do, where it says one kind of thing only: a key that may both sign and transport keys is of open use.
fn operations(certificate: &Certificate) -> Words<Operation> {
    let mut operations = Words::new();
    for usage in &certificate.key_usage {
        operations.insert(match *usage {
            "keyEncipherment" | "dataEncipherment" => Operation::Encrypt,
            "keyAgreement" | "encipherOnly" | "decipherOnly" => Operation::Agree,
            _ => Operation::Verify,
        });
    }
    if operations.len() > 1 {
        operations.clear()
    }
    operations
}

fn bounded(bytes: &[u8]) -> SmallVec<[u8; 20]> {
    bytes[..bytes.len().min(64)].into()
}

/// Hexadecimal, two digits a byte, without leading zero bytes; a negative number as its sign and its size.
fn hexadecimal(serial: &[u8]) -> String {
    let serial = &serial[..serial.len().min(64)];
    let negative = serial.first().is_some_and(|first| first & 0x80 != 0);
    let mut size: SmallVec<[u8; 64]> = serial.into();
    if negative {
        // Two's complement: all bits turned, and one more.
        let mut carry = true;
        for byte in size.iter_mut().rev() {
            let (sum, over) = (!*byte).overflowing_add(u8::from(carry));
            (*byte, carry) = (sum, over);
        }
    }
    let zeros = size
        .iter()
        .take_while(|byte| **byte == 0)
        .count()
        .min(size.len().saturating_sub(1));
    let digits = data_encoding::HEXLOWER.encode(&size[zeros..]);
    if negative {
        format!("-{digits}")
    } else {
        digits
    }
}

/// A distinguished name as RFC 4514 writes it: the last part first, each with its short name.
pub(super) fn name(name: &X509Name<'_>) -> Name {
    let rdns: SmallVec<[_; 8]> = name.iter_rdn().collect();
    let mut text = String::with_capacity(MAX_NAME);
    for rdn in rdns.into_iter().rev() {
        for (n, attribute) in rdn.iter().enumerate() {
            if !text.is_empty() {
                text.push(if n == 0 { ',' } else { '+' })
            }
            match attribute.attr_type().as_bytes() {
                // Those that nearly every name has.
                [0x55, 4, 3] => text.push_str("CN"),
                [0x55, 4, 6] => text.push('C'),
                [0x55, 4, 10] => text.push('O'),
                [0x55, 4, 11] => text.push_str("OU"),
                oid => {
                    let oid = dotted(oid);
                    text.push_str(short_name(&oid).unwrap_or(&oid));
                }
            }
            text.push('=');
            let value = attribute.attr_value();
            escape(&decoded(value.data, value.header.tag().0), &mut text);
            if text.len() > MAX_NAME {
                break;
            }
        }
    }
    shorten(&mut text, MAX_NAME);
    let mut id = [0; 16];
    id.copy_from_slice(&fingerprint(name.as_raw()).0[..16]);
    Name { text, id }
}

/// RFC 4514 §3 and RFC 4519, and the mail address that everybody writes.
fn short_name(oid: &str) -> Option<&'static str> {
    Some(match oid {
        "2.5.4.3" => "CN",
        "2.5.4.4" => "SN",
        "2.5.4.5" => "serialNumber",
        "2.5.4.6" => "C",
        "2.5.4.7" => "L",
        "2.5.4.8" => "ST",
        "2.5.4.9" => "STREET",
        "2.5.4.10" => "O",
        "2.5.4.11" => "OU",
        "2.5.4.12" => "title",
        "2.5.4.42" => "GN",
        "2.5.4.97" => "organizationIdentifier",
        "0.9.2342.19200300.100.1.1" => "UID",
        "0.9.2342.19200300.100.1.25" => "DC",
        "1.2.840.113549.1.9.1" => "emailAddress",
        _ => return None,
    })
}

/// The text of a directory string; BMPString and UniversalString are UTF-16 and UTF-32.
fn decoded(value: &[u8], tag: u32) -> Cow<'_, str> {
    match tag {
        30 => {
            let units = value
                .chunks_exact(2)
                .map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
            char::decode_utf16(units)
                .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
                .collect::<String>()
                .into()
        }
        28 => value
            .chunks_exact(4)
            .map(|four| {
                char::from_u32(u32::from_be_bytes([four[0], four[1], four[2], four[3]]))
                    .unwrap_or(char::REPLACEMENT_CHARACTER)
            })
            .collect::<String>()
            .into(),
        // T61String in the wild is Latin-1 or UTF-8.
        20 => match std::str::from_utf8(value) {
            Ok(text) => text.into(),
            Err(_) => {
                let text: String = value.iter().map(|byte| char::from(*byte)).collect();
                text.into()
            }
        },
        _ => String::from_utf8_lossy(value),
    }
}

/// RFC 4514 §2.4; what controls a terminal is written as a byte in hexadecimal.
fn escape(value: &str, text: &mut String) {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    if text.len() + value.len() <= MAX_NAME && value.as_bytes().iter().all(plain) {
        text.push_str(value);
        return;
    }
    let last = value.chars().count().saturating_sub(1);
    for (n, c) in value.chars().enumerate() {
        if text.len() > MAX_NAME {
            return;
        }
        let special = matches!(c, ',' | '+' | '"' | '\\' | '<' | '>' | ';');
        if special || n == 0 && matches!(c, ' ' | '#') || n == last && c == ' ' {
            text.push('\\')
        }
        if c.is_control() {
            for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                text.push_str(&format!("\\{byte:02X}"))
            }
        } else {
            text.push(c)
        }
    }
}

fn shorten(text: &mut String, max: usize) {
    if text.len() > max {
        text.truncate(text.floor_char_boundary(max));
        text.push('…');
    }
    // To shrink it in place would leave a hole behind it.
    if text.capacity() > text.len() {
        *text = text.as_str().to_owned()
    }
}

fn general_name(name: &GeneralName<'_>) -> String {
    let mut text = match name {
        GeneralName::DNSName(name) => ["DNS:", name].concat(),
        GeneralName::RFC822Name(name) => format!("email:{name}"),
        GeneralName::URI(name) => format!("URI:{name}"),
        GeneralName::IPAddress(bytes) => {
            match (<[u8; 4]>::try_from(*bytes), <[u8; 16]>::try_from(*bytes)) {
                (Ok(four), _) => format!("IP:{}", core::net::Ipv4Addr::from(four)),
                (_, Ok(sixteen)) => format!("IP:{}", core::net::Ipv6Addr::from(sixteen)),
                _ => "IP:?".to_owned(),
            }
        }
        GeneralName::DirectoryName(directory) => format!("dirName:{}", self::name(directory).text),
        GeneralName::RegisteredID(oid) => format!("RID:{oid}"),
        GeneralName::OtherName(oid, _) => format!("otherName:{oid}"),
        GeneralName::X400Address(_) => "X400:?".to_owned(),
        GeneralName::EDIPartyName(_) => "EDI:?".to_owned(),
        GeneralName::Invalid(tag, _) => format!("invalid:{}", tag.0),
    };
    text.retain(|c| !c.is_control());
    shorten(&mut text, MAX_NAME);
    text
}
