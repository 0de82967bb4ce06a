//! What the files show of an asset beside its parameters: its form, the library that uses it, the certificate that its key belongs to.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use foldhash::quality::RandomState;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use smallvec::{SmallVec, smallvec};

use super::Given;
use super::terms::Observed;
use crate::inventory::planning::Years;
use crate::inventory::{Inventory, InventoryAsset};
use crate::model::migration::Purpose;
use crate::model::object::{Certificate, Key};
use crate::model::{Asset, AssetKind, Facet, Object, Operation, Value};

/// What the files show of one asset: mostly the same wherever it lies.
pub(super) type Observations = SmallVec<[Observed; 1]>;

/// What stands around the assets of an inventory.
pub(super) struct Surroundings<'a> {
    /// By id.
    assets: &'a [InventoryAsset],
    /// What the files show of each by itself, in their order.
    observed: Vec<Observed>,
}

impl<'a> Surroundings<'a> {
    pub(super) fn of(inventory: &'a Inventory, given: Given<'a>) -> Self {
        let certificates = Certificates::of(&inventory.assets, given);
        let assets = inventory.assets.iter();
        Self {
            assets: &inventory.assets,
            observed: assets.map(|asset| certificates.observed(asset)).collect(),
        }
    }

    /// What the files show of the asset with this number; of what is only implied, of each asset that implies it. Sorted, each once.
    pub(super) fn observed(&self, number: usize) -> Observations {
        let asset = &self.assets[number];
        if asset.implied_by.is_empty() || asset.known.symmetric == Some(true) {
            return smallvec![self.observed[number].clone()];
        }
        let mut all = BTreeSet::new();
        let mut at = 0;
        // Both are sorted.
        for id in &asset.implied_by {
            at = self.not_before(id, at);
            if self.assets.get(at).is_some_and(|other| other.id == *id) {
                let observed = Observed {
                    valid_for: None,
                    ..self.observed[at].clone()
                };
                all.insert(observed);
            }
        }
        match all.is_empty() {
            true => smallvec![self.observed[number].clone()],
            false => all.into_iter().collect(),
        }
    }

    /// The first asset from a number on whose id is not before another. It is mostly the next; but a hundred thousand implied assets must
    /// not walk over a hundred thousand others, so steps double.
    fn not_before(&self, id: &Arc<str>, from: usize) -> usize {
        let rest = &self.assets[from..];
        // Ids are shared: where it is the very same, no letter has to be compared.
        if rest.get(1).is_some_and(|next| Arc::ptr_eq(&next.id, id)) {
            return from + 1;
        }
        let is_before = |other: &InventoryAsset| other.id < *id;
        let mut step = 1;
        while rest.get(step).is_some_and(is_before) {
            step *= 2
        }
        let passed = step / 2;
        let end = rest.len().min(step + 1);
        from + passed + rest[passed..end].partition_point(is_before)
    }
}

/// What the files show of assets by themselves.
struct Certificates<'a> {
    /// The gravest certificate of each key, by the key's id.
    of_keys: HashMap<&'a str, &'a Certificate, RandomState>,
    given: Given<'a>,
}

impl<'a> Certificates<'a> {
    fn of(assets: &'a [InventoryAsset], given: Given<'a>) -> Self {
        let mut of_keys: HashMap<&str, &Certificate, RandomState> = HashMap::default();
        for asset in assets {
            let (Some(key), Some(Object::Certificate(certificate))) =
                (&asset.subject_key, asset.asset.object.as_deref())
            else {
                continue;
            };
            let known = of_keys.entry(key).or_insert(certificate);
            if gravity(certificate) > gravity(known) {
                *known = certificate
            }
        }
        Self { of_keys, given }
    }

    fn observed(&self, asset: &InventoryAsset) -> Observed {
        let mut observed = match asset.asset.object.as_deref() {
            Some(Object::Certificate(certificate)) => self.certificate(certificate),
            Some(Object::Key(key)) => match self.of_keys.get(&*asset.id) {
                Some(certificate) => Observed {
                    valid_for: None,
                    ..self.certificate(certificate)
                },
                None => Observed {
                    purpose: of_key(key),
                    ..Observed::default()
                },
            },
            Some(Object::Request(_)) => of_purpose(Purpose::LeafCertificate),
            Some(Object::Crl(_)) => of_purpose(Purpose::CertificationAuthority),
            Some(Object::Signature(signature)) => Observed {
                purpose: of_signature(signature.form),
                ..Observed::default()
            },
            Some(Object::Ciphertext(ciphertext)) => Observed {
                purpose: of_ciphertext(ciphertext.form),
                ..Observed::default()
            },
            Some(Object::Keystore(_)) => Observed::default(),
            None => self.in_code(asset),
        };
        observed.is_object = asset.asset.object.is_some();
        observed
    }

    fn certificate(&self, certificate: &Certificate) -> Observed {
        let is_ca = certificate.ca == Some(true);
        let signs_code = certificate
            .extended_key_usage
            .iter()
            .any(|usage| usage == "codeSigning");
        let purpose = match certificate.form {
            "OpenSSH" => Purpose::SshKey,
            _ if is_ca => Purpose::CertificationAuthority,
            _ if signs_code => Purpose::CodeSigning,
            _ => Purpose::LeafCertificate,
        };
        Observed {
            purpose: Some(purpose),
            is_root: is_ca && certificate.is_self_signed(),
            valid_for: self.left(certificate),
            ..Observed::default()
        }
    }

    /// How much longer it is valid, from the day of the judgement on.
    fn left(&self, certificate: &Certificate) -> Option<Years> {
        let end = match certificate.not_after? {
            i64::MAX => Years::whole(9_999),
            seconds => match Timestamp::from_second(seconds) {
                Ok(time) => Years::at(TimeZone::UTC.to_datetime(time).date()),
                Err(_) if seconds > 0 => Years::whole(9_999),
                Err(_) => Years::default(),
            },
        };
        let left = end - Years::at(self.given.planning.today);
        Some(left.max(Years::default()))
    }

    fn in_code(&self, asset: &InventoryAsset) -> Observed {
        let mut libraries = asset.occurrences.iter().map(|o| &*o.library);
        // Every place through libraries of one kind: else it is for more than that.
        let speaks = |id: &str| {
            self.given
                .libraries
                .get(id)
                .and_then(|library| library.speaks)
        };
        let first = libraries.next().and_then(speaks);
        let speaks = first.filter(|first| libraries.all(|id| speaks(id) == Some(*first)));
        let wraps = asset.asset.operations.iter().any(|operation| {
            matches!(
                operation,
                Operation::Wrap
                    | Operation::Unwrap
                    | Operation::Encapsulate
                    | Operation::Decapsulate
            )
        });
        let lists = [Facet::Groups, Facet::Kex];
        Observed {
            purpose: of_protocol(&asset.asset),
            speaks,
            wraps,
            lists_exchanges: lists.iter().any(|f| asset.asset.facets.get(f).is_some()),
            ..Observed::default()
        }
    }
}

fn of_purpose(purpose: Purpose) -> Observed {
    Observed {
        purpose: Some(purpose),
        ..Observed::default()
    }
}

/// Of several certificates for one key, which says most of what rests on it.
fn gravity(certificate: &Certificate) -> (bool, bool, Option<i64>) {
    let is_ca = certificate.ca == Some(true);
    let is_root = is_ca && certificate.is_self_signed();
    (is_root, is_ca, certificate.not_after)
}

fn of_protocol(asset: &Asset) -> Option<Purpose> {
    if asset.kind != AssetKind::Protocol {
        return None;
    }
    let name = |facet| asset.facets.get(&facet).and_then(Value::single_name);
    let protocol = name(Facet::Protocol)?;
    let newest = name(Facet::MaxVersion).unwrap_or(protocol);
    let old = [
        "TLS1.2", "TLS1.1", "TLS1.0", "SSL3.0", "SSL2.0", "DTLS1.2", "DTLS1.0",
    ];
    Some(match protocol {
        _ if old.contains(&newest) => Purpose::OldTls,
        _ if protocol.starts_with("TLS") || protocol.starts_with("DTLS") => Purpose::TlsKeyExchange,
        "QUIC" => Purpose::TlsKeyExchange,
        _ if protocol.starts_with("SSH") => Purpose::SshKeyExchange,
        _ if protocol.starts_with("IKE") => Purpose::IkeKeyExchange,
        _ => return None,
    })
}

fn of_key(key: &Key) -> Option<Purpose> {
    let form = |word: &str| key.forms.iter().any(|form| form.contains(word));
    if form("OpenSSH") || form("SSH") || form("PuTTY") {
        Some(Purpose::SshKey)
    } else if form("OpenPGP") {
        Some(Purpose::OpenPgp)
    } else if form("DNS") {
        Some(Purpose::DnsSec)
    } else {
        None
    }
}

fn of_signature(form: &str) -> Option<Purpose> {
    Some(match form {
        "Authenticode" | "Mach-O code signature" | "JAR" => Purpose::CodeSigning,
        _ if form.starts_with("APK") => Purpose::CodeSigning,
        "OpenPGP" => Purpose::OpenPgp,
        "SSHSIG" => Purpose::SshKey,
        "DNSSEC" => Purpose::DnsSec,
        "JWS" | "JWT" => Purpose::JsonSignature,
        _ if form.contains("CMS") || form.contains("PKCS#7") || form.contains("S/MIME") => {
            Purpose::CmsSignature
        }
        _ => return None,
    })
}

fn of_ciphertext(form: &str) -> Option<Purpose> {
    Some(match form {
        "OpenPGP" => Purpose::OpenPgp,
        "JWE" => Purpose::JsonEncryption,
        _ if form.contains("CMS") || form.contains("PKCS#7") || form.contains("S/MIME") => {
            Purpose::CmsEncryption
        }
        _ => return None,
    })
}
