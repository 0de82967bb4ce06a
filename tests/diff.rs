//! What differs between two inventories, and what is new against a saved one: through real scans, documents of ours in every form,
//! documents of other tools written by hand after their specifications, and broken ones.

use std::fs;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use assert_cmd::Command;
use pqscan::inventory::diff::baseline::{NewFinding, new_findings};
use pqscan::inventory::diff::{By, Diff, Known, diff};
use pqscan::inventory::fingerprint::Fingerprint;
use pqscan::inventory::snapshot::{Form, Place, Saved, Snapshot};
use pqscan::inventory::{self, Band, Report};
use pqscan::knowledge::Knowledge;
use pqscan::model::FindingClass;
use pqscan::output::{self, DiffForm, Options, SpecVersion, saved};
use pqscan::scan::{self, Request};
use proptest::prelude::*;

static KNOWN: LazyLock<Knowledge> =
    LazyLock::new(|| Knowledge::load(&[]).expect("the rules are right"));

const IMPORT: &str = "from cryptography.hazmat.primitives.asymmetric import rsa\n";
const MAKE: &str = "rsa.generate_private_key(public_exponent=65537, key_size=2048)";

fn scanned(root: &Path) -> Report {
    let request = Request {
        roots: vec![root.to_owned()],
        threads: 1,
        ..Request::default()
    };
    let found = scan::scan(&request, &KNOWN, &scan::Unwatched).expect("it scans");
    inventory::report(found, &KNOWN, Some(1_800_000_000))
}

/// The report of a folder with these files.
fn report(files: &[(&str, &str)]) -> Report {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("project");
    for (name, text) in files {
        let path = root.join(name);
        fs::create_dir_all(path.parent().expect("it is in the folder")).expect("a folder");
        fs::write(path, text).expect("written");
    }
    scanned(&root)
}

fn written(form: &str, report: &Report, options: &Options) -> Vec<u8> {
    let mut bytes = Vec::new();
    let format = output::format(form).expect("the form exists");
    format
        .write(report, options, &mut bytes)
        .expect("memory takes it");
    bytes
}

fn result(report: &Report) -> Vec<u8> {
    written("json", report, &Options::default())
}

fn cbom(report: &Report, spec_version: SpecVersion) -> Vec<u8> {
    let options = Options {
        spec_version,
        ..Options::default()
    };
    written("cyclonedx", report, &options)
}

fn read(document: &[u8]) -> Snapshot {
    saved::read(document).expect("it can be read")
}

/// A result that is read again, which is the same as the report in hand.
fn saved_of(report: &Report) -> Snapshot {
    let saved = read(&result(report));
    assert_eq!(saved, Snapshot::of(report));
    saved
}

/// A module with a function for each line of code.
fn module(lines: &[&str]) -> String {
    let mut text = IMPORT.to_owned();
    for (n, line) in lines.iter().enumerate() {
        text += &format!("\n\ndef make_{n}():\n    return {line}\n")
    }
    text
}

/// What differs, in short: lists with their names.
fn told(diff: &Diff<'_>) -> Vec<String> {
    let mut told = Vec::new();
    for seen in &diff.added {
        told.push(format!("added {}", seen.asset.name))
    }
    for seen in &diff.removed {
        told.push(format!("removed {}", seen.asset.name))
    }
    for change in &diff.changed {
        told.push(format!(
            "changed {} to {}",
            change.old.name, change.new.name
        ))
    }
    for moved in &diff.moved {
        for (old, new) in &moved.places {
            told.push(format!(
                "moved {} {} {}",
                moved.asset.name, old.path, new.path
            ))
        }
    }
    for spread in &diff.spread {
        for place in &spread.gained {
            told.push(format!("gained {} {}", spread.asset.name, place.path))
        }
        for place in &spread.lost {
            told.push(format!("lost {} {}", spread.asset.name, place.path))
        }
    }
    for judged in &diff.judged {
        told.push(format!("judged {}", judged.asset.name))
    }
    told
}

/// The places of new findings, of assets that were seen by themselves.
fn new_places(report: &Report, before: &Snapshot) -> Vec<(String, String, u32)> {
    let mut places: Vec<_> = new_findings(report, before)
        .into_iter()
        .flat_map(|NewFinding { asset, places, .. }| {
            let asset = &report.inventory.assets[asset];
            let seen = places.into_iter().filter(|_| asset.implied_by.is_empty());
            seen.map(|at| {
                let at = &asset.occurrences[at].location;
                (asset.name.to_string(), at.path.to_string(), at.line)
            })
        })
        .collect();
    places.sort();
    places.dedup();
    places
}

#[test]
fn moved_lines_are_no_difference() {
    let before = report(&[("a.py", &module(&[MAKE]))]);
    let after = report(&[("a.py", &format!("# one\n# two\n{}", module(&[MAKE])))]);
    let (old, new) = (saved_of(&before), saved_of(&after));
    assert_eq!(told(&diff(&old, &new)), Vec::<String>::new());
    assert!(new_findings(&after, &old).is_empty());
    assert_ne!(old.assets[0].places[0].line, new.assets[0].places[0].line);
    assert_eq!(
        old.assets[0].places[0].fingerprints,
        new.assets[0].places[0].fingerprints
    );
}

#[test]
fn a_renamed_file_moves_what_is_in_it_and_brings_nothing_new() {
    let before = report(&[("a.py", &module(&[MAKE])), ("z.py", "x = 1\n")]);
    let after = report(&[("src/keys.py", &module(&[MAKE])), ("z.py", "x = 1\n")]);
    let (old, new) = (saved_of(&before), saved_of(&after));
    assert_eq!(
        told(&diff(&old, &new)),
        ["moved RSA-2048 key a.py src/keys.py"]
    );
    assert!(new_findings(&after, &old).is_empty());
}

#[test]
fn code_that_is_indented_anew_is_the_same() {
    let before = report(&[("a.py", &format!("{IMPORT}def make():\n    return {MAKE}\n"))]);
    let indented = MAKE.replace(", ", ",  ");
    let after = report(&[(
        "a.py",
        &format!("{IMPORT}def make():\n    if True:\n\t\treturn {indented}\n")
            .replace("\t", "    "),
    )]);
    let (old, new) = (saved_of(&before), saved_of(&after));
    assert_eq!(told(&diff(&old, &new)), Vec::<String>::new());
    assert!(new_findings(&after, &old).is_empty());
}

#[test]
fn another_key_size_at_the_same_place_is_a_change_and_a_new_finding() {
    let before = report(&[("a.py", &module(&[MAKE]))]);
    let after = report(&[("a.py", &module(&[&MAKE.replace("2048", "3072")]))]);
    let (old, new) = (saved_of(&before), saved_of(&after));
    let diff = diff(&old, &new);
    assert_eq!(told(&diff), ["changed RSA-2048 key to RSA-3072 key"]);
    let [parameter] = &*diff.changed[0].parameters else {
        panic!("{:?}", diff.changed[0].parameters)
    };
    assert_eq!(
        (parameter.name, parameter.old, parameter.new),
        ("key_bits", Some("2048"), Some("3072"))
    );
    assert_eq!(diff.changed[0].places.len(), 1);
    assert_eq!(
        new_places(&after, &old),
        [("RSA-3072 key".to_owned(), "a.py".to_owned(), 5)]
    );
}

#[test]
fn a_change_at_one_of_two_places_is_told_as_that() {
    let before = report(&[("a.py", &module(&[MAKE])), ("b.py", &module(&[MAKE]))]);
    let bigger = MAKE.replace("2048", "3072");
    let after = report(&[("a.py", &module(&[MAKE])), ("b.py", &module(&[&bigger]))]);
    let (old, new) = (saved_of(&before), saved_of(&after));
    let diff = diff(&old, &new);
    assert_eq!(told(&diff), ["changed RSA-2048 key to RSA-3072 key"]);
    assert_eq!(&*diff.changed[0].places[0].0.path, "b.py");
}

#[test]
fn equal_lines_are_counted_and_one_more_is_one_new_finding() {
    let before = report(&[("a.py", &module(&[MAKE, MAKE]))]);
    let after = report(&[("a.py", &module(&[MAKE, MAKE, MAKE]))]);
    let old = saved_of(&before);
    let key = old.assets.iter().find(|asset| &*asset.kind == "key");
    let [first, second] = &*key.expect("it was seen").places else {
        panic!("two places")
    };
    assert_ne!(first.fingerprints, second.fingerprints);
    assert_eq!(new_places(&after, &old).len(), 1);
    assert_eq!(
        told(&diff(&old, &saved_of(&after))),
        ["gained RSA-2048 key a.py"]
    );
    assert!(new_findings(&before, &saved_of(&after)).is_empty());
}

#[test]
fn of_a_copy_and_its_original_the_copy_is_new_whatever_its_name() {
    let code = module(&[MAKE]);
    let before = report(&[("m.py", &code)]);
    let old = saved_of(&before);
    for copy in ["a.py", "z.py"] {
        let after = report(&[("m.py", &code), (copy, &code)]);
        assert_eq!(
            new_places(&after, &old),
            [("RSA-2048 key".to_owned(), copy.to_owned(), 5)]
        );
        assert_eq!(
            told(&diff(&old, &saved_of(&after))),
            [format!("gained RSA-2048 key {copy}")]
        );
    }
}

#[test]
fn one_of_several_algorithms_that_changes_its_size_is_a_change() {
    let code = |bits: &str| {
        format!(
            "{IMPORT}from cryptography.hazmat.primitives.asymmetric import dsa\n\ndef make(old):\n    kind = dsa if old else rsa\n    return {}\n",
            MAKE.replace("2048", bits)
        )
    };
    let (before, after) = (
        report(&[("a.py", &code("2048"))]),
        report(&[("a.py", &code("3072"))]),
    );
    let (old, new) = (saved_of(&before), saved_of(&after));
    assert_eq!(diff(&old, &new).changed.len(), 1);
    assert!(diff(&old, &new).added.is_empty() && diff(&old, &new).removed.is_empty());
}

#[test]
fn what_is_added_and_what_is_removed_is_told() {
    let other = "import hashlib\nhashlib.md5(b'')\n";
    let before = report(&[("a.py", &module(&[MAKE])), ("b.py", "x = 1\n")]);
    let after = report(&[("a.py", "x = 1\n"), ("b.py", other)]);
    let (old, new) = (saved_of(&before), saved_of(&after));
    assert_eq!(
        told(&diff(&old, &new)),
        ["added MD5", "removed RSA-2048 key"]
    );
    assert_eq!(
        new_places(&after, &old),
        [("MD5".to_owned(), "b.py".to_owned(), 2)]
    );
}

#[test]
fn is_new_answers_for_single_fingerprints() {
    let before = saved_of(&report(&[("a.py", &module(&[MAKE]))]));
    let known = Known::of(&before);
    assert!(known.has_fingerprints());
    let own = before.assets[0].places[0].fingerprints[0];
    assert!(!known.is_new(&own));
    assert_eq!(Fingerprint::parse(&own.to_string()), Some(own));
    let other = format!("pq1:{}", "0".repeat(32));
    assert!(known.is_new(&Fingerprint::parse(&other).expect("well-formed")));
    for wrong in ["", "pq1:", "pq2:00000000000000000000000000000000", "pq1:zz"] {
        assert_eq!(Fingerprint::parse(wrong), None, "{wrong}");
    }
}

/// The fingerprints of today are those of tomorrow: whoever changes how they are made raises `pq1` and this test.
#[test]
fn a_fingerprint_is_the_same_in_every_version() {
    let saved = saved_of(&report(&[("a.py", &module(&[MAKE]))]));
    let key = saved.assets.iter().find(|asset| &*asset.kind == "key");
    let place = &key.expect("it was seen").places[0];
    let prints: Vec<String> = place.fingerprints.iter().map(ToString::to_string).collect();
    assert_eq!(prints, [FINGERPRINT]);
}
const FINGERPRINT: &str = "pq1:a9b6b84f8c53a740938f8c8fba967ade";

#[test]
fn a_cbom_is_a_baseline_too_by_its_assets() {
    let before = report(&[("a.py", &module(&[MAKE]))]);
    let bigger = MAKE.replace("2048", "4096");
    let after = report(&[
        ("a.py", &module(&[MAKE, MAKE])),
        ("b.py", &module(&[&bigger])),
    ]);
    for version in [SpecVersion::V1_6, SpecVersion::V1_7] {
        let old = read(&cbom(&before, version));
        assert!(!Known::of(&old).has_fingerprints());
        assert!(new_findings(&before, &old).is_empty());
        assert_eq!(
            new_places(&after, &old),
            [("RSA-4096 key".to_owned(), "b.py".to_owned(), 5)]
        );
    }
    let other = read(
        br#"{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [
            {"type": "cryptographic-asset", "name": "rsa-2048", "cryptoProperties": {
                "assetType": "related-crypto-material",
                "relatedCryptoMaterialProperties": {"type": "private-key", "size": 2048}}}]}"#,
    );
    assert_eq!(
        new_places(&after, &other),
        [("RSA-4096 key".to_owned(), "b.py".to_owned(), 5)]
    );
}

/// Every form of one report says the same: nothing differs between them, whatever was scanned.
#[test]
fn the_forms_of_a_report_do_not_differ() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let mut roots: Vec<_> = ["python", "java", "c"]
        .iter()
        .map(|language| corpus.join("source").join(language))
        .collect();
    roots.push(corpus.join("cert/files"));
    for root in roots {
        let report = scanned(&root);
        assert!(report.inventory.assets.len() > 20, "{}", root.display());
        let forms = [
            saved_of(&report),
            read(&cbom(&report, SpecVersion::V1_6)),
            read(&cbom(&report, SpecVersion::V1_7)),
        ];
        assert_eq!(forms[1].form, Form::OwnCbom);
        for old in &forms {
            for new in &forms {
                let diff = diff(old, new);
                assert_eq!(diff.by, By::Ids);
                assert_eq!(told(&diff), Vec::<String>::new(), "{}", root.display());
            }
            assert!(new_findings(&report, old).is_empty());
        }
    }
}

#[test]
fn places_that_a_cbom_left_out_are_not_lost() {
    let report = report(&[("a.py", &module(&[MAKE])), ("b.py", &module(&[MAKE]))]);
    let options = Options {
        max_occurrences: 1,
        ..Options::default()
    };
    let cut = read(&written("cyclonedx", &report, &options));
    let all = saved_of(&report);
    assert_eq!(told(&diff(&cut, &all)), Vec::<String>::new());
    assert_eq!(told(&diff(&all, &cut)), Vec::<String>::new());
}

/// A result with one certificate, as we write it.
fn certificate(hash: &str, subject: &str, ends: &str, path: &str) -> String {
    format!(
        r#"{{"id": "crypto/certificate/certificate-cn-a-{hash}", "name": "certificate {subject} [{hash}]", "kind": "certificate", "seen": "used",
            "parameters": {{"algorithm": {{"values": [{{"value": "RSASSA-PKCS1", "origin": "literal"}}], "open": false}}}},
            "object": {{"format": "X.509", "subject": "{subject}", "issuer": "CN=CA", "serial": "{hash}", "notAfter": "{ends}"}},
            "occurrences": [{{"path": "{path}", "line": 1, "column": 1, "start": 0, "end": 9, "text": "-----BEGIN CERTIFICATE-----", "symbol": ""}}]}}"#
    )
}

fn certificates(all: &[String]) -> Snapshot {
    let assets = all.join(",");
    read(format!(r#"{{"schema": "pqscan/result/1", "assets": [{assets}]}}"#).as_bytes())
}

#[test]
fn a_renewed_certificate_is_a_change_also_under_another_file_name() {
    let old = certificates(&[certificate(
        "aaaaaaaaaa",
        "CN=a",
        "2026-01-01T00:00:00Z",
        "tls/a.pem",
    )]);
    for path in ["tls/a.pem", "tls/a-2028.pem"] {
        let new = certificates(&[certificate(
            "bbbbbbbbbb",
            "CN=a",
            "2028-01-01T00:00:00Z",
            path,
        )]);
        let diff = diff(&old, &new);
        assert_eq!(told(&diff).len(), 1);
        assert_eq!(diff.changed.len(), 1);
        let names: Vec<&str> = diff.changed[0].parameters.iter().map(|p| p.name).collect();
        assert_eq!(names, ["not_after", "serial"]);
        assert_eq!(diff.changed[0].parameters[0].new, Some("2028-01-01"));
    }
}

#[test]
fn certificates_of_others_in_one_bundle_do_not_become_each_other() {
    let in_bundle = |hash, subject| certificate(hash, subject, "2030-01-01T00:00:00Z", "ca.pem");
    let old = certificates(&[
        in_bundle("aaaaaaaaaa", "CN=a"),
        in_bundle("bbbbbbbbbb", "CN=b"),
    ]);
    let new = certificates(&[
        in_bundle("aaaaaaaaaa", "CN=a"),
        in_bundle("cccccccccc", "CN=c"),
    ]);
    assert_eq!(
        told(&diff(&old, &new)),
        [
            "added certificate CN=c [cccccccccc]",
            "removed certificate CN=b [bbbbbbbbbb]"
        ]
    );
}

#[test]
fn a_priority_that_changed_is_told_class_by_class() {
    let asset = |priority: &str, also: &str| {
        format!(
            r#"{{"schema": "pqscan/result/1", "assets": [{{"id": "crypto/key/rsa-aaaaaaaaaa", "name": "RSA-2048 key", "kind": "key",
            "assessment": {{"priority": "{priority}", "class": "signature", "findingClass": "rsa-signature", "reason": "", "also": [{also}]}},
            "occurrences": [{{"path": "a", "text": "x", "symbol": "y"}}]}}]}}"#
        )
    };
    let old = read(asset("P2", "").as_bytes());
    let also = r#"{"priority": "P3", "findingClass": "short-key"}"#;
    let new = read(asset("P1", also).as_bytes());
    let diff = diff(&old, &new);
    assert_eq!(told(&diff), ["judged RSA-2048 key"]);
    assert_eq!(
        diff.judged[0].judgements,
        [
            (FindingClass::RsaSignature, Some(Band::P2), Some(Band::P1)),
            (FindingClass::ShortKey, None, Some(Band::P3)),
        ]
    );
}

/// By the specification of CycloneDX 1.6: an algorithm, a certificate, a key, a protocol; bom-refs that are random in each document.
fn other_cbom(salt: &str, key_bits: u32, ends: &str, mode: &str, path: &str) -> Vec<u8> {
    format!(
        r#"{{"bomFormat": "CycloneDX", "specVersion": "1.6", "serialNumber": "urn:uuid:{salt}",
        "metadata": {{"tools": {{"services": [], "components": [{{"type": "application", "name": "other-scanner", "version": "2.1"}}]}},
                     "component": {{"type": "application", "name": "shop"}}}},
        "components": [
          {{"type": "library", "name": "openssl", "version": "3.0.2", "components": [
            {{"type": "cryptographic-asset", "bom-ref": "{salt}-1", "name": "AES-256-GCM",
              "evidence": {{"occurrences": [{{"location": "{path}", "line": 10, "symbol": "EVP_aes_256_gcm"}}]}},
              "cryptoProperties": {{"assetType": "algorithm", "oid": "2.16.840.1.101.3.4.1.46", "algorithmProperties":
                {{"primitive": "ae", "parameterSetIdentifier": "256", "mode": "{mode}", "cryptoFunctions": ["encrypt"]}}}}}}]}},
          {{"type": "cryptographic-asset", "bom-ref": "{salt}-2", "name": "RSA",
            "evidence": {{"occurrences": [{{"location": "src/key.c", "line": 3}}]}},
            "cryptoProperties": {{"assetType": "related-crypto-material", "relatedCryptoMaterialProperties":
              {{"type": "private-key", "size": {key_bits}, "algorithmRef": "{salt}-9"}}}}}},
          {{"type": "cryptographic-asset", "bom-ref": "{salt}-3", "name": "shop.example.org",
            "cryptoProperties": {{"assetType": "certificate", "certificateProperties":
              {{"subjectName": "CN=shop.example.org", "issuerName": "CN=CA", "notValidBefore": "2025-01-01T00:00:00Z", "notValidAfter": "{ends}"}}}}}},
          {{"type": "cryptographic-asset", "bom-ref": "{salt}-4", "name": "TLSv1.2",
            "cryptoProperties": {{"assetType": "protocol", "protocolProperties": {{"type": "tls", "version": "1.2",
              "cipherSuites": [{{"name": "TLS_RSA_WITH_AES_128_CBC_SHA"}}]}}}}}}]}}"#
    )
    .into_bytes()
}

#[test]
fn cboms_of_other_tools_are_compared_by_what_they_state() {
    let old = read(&other_cbom(
        "aaaa",
        2048,
        "2026-01-01T00:00:00Z",
        "gcm",
        "src/a.c",
    ));
    assert_eq!(old.form, Form::OtherCbom);
    assert_eq!(old.tool.as_deref(), Some("other-scanner 2.1"));
    assert_eq!(old.subject.as_deref(), Some("shop"));
    let kinds: Vec<&str> = old.assets.iter().map(|asset| &*asset.kind).collect();
    assert_eq!(kinds, ["algorithm", "key", "certificate", "protocol"]);

    let same = read(&other_cbom(
        "bbbb",
        2048,
        "2026-01-01T00:00:00Z",
        "gcm",
        "src/a.c",
    ));
    let none = diff(&old, &same);
    assert_eq!((none.by, none.kept), (By::Names, 4));
    assert_eq!(told(&none), Vec::<String>::new());

    let new = read(&other_cbom(
        "cccc",
        3072,
        "2027-01-01T00:00:00Z",
        "gcm",
        "lib/a.c",
    ));
    let diff = diff(&old, &new);
    let said: Vec<String> = told(&diff);
    assert_eq!(
        said,
        [
            "changed shop.example.org to shop.example.org",
            "changed RSA to RSA",
            "moved AES-256-GCM src/a.c lib/a.c"
        ]
    );
    let size = &diff.changed[1].parameters;
    assert!(
        size.iter()
            .any(|p| (p.name, p.old, p.new) == ("key_bits", Some("2048"), Some("3072")))
    );
}

/// The extension of CycloneDX 1.4 that went before 1.6 (IBM's CBOM 1.0).
#[test]
fn a_cbom_of_the_time_before_the_standard_is_read() {
    let old = read(
        br#"{"bomFormat": "CycloneDX", "specVersion": "1.4-cbom-1.0", "metadata": {"tools": [{"vendor": "v", "name": "early"}]},
        "components": [{"type": "crypto-asset", "bom-ref": "oid:2.16.840.1.101.3.4.1.6", "name": "AES-128-GCM",
          "cryptoProperties": {"assetType": "algorithm",
            "algorithmProperties": {"primitive": "blockcipher", "variant": "AES-128-GCM", "mode": "gcm", "cryptoFunctions": ["encrypt"]},
            "detectionContext": [{"filePath": "src/x.c", "lineNumbers": [3, 9], "symbols": ["encrypt"]}]}},
         {"type": "crypto-asset", "name": "server key", "cryptoProperties": {"assetType": "relatedCryptoMaterial",
            "relatedCryptoMaterialProperties": {"relatedCryptoMaterialType": "privateKey", "size": 2048}}}]}"#,
    );
    assert_eq!(old.tool.as_deref(), Some("early"));
    // A later document of the same tool's successor names the algorithm in full, and no places.
    let new = read(
        br#"{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [
          {"type": "cryptographic-asset", "name": "AES128-GCM", "cryptoProperties": {"assetType": "algorithm",
            "algorithmProperties": {"primitive": "ae", "parameterSetIdentifier": "128", "mode": "gcm"}}}]}"#,
    );
    assert_eq!(told(&diff(&old, &new)), ["removed server key"]);
    let [aes, key] = &*old.assets else {
        panic!("{:?}", old.assets)
    };
    assert_eq!(aes.parameters["mode"], "gcm");
    let lines: Vec<u32> = aes.places.iter().map(|place| place.line).collect();
    assert_eq!(lines, [3, 9]);
    assert_eq!(&*key.kind, "key");
}

#[test]
fn a_result_of_ours_and_a_cbom_of_another_tool_share_what_both_name() {
    let ours = saved_of(&report(&[("a.py", &module(&[MAKE]))]));
    let theirs = read(
        br#"{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [
            {"type": "cryptographic-asset", "name": "RSA-2048", "cryptoProperties": {"assetType": "algorithm",
              "algorithmProperties": {"primitive": "pke", "parameterSetIdentifier": "2048"}},
              "evidence": {"occurrences": [{"location": "a.py", "line": 5}]}},
            {"type": "cryptographic-asset", "name": "SHA-1", "cryptoProperties": {"assetType": "algorithm",
              "algorithmProperties": {"primitive": "hash"}}}]}"#,
    );
    let diff = diff(&ours, &theirs);
    assert_eq!(diff.by, By::Names);
    assert_eq!(told(&diff), ["added SHA-1", "removed RSA-2048 key"]);
    assert_eq!(diff.kept, 1);
}

#[test]
fn what_is_no_inventory_is_refused_with_a_reason() {
    let cases: [(&[u8], &str); 9] = [
        (b"", "not JSON"),
        (b"\xff\xfe\x00", "not JSON"),
        (b"[1, 2]", "neither"),
        (b"{}", "neither"),
        (br#"{"bomFormat": "SPDX"}"#, "neither"),
        (br#"{"schema": "pqscan/result/2"}"#, "pqscan/result/2"),
        (br#"{"schema": "pqscan/diff/1"}"#, "a difference"),
        (
            br#"{"schema": "pqscan/result/1", "assets": [{"name": "x"}]}"#,
            "without `id`",
        ),
        (
            br#"{"bomFormat": "CycloneDX", "components": [{"cryptoProperties": {}}]}"#,
            "without `name`",
        ),
    ];
    for (document, reason) in cases {
        let error = saved::read(document)
            .expect_err("it is refused")
            .to_string();
        assert!(error.contains(reason), "{error}");
    }
    let evil = b"{\"schema\": \"pqscan/result/\x1b\"}";
    let error = saved::read(evil).expect_err("it is refused").to_string();
    assert!(!error.contains('\x1b'), "{error}");
}

#[test]
fn odd_types_and_nulls_are_as_absent() {
    let odd = read(
        br#"{"bomFormat": "CycloneDX", "specVersion": 1.6, "metadata": {"tools": null, "component": null, "properties": null},
        "components": [{"type": 7, "bom-ref": {"a": []}, "name": "X", "properties": null, "components": null, "evidence": {"occurrences": null},
          "cryptoProperties": {"assetType": ["a"], "algorithmProperties": {"primitive": null, "parameterSetIdentifier": 256, "mode": true}}}]}"#,
    );
    assert_eq!(odd.assets[0].parameter_set.as_deref(), Some("256"));
    assert!(!odd.assets[0].parameters.contains_key("mode"));
}

#[test]
fn documents_that_are_cut_off_nested_or_changed_do_no_harm() {
    let report = report(&[("a.py", &module(&[MAKE, MAKE]))]);
    let documents = [
        result(&report),
        cbom(&report, SpecVersion::V1_7),
        other_cbom("aaaa", 2048, "2026-01-01T00:00:00Z", "gcm", "src/a.c"),
    ];
    let whole = saved_of(&report);
    for document in &documents {
        for cut in (0..document.len().saturating_sub(2)).step_by(97) {
            assert!(saved::read(&document[..cut]).is_err(), "{cut}");
        }
        // A byte replaced: read or refused, and what is read can be compared.
        for at in (0..document.len()).step_by(61) {
            for byte in [b'"', b'0', b'[', b'}', 0xff] {
                let mut changed = document.clone();
                changed[at] = byte;
                if let Ok(saved) = saved::read(&changed) {
                    let _ = diff(&saved, &whole);
                    let _ = Known::of(&saved);
                }
            }
        }
    }
    for (open, close) in [("[", "]"), (r#"{"a":"#, "}"), (r#"{"components":["#, "]}")] {
        for start in [
            r#"{"schema":"pqscan/result/1","assets":"#,
            r#"{"bomFormat":"CycloneDX","components":"#,
            r#"{"bomFormat":"CycloneDX","x":"#,
        ] {
            let deep = format!(
                "{start}{}1{}}}",
                open.repeat(200_000),
                close.repeat(200_000)
            );
            let _ = saved::read(deep.as_bytes());
        }
    }
}

#[test]
fn a_hundred_thousand_assets_are_compared() {
    let snapshot = |shift: usize| Snapshot {
        form: Form::Result,
        tool: None,
        subject: None,
        rules_hash: None,
        assets: (0..100_000)
            .map(|n| asset(n + shift, &[(n % 1000, n as u32 + 1)], n % 2 == 0))
            .collect(),
    };
    // All in a thousand files, so that whatever looks at every pair in a file would not end.
    let (old, new) = (snapshot(0), snapshot(50_000));
    let diff = diff(&old, &new);
    assert_eq!(diff.kept, 50_000);
    let known = Known::of(&old);
    assert!(
        new.assets
            .iter()
            .any(|asset| known.is_new(&asset.places[0].fingerprints[0]))
    );
}

fn asset(number: usize, places: &[(usize, u32)], is_object: bool) -> Saved {
    let print = |n: usize| Fingerprint::parse(&format!("pq1:{n:032x}")).expect("well-formed");
    Saved {
        id: format!("crypto/key/rsa-{number:010x}").into(),
        name: format!("RSA-{number} key").into(),
        kind: "key".into(),
        family: "rsa".into(),
        is_object,
        implied: false,
        parameters: [("key_bits", number.to_string())].into(),
        parameter_set: None,
        judgements: vec![(FindingClass::QuantumBrokenKey, Band::P1)],
        places: places
            .iter()
            .map(|(file, line)| Place {
                path: format!("src/{file}.py").into(),
                line: *line,
                column: 1,
                symbol: "make".into(),
                function: (file % 2 == 0).then(|| Arc::from("f")),
                snippet: None,
                fingerprints: vec![print(number)],
            })
            .collect(),
        is_cut: false,
    }
}

fn snapshots() -> impl Strategy<Value = Snapshot> {
    let one = (
        0..8_usize,
        prop::collection::vec((0..4_usize, 0..4_u32), 0..4),
        any::<bool>(),
        0..5_usize,
        any::<bool>(),
    );
    let forms = prop::sample::select(vec![Form::Result, Form::OwnCbom, Form::OtherCbom]);
    (forms, prop::collection::btree_map(0..8_usize, one, 0..8)).prop_map(|(form, all)| Snapshot {
        form,
        tool: None,
        subject: None,
        rules_hash: None,
        assets: all
            .into_iter()
            .map(|(number, (name, places, is_object, band, implied))| {
                let mut asset = asset(number, &places, is_object);
                asset.name = format!("RSA-{} key", name % 3).into();
                asset.implied = implied && number % 3 == 0;
                asset.judgements[0].1 = [Band::P0, Band::P1, Band::P2, Band::P3, Band::P4][band];
                if number % 2 == 0 {
                    asset.kind = "certificate".into();
                    asset
                        .parameters
                        .insert("subject", format!("CN={}", name % 3));
                }
                asset
            })
            .collect(),
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn nothing_differs_from_itself(one in snapshots()) {
        let diff = diff(&one, &one);
        prop_assert!(diff.is_empty(), "{:?}", told(&diff));
    }

    #[test]
    fn what_is_added_one_way_is_removed_the_other_way((old, new) in (snapshots(), snapshots())) {
        let (there, back) = (diff(&old, &new), diff(&new, &old));
        let seen = |all: &[inventory::diff::Seen<'_>]| -> Vec<_> {
            let mut all: Vec<_> = all
                .iter()
                .map(|seen| (seen.asset.id.clone(), seen.places.iter().map(|place| (*place).clone()).collect::<Vec<_>>()))
                .collect();
            all.sort();
            all
        };
        prop_assert_eq!(seen(&there.added), seen(&back.removed));
        prop_assert_eq!(seen(&there.removed), seen(&back.added));
        let changed = |diff: &Diff<'_>, swap: bool| -> Vec<_> {
            let mut all: Vec<_> = diff.changed.iter().map(|change| {
                let mut places: Vec<_> = change.places.iter().map(|(a, b)| {
                    let (a, b) = if swap { (b, a) } else { (a, b) };
                    ((*a).clone(), (*b).clone())
                }).collect();
                places.sort();
                let (a, b) = if swap { (change.new, change.old) } else { (change.old, change.new) };
                (a.id.clone(), b.id.clone(), places)
            }).collect();
            all.sort();
            all
        };
        prop_assert_eq!(changed(&there, false), changed(&back, true));
        prop_assert_eq!(there.kept, back.kept);
        let places = |diff: &Diff<'_>, swap: bool| -> (usize, usize, usize, usize) {
            let moved = diff.moved.iter().map(|moved| moved.places.len()).sum();
            let gained = diff.spread.iter().map(|spread| spread.gained.len()).sum();
            let lost = diff.spread.iter().map(|spread| spread.lost.len()).sum();
            let (gained, lost) = if swap { (lost, gained) } else { (gained, lost) };
            (moved, gained, lost, diff.judged.len())
        };
        prop_assert_eq!(places(&there, false), places(&back, true));
    }
}

fn shown(form: DiffForm, diff: &Diff<'_>, all: bool) -> String {
    let mut bytes = Vec::new();
    form.write(diff, all, &mut bytes).expect("memory takes it");
    String::from_utf8(bytes).expect("it is text")
}

#[test]
fn texts_of_a_document_control_neither_a_terminal_nor_a_page() {
    let evil = "a\\u001b[31m`<img src=x>`\\n* @all [x](http://x)\\u202e";
    let document = format!(
        r#"{{"schema": "pqscan/result/1", "assets": [{{"id": "crypto/key/x-aaaaaaaaaa", "name": "{evil}", "kind": "key",
        "occurrences": [{{"path": "{evil}", "line": 3}}]}}]}}"#
    );
    let new = read(document.as_bytes());
    let old = read(br#"{"schema": "pqscan/result/1", "assets": []}"#);
    let diff = diff(&old, &new);
    for form in [DiffForm::Text, DiffForm::Markdown] {
        let text = shown(form, &diff, false);
        assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text}");
        assert!(
            !text.lines().any(|line| line.starts_with("* @all")),
            "{text}"
        );
    }
    assert!(shown(DiffForm::Markdown, &diff, false).contains("``a\u{fffd}[31m`<img"));
}

#[test]
fn a_long_list_is_cut_for_people_and_whole_for_programs() {
    let new = Snapshot {
        form: Form::Result,
        tool: None,
        subject: None,
        rules_hash: None,
        assets: (0..80).map(|n| asset(n, &[(n, 1)], false)).collect(),
    };
    let old = Snapshot {
        assets: Vec::new(),
        ..new.clone()
    };
    let diff = diff(&old, &new);
    let text = shown(DiffForm::Text, &diff, false);
    assert!(text.contains("… and 30 more (--all)"), "{text}");
    assert!(!shown(DiffForm::Text, &diff, true).contains("--all"));
    let json: serde_json::Value =
        serde_json::from_str(&shown(DiffForm::Json, &diff, false)).expect("it is JSON");
    assert_eq!(json["schema"], "pqscan/diff/1");
    assert_eq!(json["added"].as_array().map(Vec::len), Some(80));
    assert_eq!(json["totals"]["added"], 80);
}

fn pqscan() -> Command {
    let mut command = Command::cargo_bin("pqscan").expect("it was built");
    command.env_clear().env("NO_COLOR", "1");
    command
}

#[test]
fn the_command_tells_what_differs_and_its_exit_code_does_where_it_is_asked() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let before = report(&[("a.py", &module(&[MAKE]))]);
    let after = report(&[("a.py", &module(&[&MAKE.replace("2048", "3072")]))]);
    fs::write(at("old.json"), result(&before)).expect("written");
    fs::write(at("new.cdx.json"), cbom(&after, SpecVersion::V1_7)).expect("written");
    let run = |arguments: &[&str]| {
        let output = pqscan()
            .current_dir(folder.path())
            .arg("diff")
            .args(arguments)
            .output()
            .expect("it runs");
        (
            output.status.code(),
            String::from_utf8_lossy(&output.stdout).into_owned(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    };
    let (code, out, _) = run(&["old.json", "new.cdx.json"]);
    assert_eq!(code, Some(0));
    assert!(
        out.contains("RSA-2048 key → RSA-3072 key\n        key_bits 2048 → 3072\n        a.py:5\n"),
        "{out}"
    );
    assert_eq!(run(&["old.json", "new.cdx.json", "--exit-code"]).0, Some(1));
    let (code, out, _) = run(&["old.json", "old.json", "--exit-code"]);
    assert_eq!(
        (code, &*out),
        (Some(0), "No difference; assets in both: 1.\n")
    );
    let (code, out, _) = run(&["old.json", "new.cdx.json", "--format", "md"]);
    assert_eq!(code, Some(0));
    assert!(
        out.contains("`RSA-2048 key` → `RSA-3072 key`\n  * key_bits: `2048` → `3072`"),
        "{out}"
    );
    let (code, _, error) = run(&["old.json", "missing.json"]);
    assert_eq!(code, Some(2));
    assert!(error.contains("missing.json"), "{error}");
    assert_eq!(run(&["-", "-"]).0, Some(2));
}
