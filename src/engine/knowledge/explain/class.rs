//! The page of a finding class: what it means, and what the default policy wants instead.

use super::page::Page;
use crate::knowledge::policy::{self, Policy};
use crate::model::FindingClass;
use crate::model::migration::Purpose;

/// What is known of a class.
pub(super) fn page(class: FindingClass, policies: &[Policy]) -> String {
    let mut page = Page::new(class.name());
    page.section("What it is", &format!("{}.", class.title()));
    page.section("Why it matters, and what mends it", class.means());
    let default = policies.iter().find(|policy| policy.id == policy::DEFAULT);
    if let Some(policy) = default {
        let rows = purposes(class).iter().filter_map(|purpose| {
            let target = policy.target(*purpose)?;
            let names = target.names.join(" or ");
            let text = match &target.note {
                Some(note) if names.is_empty() => note.clone(),
                Some(note) => format!("{names}: {note}"),
                None => names,
            };
            Some((purpose.name().to_owned(), text))
        });
        let heading = format!("What replaces it, by use, under {}", policy.cited());
        page.table(&heading, &rows.collect::<Vec<_>>());
    }
    page.section(
        "Where to read on",
        "The reason beside each finding names the algorithm and what it rests on; pqscan explain ALGORITHM has the sources of that. All \
         classes: docs/finding-classes.md.",
    );
    if !purposes(class).is_empty()
        && let Some(policy) = default
    {
        page.section("Sources", &policy.source.join("\n"))
    }
    page.text
}

/// What assets of a class are used for, as far as that decides what takes their place.
const fn purposes(class: FindingClass) -> &'static [Purpose] {
    use FindingClass as Class;
    match class {
        Class::RsaKeyTransport => &[
            Purpose::KeyTransport,
            Purpose::CmsEncryption,
            Purpose::JsonEncryption,
            Purpose::OpenPgp,
            Purpose::OldTls,
        ],
        Class::EcdhKeyAgreement | Class::DhKeyAgreement | Class::ClassicalKeyEstablishment => &[
            Purpose::TlsKeyExchange,
            Purpose::SshKeyExchange,
            Purpose::IkeKeyExchange,
            Purpose::KeyAgreement,
            Purpose::KeyTransport,
            Purpose::JsonEncryption,
            Purpose::CmsEncryption,
            Purpose::OpenPgp,
        ],
        Class::ClassicalProtocol | Class::ClassicalFallback | Class::UnresolvedProtocol => &[
            Purpose::TlsKeyExchange,
            Purpose::OldTls,
            Purpose::SshKeyExchange,
            Purpose::IkeKeyExchange,
        ],
        Class::RsaSignature
        | Class::EcdsaSignature
        | Class::EddsaSignature
        | Class::DsaSignature
        | Class::ClassicalSignature => &[
            Purpose::Signature,
            Purpose::JsonSignature,
            Purpose::CmsSignature,
            Purpose::OpenPgp,
            Purpose::CertificationAuthority,
            Purpose::LeafCertificate,
            Purpose::SshKey,
            Purpose::CodeSigning,
            Purpose::FirmwareSigning,
            Purpose::DnsSec,
        ],
        Class::CertificateOutlivesDeadline => {
            &[Purpose::CertificationAuthority, Purpose::LeafCertificate]
        }
        Class::QuantumBrokenKey => &[
            Purpose::KeyTransport,
            Purpose::KeyAgreement,
            Purpose::Signature,
        ],
        _ => &[],
    }
}
