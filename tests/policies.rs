//! What the built-in policies say, expected by hand from the documents, and what a report says with them.

use std::fs;
use std::sync::{Arc, LazyLock};

use assert_cmd::Command;
use jiff::civil::{Date, date};
use pqscan::inventory::planning::Planning;
use pqscan::inventory::{self, Assessment, Report};
use pqscan::knowledge::policy::{self, Binding, Ends, Evidence, Listed, Permit, Policy, Position};
use pqscan::knowledge::{Knowledge, explain};
use pqscan::model::migration::{Criticality, Purpose, Track};
use pqscan::model::{Facet, FindingClass};
use pqscan::scan::{self, Request};

static KNOWN: LazyLock<Knowledge> =
    LazyLock::new(|| Knowledge::load(&[]).expect("what is built in loads"));

/// The day of the reports.
const TODAY: Date = date(2026, 11, 30);

const IDS: [&str; 10] = [
    "anssi",
    "asd-ism",
    "bsi-tr02102",
    "ca-itsm40001",
    "cnsa2",
    "eu-nis",
    "ncsc-uk",
    "nist-ir8547",
    "sg-csa",
    "us-eo14412",
];

fn policy(id: &str) -> &'static Policy {
    let mut policies = KNOWN.policies.iter();
    policies
        .find(|policy| policy.id == id)
        .unwrap_or_else(|| panic!("{id}"))
}

/// The last day of a strength, where nobody says how critical the system is, or somebody does.
fn last_day(
    id: &str,
    track: Track,
    purpose: Purpose,
    bits: Option<u32>,
    criticality: Option<Criticality>,
) -> Option<Date> {
    policy(id)
        .deadline(Ends::Disallowed, track, purpose, bits, criticality)
        .map(|deadline| deadline.last_day)
}

fn keys(id: &str, criticality: Option<Criticality>) -> Option<Date> {
    let purpose = Purpose::KeyAgreement;
    last_day(id, Track::Confidentiality, purpose, Some(128), criticality)
}

fn signatures(id: &str, criticality: Option<Criticality>) -> Option<Date> {
    let purpose = Purpose::Signature;
    last_day(id, Track::Authenticity, purpose, Some(128), criticality)
}

fn firmware(id: &str) -> Option<Date> {
    let purpose = Purpose::FirmwareSigning;
    last_day(id, Track::Authenticity, purpose, Some(128), None)
}

fn end_of(year: i16) -> Option<Date> {
    Some(date(year, 12, 31))
}

fn permit(id: &str, list: Listed, name: &str) -> Permit {
    policy(id).permits(list, name, None, &KNOWN.catalog)
}

#[test]
fn all_ten_are_there_and_none_has_a_mistake() {
    let ids: Vec<&str> = KNOWN.policies.iter().map(|p| p.id.as_str()).collect();
    assert_eq!(ids, IDS);
    assert_eq!(policy::lint_embedded(&KNOWN.catalog), []);
}

#[test]
fn the_dates_are_those_of_the_documents() {
    // Key establishment, signatures, signatures on firmware, where nobody says how critical a system is.
    for (id, expected) in [
        ("anssi", [None, None, None]),
        ("asd-ism", [end_of(2030), end_of(2030), end_of(2030)]),
        ("bsi-tr02102", [end_of(2031), end_of(2035), end_of(2035)]),
        ("ca-itsm40001", [end_of(2035), end_of(2035), end_of(2035)]),
        ("cnsa2", [end_of(2031), end_of(2031), end_of(2030)]),
        ("eu-nis", [end_of(2035), end_of(2035), end_of(2030)]),
        ("ncsc-uk", [end_of(2035), end_of(2035), end_of(2035)]),
        ("nist-ir8547", [end_of(2035), end_of(2035), end_of(2035)]),
        ("sg-csa", [end_of(2031), end_of(2031), end_of(2031)]),
        ("us-eo14412", [end_of(2030), end_of(2031), end_of(2031)]),
    ] {
        let found = [keys(id, None), signatures(id, None), firmware(id)];
        assert_eq!(found, expected, "{id}");
    }
}

#[test]
fn what_holds_of_critical_systems_holds_of_no_others() {
    use Criticality::{High, Low, Medium};
    // Key establishment and signatures, where criticality is high.
    for (id, secrets, signing) in [
        ("bsi-tr02102", end_of(2030), end_of(2035)),
        ("ca-itsm40001", end_of(2031), end_of(2031)),
        ("eu-nis", end_of(2030), end_of(2030)),
        ("ncsc-uk", end_of(2031), end_of(2031)),
    ] {
        assert_eq!(keys(id, Some(High)), secrets, "{id}");
        assert_eq!(signatures(id, Some(High)), signing, "{id}");
        for other in [Some(Low), Some(Medium)] {
            assert_eq!(keys(id, other), keys(id, None), "{id}");
            assert_eq!(signatures(id, other), signatures(id, None), "{id}");
        }
    }
    for id in ["asd-ism", "cnsa2", "nist-ir8547", "sg-csa", "us-eo14412"] {
        assert_eq!(keys(id, Some(High)), keys(id, None), "{id}");
    }
}

#[test]
fn only_nist_treats_112_bits_otherwise_and_only_as_deprecated() {
    for id in IDS {
        for (track, purpose) in [
            (Track::Confidentiality, Purpose::KeyTransport),
            (Track::Authenticity, Purpose::Signature),
        ] {
            let deprecated = |bits| {
                policy(id)
                    .deadline(Ends::Deprecated, track, purpose, bits, None)
                    .map(|deadline| deadline.last_day)
            };
            let expected = (id == "nist-ir8547").then_some(date(2030, 12, 31));
            assert_eq!(deprecated(Some(112)), expected, "{id}");
            assert_eq!(deprecated(Some(128)), None, "{id}");
            assert_eq!(deprecated(None), None, "{id}");
            let disallowed = |bits| last_day(id, track, purpose, bits, None);
            assert_eq!(disallowed(Some(112)), disallowed(Some(256)), "{id}");
        }
    }
}

#[test]
fn drafts_are_cited_as_drafts_and_nothing_claims_more_than_was_read() {
    assert_eq!(policy("nist-ir8547").cited(), "NIST IR 8547 (draft)");
    assert_eq!(policy("cnsa2").cited(), "CNSA 2.0");
    for policy in &KNOWN.policies {
        let binding = match policy.id.as_str() {
            "nist-ir8547" => Binding::Draft,
            "cnsa2" | "us-eo14412" => Binding::Binding,
            _ => Binding::Guideline,
        };
        assert_eq!(policy.binding, binding, "{}", policy.id);
        let is_primary = policy.evidence == Evidence::Primary;
        assert_eq!(is_primary, policy.id == "asd-ism", "{}", policy.id);
    }
    for (id, position) in [
        ("anssi", Position::Required),
        ("bsi-tr02102", Position::Recommended),
        ("eu-nis", Position::Recommended),
        ("asd-ism", Position::Discouraged),
        ("us-eo14412", Position::Silent),
        ("cnsa2", Position::Allowed),
    ] {
        assert_eq!(policy(id).hybrids.position, position, "{id}");
    }
}

#[test]
fn no_sentence_says_that_a_recommendation_forbids() {
    for policy in &KNOWN.policies {
        let says = policy.end(date(2035, 12, 31));
        let forbids = ["asd-ism", "nist-ir8547"].contains(&policy.id.as_str());
        let expected = if forbids {
            "disallows it after 2035"
        } else {
            "asks for its replacement by the end of 2035"
        };
        assert_eq!(says, expected, "{}", policy.id);
    }
}

#[test]
fn cnsa_allows_the_largest_parameters_only() {
    use Listed::{Cipher, Hash, Kem, Signature};
    for (list, name) in [
        (Kem, "ML-KEM-1024"),
        (Signature, "ML-DSA-87"),
        (Cipher, "AES-256"),
        (Hash, "SHA-384"),
        (Hash, "SHA-512"),
    ] {
        assert_eq!(permit("cnsa2", list, name), Permit::Allowed, "{name}");
    }
    for (list, name) in [
        (Kem, "ML-KEM-512"),
        (Kem, "ML-KEM-768"),
        (Signature, "ML-DSA-65"),
        (Signature, "SLH-DSA-SHA2-256s"),
        (Cipher, "AES-128"),
        (Cipher, "AES-192"),
        (Hash, "SHA-256"),
    ] {
        assert_eq!(permit("cnsa2", list, name), Permit::No, "{name}");
    }
    let lms = |purpose| policy("cnsa2").permits(Signature, "LMS", purpose, &KNOWN.catalog);
    assert_eq!(lms(Some(Purpose::FirmwareSigning)), Permit::Allowed);
    assert_eq!(lms(Some(Purpose::LeafCertificate)), Permit::No);
    assert_eq!(lms(None), Permit::Unsaid);
}

#[test]
fn asd_allows_the_middle_parameters_until_2030() {
    use Listed::{Cipher, Hash, Kem, Signature};
    let until = Permit::Until(date(2030, 12, 31));
    for (list, name, expected) in [
        (Kem, "ML-KEM-1024", Permit::Allowed),
        (Kem, "ML-KEM-768", until),
        (Kem, "ML-KEM-512", Permit::No),
        (Signature, "ML-DSA-87", Permit::Allowed),
        (Signature, "ML-DSA-65", until),
        (Signature, "ML-DSA-44", Permit::No),
        (Signature, "SLH-DSA-SHA2-128s", Permit::No),
        (Cipher, "AES-256", Permit::Allowed),
        (Cipher, "AES-128", until),
        (Cipher, "Camellia-256", Permit::No),
        (Hash, "SHA-384", Permit::Allowed),
        (Hash, "SHA-256", until),
        (Hash, "SHA3-256", Permit::No),
    ] {
        assert_eq!(permit("asd-ism", list, name), expected, "{name}");
    }
}

#[test]
fn nist_finds_nothing_wrong_with_128_bits() {
    assert_eq!(
        permit("nist-ir8547", Listed::Cipher, "AES-128"),
        Permit::Unsaid
    );
    assert_eq!(
        permit("nist-ir8547", Listed::Hash, "SHA-256"),
        Permit::Unsaid
    );
    assert_eq!(
        permit("nist-ir8547", Listed::Kem, "ML-KEM-512"),
        Permit::Allowed
    );
    assert_eq!(permit("bsi-tr02102", Listed::Kem, "ML-KEM-512"), Permit::No);
    assert_eq!(
        permit("bsi-tr02102", Listed::Kem, "FrodoKEM-976-AES"),
        Permit::Allowed
    );
}

#[test]
fn every_policy_says_what_takes_the_place_for_every_purpose() {
    for policy in &KNOWN.policies {
        for purpose in Purpose::ALL {
            let target = policy.target(*purpose);
            let said = target.is_some_and(|t| !t.names.is_empty() || t.note.is_some());
            assert!(said, "{}: {}", policy.id, purpose.name());
        }
        for purpose in [Purpose::SshKey, Purpose::DnsSec, Purpose::JsonEncryption] {
            let target = policy.target(purpose).expect("looked at above");
            assert!(target.names.is_empty(), "{}: {}", policy.id, purpose.name());
        }
        let leaf = policy.target(Purpose::LeafCertificate).expect("likewise");
        let note = leaf.note.as_deref().unwrap_or_default();
        assert!(note.contains("no public CA can issue one"), "{}", policy.id);
    }
    let first = |id, purpose| policy(id).target(purpose).unwrap().names[0].as_str();
    assert_eq!(
        first("nist-ir8547", Purpose::TlsKeyExchange),
        "X25519MLKEM768"
    );
    assert_eq!(first("cnsa2", Purpose::TlsKeyExchange), "MLKEM1024");
    assert_eq!(
        first("bsi-tr02102", Purpose::TlsKeyExchange),
        "SecP256r1MLKEM768"
    );
    assert_eq!(
        first("anssi", Purpose::TlsKeyExchange),
        "SecP384r1MLKEM1024"
    );
    assert_eq!(first("asd-ism", Purpose::CmsSignature), "ML-DSA-87");
    assert_eq!(first("ncsc-uk", Purpose::JsonSignature), "ML-DSA-65");
}

#[test]
fn a_policy_that_nobody_looked_at_for_half_a_year_is_stale() {
    for policy in &KNOWN.policies {
        assert!(!policy.is_stale(TODAY), "{}", policy.id);
        assert!(policy.is_stale(date(2027, 4, 1)), "{}", policy.id);
    }
    let (code, out) = run(&["policy", "show", "cnsa2"], "2027-04-01");
    assert_eq!(code, 0);
    // 24 days of September, 31, 30, 31, 31, 28, 31, and the first of April.
    assert!(out.contains("207 days ago: somebody should see"), "{out}");
}

// ---- What a report says

/// Python that does what the policies judge differently.
const PROGRAM: &str = "\
import hashlib
from cryptography.hazmat.primitives.asymmetric import ec, rsa, padding
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives import hashes

curve = ec.generate_private_key(ec.SECP256R1())
secret = curve.exchange(ec.ECDH(), peer)
signer = ec.generate_private_key(ec.SECP384R1())
mark = signer.sign(b'x', ec.ECDSA(hashes.SHA384()))
cipher = AESGCM(AESGCM.generate_key(bit_length=128))
strong = AESGCM(AESGCM.generate_key(bit_length=256))
digest = hashlib.sha256(b'x')
longer = hashlib.sha384(b'x')
";

fn report(ids: &[&str], criticality: Option<Criticality>, today: Date) -> Report {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("app.py"), PROGRAM).expect("written");
    let request = Request {
        roots: vec![folder.path().to_owned()],
        ..Request::default()
    };
    let found = scan::scan(&request, &KNOWN, &scan::Unwatched).expect("it scans");
    let chosen = ids.iter().map(|id| policy(id).clone()).collect();
    let mut planning = Planning::new(chosen, today);
    planning.everywhere.criticality = criticality;
    inventory::report_by(found, &KNOWN, None, planning)
}

/// The assessment of an algorithm, with its key size where one is named.
fn of<'a>(report: &'a Report, algorithm: &str, bits: Option<u64>) -> &'a Assessment {
    let assets = report.inventory.assets.iter().zip(&report.assessment);
    let mut fitting = assets.filter(|(asset, _)| {
        let size = asset.asset.facets.get(&Facet::KeyBits);
        asset.asset.algorithm() == Some(algorithm)
            && bits.is_none_or(|bits| size.is_some_and(|s| s.to_string() == bits.to_string()))
    });
    let (_, assessment) = fitting
        .next()
        .unwrap_or_else(|| panic!("{algorithm} {bits:?}"));
    Arc::as_ref(assessment)
}

#[test]
fn of_several_policies_the_strictest_counts_and_is_named() {
    let report = report(&["nist-ir8547", "bsi-tr02102", "us-eo14412"], None, TODAY);
    let ecdh = of(&report, "ECDH", None);
    let score = ecdh
        .main()
        .score
        .as_deref()
        .expect("a quantum computer breaks it");
    let due = score.deadline.as_ref().expect("it has a deadline");
    assert_eq!(
        (&*due.policy, due.last_day),
        ("us-eo14412", date(2030, 12, 31))
    );
    let reason = &ecdh.main().reason;
    assert!(
        reason.ends_with("EO 14412 asks for its replacement by the end of 2030."),
        "{reason}"
    );
    let verdicts: Vec<(&str, Option<Date>)> = ecdh
        .verdicts
        .iter()
        .map(|v| (&*v.policy, v.ends.last().map(|(_, day)| *day)))
        .collect();
    assert_eq!(
        verdicts,
        [
            ("nist-ir8547", end_of(2035)),
            ("bsi-tr02102", end_of(2031)),
            ("us-eo14412", end_of(2030)),
        ]
    );
}

#[test]
fn what_would_hold_of_a_critical_system_is_said_where_nobody_says_whether_it_is_one() {
    let unknown = report(&["eu-nis"], None, TODAY);
    let verdict = &of(&unknown, "ECDH", None).verdicts[0];
    assert_eq!(verdict.ends, [(Ends::Disallowed, date(2035, 12, 31))]);
    assert_eq!(
        verdict.if_critical,
        Some((Criticality::High, date(2030, 12, 31)))
    );
    let high = report(&["eu-nis"], Some(Criticality::High), TODAY);
    let verdict = &of(&high, "ECDH", None).verdicts[0];
    assert_eq!(verdict.ends, [(Ends::Disallowed, date(2030, 12, 31))]);
    assert_eq!(verdict.if_critical, None);
    let low = report(&["eu-nis"], Some(Criticality::Low), TODAY);
    let verdict = &of(&low, "ECDH", None).verdicts[0];
    assert_eq!(verdict.ends, [(Ends::Disallowed, date(2035, 12, 31))]);
    assert_eq!(verdict.if_critical, None);
}

#[test]
fn a_policy_without_deadlines_hurries_nobody_and_still_wants_something() {
    let report = report(&["anssi"], None, TODAY);
    let ecdh = of(&report, "ECDH", None);
    let score = ecdh
        .main()
        .score
        .as_deref()
        .expect("a quantum computer breaks it");
    assert_eq!(score.deadline, None);
    assert!(
        !ecdh.main().reason.contains("ANSSI"),
        "{}",
        ecdh.main().reason
    );
    assert_eq!(ecdh.main().replacement[0], "ML-KEM-1024");
}

#[test]
fn what_replaces_it_is_what_all_chosen_policies_would_have() {
    let wanted = |ids: &[&str]| {
        let report = report(ids, None, TODAY);
        of(&report, "ECDSA", None).main().replacement.clone()
    };
    assert_eq!(wanted(&["us-eo14412"]), ["ML-DSA-65", "SLH-DSA"]);
    // CNSA 2.0 names ML-DSA-87 alone, which FIPS 204 has too.
    assert_eq!(wanted(&["us-eo14412", "cnsa2"]), ["ML-DSA-87"]);
    assert_eq!(wanted(&["cnsa2", "us-eo14412"]), ["ML-DSA-87"]);
}

#[test]
fn what_is_not_allowed_is_said_and_what_still_is_has_its_day() {
    let verdicts = |ids: &[&str], today, algorithm: &str, bits| {
        let report = report(ids, None, today);
        of(&report, algorithm, bits).verdicts.clone()
    };
    let cnsa = |algorithm, bits| verdicts(&["cnsa2"], TODAY, algorithm, bits);
    assert_eq!(cnsa("AES", Some(128))[0].not_allowed, ["AES-128"]);
    assert_eq!(cnsa("SHA-256", None)[0].not_allowed, ["SHA-256"]);
    assert_eq!(cnsa("AES", Some(256)), []);
    assert_eq!(cnsa("SHA-384", None), []);
    assert_eq!(verdicts(&["nist-ir8547"], TODAY, "AES", Some(128)), []);

    let asd = verdicts(&["asd-ism"], TODAY, "AES", Some(128));
    assert_eq!(asd[0].not_allowed, Vec::<String>::new());
    assert_eq!(asd[0].ends, [(Ends::Disallowed, date(2030, 12, 31))]);
    let later = verdicts(&["asd-ism"], date(2031, 1, 1), "AES", Some(128));
    assert_eq!(later[0].not_allowed, ["AES-128"]);
    assert_eq!(later[0].ends, []);
}

// ---- The commands and the documents

/// Exit code and standard output on a day.
fn run(args: &[&str], day: &str) -> (i32, String) {
    let day: Date = day.parse().expect("a day");
    let midnight = day.at(0, 0, 0, 0);
    let seconds = jiff::tz::TimeZone::UTC
        .to_timestamp(midnight)
        .expect("a time")
        .as_second();
    let output = Command::cargo_bin("pqscan")
        .expect("built")
        .args(args)
        .env("SOURCE_DATE_EPOCH", seconds.to_string())
        .env("PQSCAN_NO_CACHE", "1")
        .output()
        .expect("it runs");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    (output.status.code().expect("an exit code"), text)
}

#[test]
fn every_policy_is_listed_and_shown_with_its_sources() {
    let (code, list) = run(&["policy", "list"], "2026-11-30");
    assert_eq!(code, 0);
    assert!(list.contains("next deadline: 2030-12-31"), "{list}");
    assert!(
        list.contains("no deadlines; next date: 2027-01-01"),
        "{list}"
    );
    for policy in &KNOWN.policies {
        assert!(list.contains(&policy.id), "{list}");
        let (code, page) = run(&["policy", "show", &policy.id], "2026-11-30");
        assert_eq!(code, 0);
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let page = words(&page);
        for source in &policy.source {
            assert!(page.contains(&words(source)), "{source} in {page}");
        }
        for deadline in &policy.deadlines {
            assert!(page.contains(&deadline.last_day.to_string()), "{page}");
        }
        assert!(!page.to_lowercase().contains("non-compliant"), "{page}");
    }
    assert_eq!(run(&["policy", "show", "cnsa"], "2026-11-30").0, 2);
    let (code, page) = run(&["explain", "cnsa2"], "2026-11-30");
    assert_eq!(code, 0);
    assert!(page.contains("ML-KEM-1024"), "{page}");
    let (code, example) = run(&["policy", "init"], "2026-11-30");
    assert_eq!(code, 0);
    Policy::own("our-policy.toml", &example, &KNOWN.catalog).expect("it is a policy");
}

fn document(name: &str) -> String {
    let path = format!("{}/docs/{name}", env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// What stands between two markers of a document.
fn between<'a>(text: &'a str, what: &str) -> &'a str {
    let begin = format!("<!-- {what}: checked by tests/policies.rs -->\n");
    let (_, rest) = text.split_once(&begin).expect("the marker");
    let (written, _) = rest
        .split_once(&format!("<!-- /{what} -->"))
        .expect("the marker");
    written.trim()
}

#[test]
fn the_table_of_policies_is_what_the_policies_say() {
    let (_, table) = run(&["policy", "list", "--format", "md"], "2026-11-30");
    assert_eq!(
        between(&document("policies.md"), "policies"),
        table.trim(),
        "put the output of `pqscan policy list --format md` between the markers"
    );
}

#[test]
fn the_list_of_finding_classes_is_whole() {
    let mut list =
        String::from("| class | what it is | why it matters, and what mends it |\n|---|---|---|\n");
    for class in FindingClass::ALL {
        list += &format!(
            "| `{}` | {} | {} |\n",
            class.name(),
            class.title(),
            class.means()
        );
    }
    assert_eq!(
        between(&document("finding-classes.md"), "classes"),
        list.trim(),
        "put this between the markers:\n{list}"
    );
    for class in FindingClass::ALL {
        let page = explain::explain(&KNOWN.catalog, &KNOWN.policies, None, class.name());
        let page = page.unwrap_or_else(|| panic!("{}", class.name()));
        assert!(page.starts_with(class.name()), "{page}");
    }
}
