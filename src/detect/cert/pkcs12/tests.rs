//! What each store shows, in one line a finding.

use crate::detect::cert::Material;
use crate::detect::{Detector as _, Means, Passwords};
use crate::knowledge::Knowledge;
use crate::model::object::KeyId;
use crate::model::{Artifact, Context, Object};

/// Looks at bytes as a file; a line for each finding and each skip.
pub(in crate::detect::cert) fn look(bytes: &[u8], passwords: &Passwords) -> Vec<String> {
    let known = Knowledge::load(&[]).unwrap();
    let means = Means {
        known: &known,
        passwords,
    };
    let artifact = Artifact::file("store", Context::Production);
    let detection = Material.detect(&artifact, &mut &bytes[..], &means);
    let mut lines: Vec<String> = detection
        .findings
        .iter()
        .map(|finding| line(finding, &detection.findings))
        .collect();
    lines.extend(
        detection
            .skips
            .iter()
            .map(|skip| format!("skip {}: {}", skip.reason.name(), skip.detail)),
    );
    lines
}

fn line(finding: &crate::model::Finding, all: &[crate::model::Finding]) -> String {
    let mut line = finding.asset.brief();
    match finding.asset.object.as_deref() {
        Some(Object::Key(key)) => {
            let halves: Vec<_> = key.halves.iter().map(|half| half.name()).collect();
            let labels: Vec<_> = key.labels.iter().map(String::as_str).collect();
            let id = match key.id {
                KeyId::Spki(fingerprint) => fingerprint.to_string()[..8].to_owned(),
                KeyId::Itself(_, why) => why.to_owned(),
            };
            line += &format!(" ({}) [{}] {id}", halves.join("+"), labels.join(","));
        }
        Some(Object::Keystore(store)) => {
            line += &format!(
                " {} {}, {} entries",
                store.form,
                store.opened.name(),
                store.entries
            )
        }
        Some(Object::Certificate(certificate)) => line += &format!(" {}", certificate.subject.text),
        Some(Object::Signature(signature)) => {
            line += &format!(
                " {} by {}",
                signature.form,
                signature.signer.as_deref().unwrap_or("?")
            )
        }
        Some(Object::Ciphertext(ciphertext)) => {
            line += &format!(" {} for {}", ciphertext.form, ciphertext.recipients)
        }
        _ => {}
    }
    if !finding.uses.is_empty() {
        let used: Vec<_> = finding
            .uses
            .iter()
            .map(|used| {
                let asset = &all[*used].asset;
                asset.algorithm().map_or_else(|| asset.kind.name(), |name| name).to_owned()
            })
            .collect();
        line += &format!(" -> {}", used.join(", "));
    }
    line
}

#[test]
#[ignore]
fn show() {
    for path in std::env::var("SHOW").unwrap().split_whitespace() {
        let bytes = std::fs::read(path).unwrap();
        println!("== {path}");
        let start = std::time::Instant::now();
        for line in look(&bytes, &Passwords::default()) {
            println!("   {line}");
        }
        println!("   {:?}", start.elapsed());
    }
}
