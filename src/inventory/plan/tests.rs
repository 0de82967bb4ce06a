//! The promises of plans: what is one item, what comes first, and that the order of findings does not count.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::inventory::places::Owners;
use crate::inventory::planning::Planning;
use crate::inventory::{Report, report_by};
use crate::knowledge::Knowledge;
use crate::model::binary::{Binary, Part, Role};
use crate::model::object::{Certificate, Half, Key, KeyId, Name};
use crate::model::{
    Asset, AssetKind, Confidence, Context, Evidence, Facet, Finding, Fingerprint, Found, Object,
    Operation, Origin, Subject, Technique, Value, Why,
};

static KNOWN: LazyLock<Knowledge> = LazyLock::new(|| Knowledge::load(&[]).unwrap());

/// 1 January 2030: seconds since 1970.
const EARLY: i64 = 1_893_456_000;

fn named(text: &str) -> Value {
    Value::name(text, Origin::Literal)
}

fn asset(kind: AssetKind, algorithm: &str, operations: &[Operation]) -> Asset {
    let facet = match kind {
        AssetKind::Protocol => Facet::Protocol,
        _ => Facet::Algorithm,
    };
    Asset {
        facets: [(facet, named(algorithm))].into_iter().collect(),
        operations: operations.iter().copied().collect(),
        ..Asset::new(kind)
    }
}

fn found(asset: Asset, path: &str, line: u32) -> Finding {
    let context = if path.starts_with("tests/") {
        Context::Test
    } else {
        Context::Production
    };
    Finding {
        technique: match asset.object {
            Some(_) => Technique::Encoding,
            None => Technique::SourceCode,
        },
        library: match asset.object {
            Some(_) => "".into(),
            None => "java/jca".into(),
        },
        asset,
        location: Location {
            path: path.into(),
            line,
            column: 1,
            span: (0..1).into(),
        },
        text: "".into(),
        entry: "java/jca#x".into(),
        symbol: "x".into(),
        function: None,
        confidence: Confidence::High,
        context,
        evidence: Vec::new(),
        uses: Vec::new(),
        provenance: Default::default(),
    }
}

fn code(algorithm: &str, operation: Operation, path: &str, line: u32) -> Finding {
    let asset = asset(AssetKind::Algorithm, algorithm, &[operation]);
    found(asset, path, line)
}

fn print(number: u32) -> Fingerprint {
    let mut bytes = [0; 32];
    bytes[..4].copy_from_slice(&number.to_le_bytes());
    Fingerprint(bytes)
}

/// Certificate `number` of `issuer`, over the key of that number; where it issued itself, a root.
fn certificate(number: u32, issuer: u32, ca: bool, path: &str) -> [Finding; 2] {
    let name = |number: u32| {
        let mut name = Name {
            text: format!("CN={number}"),
            ..Name::default()
        };
        name.id[..4].copy_from_slice(&number.to_le_bytes());
        name
    };
    let mut object = Certificate::new("X.509", print(number));
    object.subject = name(number);
    object.issuer = name(issuer);
    object.ca = Some(ca);
    object.not_after = Some(EARLY);
    object.key = Some(print(number));
    let mut certificate = asset(AssetKind::Certificate, "ECDSA", &[]);
    certificate.object = Some(Arc::new(Object::Certificate(Box::new(object))));
    [
        found(certificate, path, number + 1),
        key(number, Half::Public, path),
    ]
}

fn key(number: u32, half: Half, path: &str) -> Finding {
    let mut key = asset(AssetKind::Key, "EC", &[]);
    key.object = Some(Arc::new(Object::Key(Key {
        id: KeyId::Spki(print(number)),
        halves: [half].into_iter().collect(),
        forms: ["PKCS#8"].into_iter().collect(),
        labels: Default::default(),
    })));
    found(key, path, number + 1)
}

fn reported(findings: Vec<Finding>, planning: impl FnOnce(&mut Planning)) -> Report {
    let known = &*KNOWN;
    let mut given = Planning::usual(&known.policies, None);
    given.today = date(2026, 11, 23);
    planning(&mut given);
    let found = Found {
        findings: findings.into_iter().map(|one| vec![one]).collect(),
        subject: Subject {
            commit: Some("3f9c2e1".to_owned()),
            ..Subject::default()
        },
        ..Found::default()
    };
    report_by(found, known, None, given)
}

fn plan_of(findings: Vec<Finding>) -> Vec<WorkItem> {
    reported(findings, |_| {}).plan
}

/// `P0 confidentiality code 2`: priority, list, kind, places.
fn brief(plan: &[WorkItem]) -> Vec<String> {
    plan.iter()
        .map(|item| {
            let (list, kind) = (item.list.name(), item.kind.name());
            format!("{:?} {list} {kind} {}", item.band, item.places.len())
        })
        .collect()
}

fn of_kind(plan: &[WorkItem], kind: Kind) -> &WorkItem {
    let mut all = plan.iter().filter(|item| item.kind == kind);
    let only = all.next().unwrap();
    assert_eq!(all.next(), None);
    only
}

#[test]
fn a_hundred_places_of_one_part_are_one_item() {
    let all = (1..=100).map(|n| {
        let path = format!("services/payments/{}.java", n % 7);
        code("RSAES-OAEP", Operation::Encrypt, &path, n)
    });
    let plan = plan_of(all.collect());
    assert_eq!(brief(&plan), ["P0 confidentiality code 100"]);
    assert_eq!(
        plan[0].title,
        "Replace RSAES-OAEP key transport in services/payments (java/jca): 100 places in 7 files"
    );
    assert_eq!(plan[0].targets, ["ML-KEM-768"]);
    assert_eq!(plan[0].effort.unwrap(), Years::whole(3));
    assert_eq!(
        plan[0].deadline.as_ref().unwrap().last_day,
        date(2035, 12, 31)
    );
}

#[test]
fn lists_and_owners_are_not_mixed() {
    let all = vec![
        code("RSAES-OAEP", Operation::Encrypt, "a/b/one.java", 1),
        code("RSAES-OAEP", Operation::Encrypt, "a/b/two.java", 1),
        code("ECDSA", Operation::Sign, "a/b/one.java", 2),
        code("3DES", Operation::Encrypt, "a/b/one.java", 3),
    ];
    let plan = reported(all, |planning| {
        planning.owners = Owners::parse("**/two.java @two");
    })
    .plan;
    let lists: Vec<(&str, &[String])> = plan
        .iter()
        .map(|i| (i.list.name(), &i.owners[..]))
        .collect();
    assert_eq!(lists.iter().filter(|l| l.0 == "confidentiality").count(), 2);
    assert!(lists.contains(&("confidentiality", &["@two".to_owned()])));
    assert!(lists.contains(&("authenticity", &[])));
    assert!(lists.contains(&("weak", &[])));
    assert_eq!(plan.len(), 4);
}

#[test]
fn what_is_fine_post_quantum_or_only_provided_is_no_work() {
    let mut provided = code("RSAES-OAEP", Operation::Encrypt, "lib/a.so", 0);
    provided.technique = Technique::Exports;
    let plan = plan_of(vec![
        code("AES", Operation::Encrypt, "a.java", 1),
        code("ML-KEM-768", Operation::Encapsulate, "a.java", 2),
        provided,
    ]);
    assert_eq!(brief(&plan), [""; 0]);
}

#[test]
fn tests_follow_and_are_never_urgent() {
    let plan = plan_of(vec![
        code("RSAES-OAEP", Operation::Encrypt, "a/b.java", 1),
        code("RSAES-OAEP", Operation::Encrypt, "tests/a.java", 1),
        code("RSAES-OAEP", Operation::Decrypt, "tests/b.java", 1),
    ]);
    assert_eq!(
        brief(&plan),
        ["P0 confidentiality code 1", "P3 confidentiality aside 2"]
    );
}

#[test]
fn an_authority_comes_before_what_it_issued() {
    let mut all = Vec::new();
    all.extend(certificate(1, 1, true, "ca/root.pem"));
    all.extend(certificate(2, 1, true, "ca/sub.pem"));
    for leaf in 10..20 {
        all.extend(certificate(leaf, 2, false, &format!("certs/{leaf}.pem")))
    }
    let plan = plan_of(all);
    let kinds: Vec<&str> = plan.iter().map(|item| item.kind.name()).collect();
    assert_eq!(
        kinds,
        [
            "certification-authority",
            "certification-authority",
            "certificates"
        ]
    );
    assert_eq!(
        plan[0].title.split(':').next(),
        Some("Move the certification authority CN=1 to ML-DSA-87 or SLH-DSA")
    );
    assert_eq!(plan[1].after, [plan[0].id.clone()]);
    assert_eq!(plan[2].after, [plan[1].id.clone()]);
    assert_eq!(plan[1].unblocks, [plan[2].id.clone()]);
    // The certificates and their keys.
    assert_eq!((plan[2].assets.len(), plan[2].places.len()), (20, 10));
}

#[test]
fn authorities_that_issued_each_other_have_an_order_all_the_same() {
    let mut all = Vec::new();
    all.extend(certificate(1, 2, true, "one.pem"));
    all.extend(certificate(2, 1, true, "two.pem"));
    let plan = plan_of(all);
    assert_eq!(plan.len(), 2);
    assert!(plan[0].after.is_empty());
    assert_eq!(plan[1].after, [plan[0].id.clone()]);
}

#[test]
fn a_bundle_of_authorities_of_others_is_one_item() {
    let mut all: Vec<Finding> = (1..=140)
        .flat_map(|n| certificate(n, n, true, "etc/ca-bundle.crt"))
        .collect();
    // And a copy of some of it.
    all.extend((1..=10).flat_map(|n| certificate(n, n, true, "app/cacert.pem")));
    let plan = plan_of(all);
    assert_eq!(plan.len(), 1);
    assert_eq!(plan[0].kind, Kind::TrustStore);
    assert_eq!(plan[0].files, 2);
}

#[test]
fn an_own_authority_in_a_bundle_is_an_item_of_its_own() {
    let mut all: Vec<Finding> = (1..=5)
        .flat_map(|n| certificate(n, n, true, "etc/ca-bundle.crt"))
        .collect();
    all.extend(certificate(10, 3, false, "certs/leaf.pem"));
    let plan = plan_of(all);
    let authority = of_kind(&plan, Kind::Authority);
    assert_eq!(
        of_kind(&plan, Kind::Certificates).after,
        std::slice::from_ref(&authority.id)
    );
    assert_eq!(of_kind(&plan, Kind::TrustStore).places.len(), 4);
}

#[test]
fn a_private_key_in_plain_sight_is_replaced_before_its_certificate() {
    let mut all: Vec<Finding> = certificate(7, 9, false, "deploy/tls.pem").into();
    all.push(key(7, Half::Private, "deploy/tls.key"));
    let plan = plan_of(all);
    assert_eq!(
        brief(&plan),
        ["P0 weak key 2", "P2 authenticity certificates 2"]
    );
    assert_eq!(plan[1].after, [plan[0].id.clone()]);
}

#[test]
fn very_many_private_keys_of_one_part_are_one_item() {
    let keys = |number| {
        (1..=number)
            .map(|n| key(n, Half::Private, &format!("a/keys/{n}.pem")))
            .collect()
    };
    let weak = |plan: Vec<WorkItem>| plan.iter().filter(|item| item.list == List::Weak).count();
    assert_eq!(weak(plan_of(keys(10))), 10);
    assert_eq!(weak(plan_of(keys(300))), 1);
}

#[test]
fn who_verifies_comes_before_who_signs() {
    let plan = plan_of(vec![
        code("ECDSA", Operation::Sign, "a/b/sign.java", 1),
        code("ECDSA", Operation::Verify, "a/b/check.java", 1),
        code("ECDSA", Operation::Verify, "c/d/elsewhere.java", 1),
    ]);
    let sign = plan
        .iter()
        .find(|item| item.title.starts_with("Sign with"))
        .unwrap();
    let verify = plan
        .iter()
        .find(|item| item.title.starts_with("Verify") && item.title.contains("a/b"))
        .unwrap();
    assert_eq!(sign.after, std::slice::from_ref(&verify.id));
    assert_eq!(verify.unblocks, std::slice::from_ref(&sign.id));
}

#[test]
fn tls_1_3_comes_before_its_hybrid_key_exchange() {
    let tls = |facets: &[(Facet, Value)], line| {
        let mut asset = asset(AssetKind::Protocol, "TLS", &[Operation::Handshake]);
        asset.facets.extend(facets.iter().cloned());
        found(asset, "a/b/tls.java", line)
    };
    let groups = Value::known(
        crate::model::Scalar::List(vec!["X25519".to_owned()]),
        Origin::Literal,
    );
    let plan = plan_of(vec![
        tls(&[(Facet::Groups, groups)], 1),
        tls(&[(Facet::MaxVersion, named("TLS1.2"))], 2),
    ]);
    assert_eq!(plan.len(), 2);
    assert!(plan[0].title.contains("TLS 1.2"), "{}", plan[0].title);
    assert_eq!(plan[1].after, [plan[0].id.clone()]);
}

#[test]
fn what_is_decided_by_one_variable_is_one_question() {
    let unknown = |why, detail: &str, path: &str| {
        let mut asset = asset(AssetKind::Algorithm, "", &[Operation::Sign]);
        let value = Value::unknown(Why::new(why, detail));
        asset.facets.insert(Facet::Algorithm, value);
        found(asset, path, 1)
    };
    let plan = plan_of(vec![
        unknown("env", "SIGN_ALG", "a/b/one.java"),
        unknown("env", "SIGN_ALG", "c/d/two.java"),
        unknown("parameter", "alg", "a/b/three.java"),
        unknown("parameter", "name", "a/b/four.java"),
    ]);
    assert_eq!(
        brief(&plan),
        ["P2 unresolved question 2", "P2 unresolved question 2"]
    );
    assert!(plan.iter().any(|item| item.title.contains("SIGN_ALG")));
}

#[test]
fn what_is_defined_in_one_place_is_one_item() {
    let use_of = |path: &str| {
        let mut one = code("ECDSA", Operation::Sign, path, 1);
        one.evidence.push(Evidence {
            location: Location {
                path: "common/Algorithms.java".into(),
                line: 12,
                column: 5,
                span: (0..1).into(),
            },
            entry: "java/jca#x".into(),
        });
        one
    };
    let plan = plan_of(vec![
        use_of("a/b/one.java"),
        use_of("c/d/two.java"),
        use_of("e/f/three.java"),
    ]);
    assert_eq!(brief(&plan), ["P2 authenticity definition 3"]);
    assert!(
        plan[0].title.contains("common/Algorithms.java:12"),
        "{}",
        plan[0].title
    );
}

#[test]
fn a_library_is_upgraded_before_what_needs_it() {
    let known = &*KNOWN;
    let mut used = code("RSAES-OAEP", Operation::Encrypt, "src/seal.c", 1);
    used.library = "c/openssl".into();
    let mut elsewhere = used.clone();
    elsewhere.location.path = "tools/kiosk/open.c".into();
    let mut binary = Binary::new("src/app".into(), "ELF", Role::Program, Context::Production);
    binary.parts = vec![Part {
        name: "OpenSSL".to_owned(),
        version: Some("1.1.1w".to_owned()),
        purl: None,
        told_by: "version banner",
        at: 9,
    }];
    let found = Found {
        findings: vec![vec![used, elsewhere]],
        binaries: vec![binary],
        ..Found::default()
    };
    let plan = report_by(found, known, None, Planning::usual(&known.policies, None)).plan;
    assert_eq!(
        brief(&plan),
        [
            "P0 confidentiality library-upgrade 1",
            "P0 confidentiality code 1",
            "P0 confidentiality code 1"
        ]
    );
    // What is linked in another part of the project is not known.
    let waiting = plan.iter().filter(|item| !item.after.is_empty());
    let waiting: Vec<&str> = waiting.map(|item| &*item.places[0].path).collect();
    assert_eq!(waiting, ["src/seal.c"]);
    assert!(
        plan[0].title.starts_with("Upgrade OpenSSL 1.1.1w"),
        "{}",
        plan[0].title
    );
    assert_eq!(plan[1].after, [plan[0].id.clone()]);
    assert_eq!(plan[0].deadline, plan[1].deadline);
}

#[test]
fn an_id_stays_when_places_come_and_dates_change() {
    let one = code("RSAES-OAEP", Operation::Encrypt, "a/b/one.java", 1);
    let before = plan_of(vec![one.clone()]);
    let other = code("RSAES-OAEP", Operation::Decrypt, "a/b/two.java", 9);
    let after = reported(vec![one, other], |planning| planning.quantum_year = 2030).plan;
    assert_eq!(before[0].id, after[0].id);
    assert_ne!(before[0].places, after[0].places);
}

#[test]
fn very_many_certificates_of_one_authority_are_one_item() {
    const MANY: u32 = 20_000;
    let mut all: Vec<Finding> = certificate(1, 1, true, "ca.pem").into();
    all.extend((2..MANY + 2).flat_map(|n| certificate(n, 1, false, "many.pem")));
    let report = reported(all, |_| {});
    let known = &*KNOWN;
    let began = std::time::Instant::now();
    let plan = plan(Given {
        inventory: &report.inventory,
        assessment: &report.assessment,
        binaries: &[],
        packages: &[],
        libraries: &BTreeMap::new(),
        planning: &report.planning,
        catalog: &known.catalog,
    });
    let took = began.elapsed();
    assert_eq!(plan.len(), 2);
    assert_eq!(plan[1].places.len(), MANY as usize);
    // A fraction of a second where the machine has nothing else to do.
    assert!(took.as_secs() < 20, "{took:?}");
}

/// Findings of many kinds, some of them about the same things.
fn anything() -> impl Strategy<Value = Vec<Finding>> {
    let paths = prop_oneof![
        Just("a/b/x.java"),
        Just("a/c/y.java"),
        Just("tests/z.java"),
        Just("d.java")
    ];
    let code = (
        prop_oneof![
            Just("RSAES-OAEP"),
            Just("ECDSA"),
            Just("RSASSA-PSS"),
            Just("MD5"),
            Just("AES"),
            Just("X25519")
        ],
        prop_oneof![
            Just(Operation::Sign),
            Just(Operation::Verify),
            Just(Operation::Encrypt)
        ],
        paths.clone(),
        1..20_u32,
    )
        .prop_map(|(algorithm, operation, path, line)| {
            vec![code(algorithm, operation, path, line)]
        });
    let certificates = (0..12_u32, 0..12_u32, any::<bool>(), paths.clone())
        .prop_map(|(number, issuer, ca, path)| certificate(number, issuer, ca, path).into());
    let keys = (0..12_u32, paths).prop_map(|(number, path)| vec![key(number, Half::Private, path)]);
    let all = prop_oneof![3 => code, 2 => certificates, 1 => keys];
    prop::collection::vec(all, 0..40).prop_map(|all| all.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_same_findings_in_any_order_give_the_same_plan(
        (one, other) in anything().prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle()))
    ) {
        let plan = plan_of(one);
        prop_assert_eq!(&plan, &plan_of(other));
        // Nothing comes before what it waits for, both sides say the same, and no two items have one id.
        let at: BTreeMap<&str, usize> = plan.iter().map(|item| &*item.id).zip(0..).collect();
        prop_assert_eq!(at.len(), plan.len());
        for (number, item) in plan.iter().enumerate() {
            for before in &item.after {
                prop_assert!(at[&**before] < number);
                prop_assert!(plan[at[&**before]].unblocks.contains(&item.id));
            }
        }
    }
}
