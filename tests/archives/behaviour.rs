//! What a user asked for holds inside of archives too; and what is not read is told and takes nothing else with it.

use std::collections::BTreeMap;
use std::fs;

use pqscan::inventory;
use pqscan::model::{Context, Found, SkipReason};
use pqscan::output::{self, Options};
use pqscan::scan::{Limits, Request, Selection};

use super::build::*;
use super::{KNOWN, folder, key, keys, keys_of, reasons, scan, scan_file, unread};

fn sizes(found: &Found) -> Vec<u64> {
    keys(found).into_iter().map(|(bits, _)| bits).collect()
}

/// A zip, a tar in it and the same files beside it: with Python, JavaScript and a copy of another project.
fn project() -> Vec<(&'static str, Vec<u8>)> {
    let content = |bits: u32| {
        files(&[
            ("app/keys.py", python(bits)),
            ("app/keys.js", javascript(bits + 8)),
            ("vendor/lib/keys.py", python(bits + 16)),
        ])
    };
    let mut outer = content(2048);
    outer.push(("more/inner.tar".to_owned(), tar(&content(3072))));
    let mut project = vec![("project.zip", zip(&outer))];
    for (name, bytes) in content(1024) {
        let name: &'static str = name.leak();
        project.push((name, bytes))
    }
    project
}

fn scan_selected(include: &[&str], exclude: &[&str]) -> Vec<u64> {
    let project = project();
    let project: Vec<(&str, &[u8])> = project.iter().map(|(n, b)| (*n, &**b)).collect();
    let words = |patterns: &[&str]| patterns.iter().map(|p| (*p).to_owned()).collect::<Vec<_>>();
    let selection = Selection::new(&words(include), &words(exclude), false).expect("patterns");
    let request = Request {
        selection,
        ..Request::default()
    };
    sizes(&scan(folder(&project).path(), request))
}

#[test]
fn without_patterns_everything_is_looked_at() {
    let all = [1024, 1032, 1040, 2048, 2056, 2064, 3072, 3080, 3088];
    assert_eq!(scan_selected(&[], &[]), all);
}

#[test]
fn what_is_included_is_looked_at_inside_of_archives() {
    let python = [1024, 1040, 2048, 2064, 3072, 3088];
    assert_eq!(scan_selected(&["*.py"], &[]), python);
    assert_eq!(scan_selected(&["vendor/**"], &[]), [1040, 2064, 3088]);
    assert_eq!(scan_selected(&["app/keys.js"], &[]), [1032, 2056, 3080]);
    // An archive that is included is so with all it holds.
    assert_eq!(
        scan_selected(&["*.zip"], &[]),
        [2048, 2056, 2064, 3072, 3080, 3088]
    );
    assert_eq!(scan_selected(&["*.tar"], &[]), [3072, 3080, 3088]);
}

#[test]
fn what_is_excluded_is_left_out_inside_of_archives() {
    assert_eq!(
        scan_selected(&[], &["vendor/**"]),
        [1024, 1032, 2048, 2056, 3072, 3080]
    );
    assert_eq!(scan_selected(&[], &["*.js", "vendor"]), [1024, 2048, 3072]);
    assert_eq!(
        scan_selected(&[], &["*.tar"]),
        [1024, 1032, 1040, 2048, 2056, 2064]
    );
    assert_eq!(scan_selected(&[], &["project.zip"]), [1024, 1032, 1040]);
    assert_eq!(scan_selected(&["*.py"], &["vendor/**"]), [1024, 2048, 3072]);
}

#[test]
fn patterns_are_about_paths_below_each_root_inside_of_archives_too() {
    let content = |bits: u32| {
        files(&[
            ("app/keys.py", python(bits)),
            ("lib/keys.py", python(bits + 8)),
        ])
    };
    let folder = folder(&[
        ("m/one/sub/x.tar", &tar(&content(1024))),
        ("m/two/sub/x.tar", &tar(&content(2048))),
        ("m/two/y.tar", &tar(&content(3072))),
    ]);
    let on = |roots: &[&str], include: &[&str], exclude: &[&str]| {
        let words = |all: &[&str]| all.iter().map(|p| (*p).to_owned()).collect::<Vec<_>>();
        let request = Request {
            roots: roots.iter().map(|root| folder.path().join(root)).collect(),
            selection: Selection::new(&words(include), &words(exclude), false).expect("patterns"),
            ..Request::default()
        };
        sizes(&scan::scan(&request, &KNOWN, &scan::Unwatched).expect("it scans"))
    };
    let both = ["m/one", "m/two"];
    assert_eq!(on(&both, &["sub/x.tar"], &[]), [1024, 1032, 2048, 2056]);
    assert_eq!(on(&both, &[], &["sub/x.tar"]), [3072, 3080]);
    assert_eq!(on(&both, &["sub/x.tar!/app"], &[]), [1024, 2048]);
    assert_eq!(
        on(&both, &[], &["sub/x.tar!/app"]),
        [1032, 2056, 3072, 3080]
    );
    assert_eq!(
        on(&["m/one/sub/x.tar", "m/two"], &["x.tar"], &[]),
        [1024, 1032, 2048, 2056]
    );
    // Roots in each other: what one of them has is looked at, in either order.
    for roots in [["m", "m/two"], ["m/two", "m"]] {
        assert_eq!(on(&roots, &["sub/x.tar"], &[]), [2048, 2056]);
        assert_eq!(on(&roots, &["two/y.tar"], &[]), [3072, 3080]);
    }
}

#[test]
fn a_path_into_a_folder_that_is_an_image_is_excluded_and_included_as_any_other() {
    let image = Image::new(&[files(&[("app/a.py", python(1024)), ("b.py", python(2048))])]);
    let mut all = below("images/app/", &oci(&image, gzip));
    all.extend(files(&[("images/c.py", python(3072))]));
    let all: Vec<(&str, &[u8])> = all.iter().map(|(n, b)| (n.as_str(), &**b)).collect();
    let folder = folder(&all);
    let on = |root: &str, include: &[&str], exclude: &[&str]| {
        let words = |all: &[&str]| all.iter().map(|p| (*p).to_owned()).collect::<Vec<_>>();
        let request = Request {
            selection: Selection::new(&words(include), &words(exclude), false).expect("patterns"),
            ..Request::default()
        };
        sizes(&scan(&folder.path().join(root), request))
    };
    assert_eq!(on("", &[], &["images/app/blobs"]), [3072]);
    assert_eq!(on("", &[], &["images/app"]), [3072]);
    assert_eq!(on("", &["images/app/blobs"], &[]), [1024, 2048]);
    assert_eq!(on("", &["images/app"], &[]), [1024, 2048]);
    assert!(on("images/app", &[], &["blobs/sha256"]).is_empty());
    assert_eq!(on("images/app", &["blobs/sha256"], &["app"]), [2048]);
}

#[test]
fn patterns_hold_in_images() {
    let image = Image::new(&[
        files(&[
            ("app/a.py", python(1024)),
            ("app/a.js", javascript(1536)),
            ("b.py", python(3072)),
        ]),
        files(&[("b.py", python(2048))]),
    ]);
    let folder = folder(&[("image.tar", &docker_save(&image, None))]);
    let on = |include: &[String], exclude: &[String]| {
        let request = Request {
            selection: Selection::new(include, exclude, false).expect("patterns"),
            ..Request::default()
        };
        let found = scan(folder.path(), request);
        assert_eq!(unread(&found), []);
        sizes(&found)
    };
    assert_eq!(on(&["*.py".to_owned()], &[]), [1024, 2048]);
    assert_eq!(on(&[], &["app/**".to_owned()]), [2048]);
}

/// That an image is understood under these patterns, in every form.
#[track_caller]
fn an_image_is_one_under(include: &str, exclude: &str) {
    let image = Image::new(&[
        files(&[("a.py", python(1024)), ("b.py", python(2048))]),
        files(&[("b.py", python(3072))]),
    ]);
    let layout = oci(&image, gzip);
    let layout: Vec<(&str, &[u8])> = layout.iter().map(|(n, b)| (n.as_str(), &**b)).collect();
    let legacy = docker_save_legacy(&[(image.clone(), None)]);
    for folder in [
        folder(&[("image.tar", &docker_save(&image, None))]),
        folder(&[("image.tar", &legacy)]),
        folder(&layout),
    ] {
        let selection = Selection::new(&[include.to_owned()], &[exclude.to_owned()], false);
        let request = Request {
            selection: selection.expect("patterns"),
            ..Request::default()
        };
        assert_eq!(sizes(&scan(folder.path(), request)), [1024, 3072]);
    }
}

#[test]
fn an_image_is_understood_without_its_documents_being_included() {
    an_image_is_one_under("*.py", "*.txt")
}

#[test]
fn an_image_is_understood_with_its_documents_being_excluded() {
    an_image_is_one_under("**", "*.json")
}

#[test]
fn a_file_that_is_left_out_still_hides_what_lies_below_it_in_an_image() {
    let image = Image::new(&[
        files(&[("lib/tool/a.py", python(1024)), ("b.py", python(2048))]),
        files(&[("lib/tool", "#!/bin/sh\n")]),
    ]);
    let request = Request {
        selection: Selection::new(&["*.py".to_owned()], &[], false).expect("a pattern"),
        ..Request::default()
    };
    let found = scan(
        folder(&[("image.tar", &docker_save(&image, None))]).path(),
        request,
    );
    assert_eq!(sizes(&found), [2048]);
}

#[test]
fn a_folder_that_is_an_image_may_lie_in_another() {
    let image = |bits: u32| Image::new(&[files(&[("a.py", python(bits))])]);
    let mut all = oci(&image(1024), gzip);
    all.extend(below("inner/", &oci(&image(2048), gzip)));
    all.extend(below("inner/most/", &oci(&image(3072), gzip)));
    let all: Vec<(&str, &[u8])> = all.iter().map(|(n, b)| (n.as_str(), &**b)).collect();
    let found = scan(folder(&all).path(), Request::default());
    assert_eq!(sizes(&found), [1024, 2048, 3072]);
    assert_eq!(unread(&found), []);
}

#[test]
fn without_archives_none_is_opened() {
    let image = Image::new(&[files(&[("a.py", python(1024))])]);
    let mut all = below("image/", &oci(&image, gzip));
    all.extend(files(&[
        ("a.zip", zip(&files(&[("a.py", python(2048))]))),
        ("a.tar.gz", gzip(&tar(&files(&[("a.py", python(3072))])))),
        ("a.py", python(4096)),
    ]));
    let all: Vec<(&str, &[u8])> = all.iter().map(|(n, b)| (n.as_str(), &**b)).collect();
    let folder = folder(&all);
    let request = Request {
        archives: false,
        ..Request::default()
    };
    let found = scan(folder.path(), request);
    assert_eq!(keys(&found), [(4096, "a.py")]);
    assert_eq!((found.coverage.archives, found.coverage.members), (0, 0));
    assert_eq!(unread(&found), []);
    assert_eq!(
        sizes(&scan(folder.path(), Request::default())),
        [1024, 2048, 3072, 4096]
    );
}

/// A folder of archives of many forms, whole and damaged, also in each other.
fn many_archives() -> Files {
    let mut all = Files::new();
    for number in 0..4_u32 {
        let bits = 1024 + 64 * number;
        let content = files(&[
            ("src/keys.py", python(bits)),
            ("tests/test_keys.py", python(bits + 8)),
            ("src/Keys.java", java(bits + 16)),
            ("src/keys.js", javascript(bits + 24)),
            ("src/broken.py", b"import ssl\nclass (:\n".to_vec()),
        ]);
        let inner = files(&[
            ("a/one.zip", zip(&content)),
            ("a/two.tar.xz", xz(&tar(&content))),
            ("b/three.7z", sevenz(&content)),
            ("b/cut.tar", tar(&content)[..1500].to_vec()),
        ]);
        let image = Image::new(&[
            content.clone(),
            files(&[("src/.wh.keys.js", "")]),
            inner.clone(),
        ]);
        all.extend(below(
            &format!("{number}/"),
            &files(&[
                ("nested.tar.gz", gzip(&tar(&inner))),
                ("nested.zip", zip(&inner)),
                ("image.tar", docker_save(&image, Some("app:1"))),
                ("tree.squashfs", squashfs(&inner)),
                ("cut.zip", zip(&inner)[..900].to_vec()),
                ("keys.py", python(bits + 32)),
            ]),
        ));
    }
    all
}

#[test]
fn the_result_is_the_same_bytes_on_one_thread_and_on_eight() {
    let all = many_archives();
    let all: Vec<(&str, &[u8])> = all.iter().map(|(n, b)| (n.as_str(), &**b)).collect();
    let folder = folder(&all);
    let written = |threads| {
        let request = Request {
            threads,
            ..Request::default()
        };
        let report = inventory::report(scan(folder.path(), request), &KNOWN, None);
        ["json", "cyclonedx"].map(|format| {
            let mut bytes = Vec::new();
            let format = output::format(format).expect("a format");
            format
                .write(&report, &Options::default(), &mut bytes)
                .expect("memory takes it");
            String::from_utf8(bytes).expect("UTF-8")
        })
    };
    let once = written(1);
    assert!(once[0].contains("nested.tar.gz!/b/three.7z!/src/Keys.java"));
    for threads in [8, 2, 8] {
        assert!(
            written(threads) == once,
            "another result on {threads} threads"
        );
    }
}

#[test]
fn the_folder_of_an_archive_has_the_same_entries_afterwards() {
    let all = many_archives();
    let all: Vec<(&str, &[u8])> = all.iter().map(|(n, b)| (n.as_str(), &**b)).collect();
    let folder = folder(&all);
    let entries = || {
        let mut entries = BTreeMap::new();
        let mut left = vec![folder.path().to_owned()];
        while let Some(at) = left.pop() {
            for entry in fs::read_dir(at).expect("readable") {
                let entry = entry.expect("readable");
                let about = entry.metadata().expect("readable");
                if about.is_dir() {
                    left.push(entry.path())
                }
                entries.insert(
                    entry.path(),
                    (about.len(), about.modified().expect("known")),
                );
            }
        }
        entries
    };
    let before = entries();
    scan(
        folder.path(),
        Request {
            threads: 4,
            ..Request::default()
        },
    );
    assert_eq!(entries(), before);
}

/// Scans an archive under these limits, with neighbours that must be intact: what was told, and which keys were found in the archive.
fn limited(limits: Limits, name: &str, bytes: &[u8]) -> (Vec<(String, SkipReason)>, Vec<u64>) {
    let neighbour = gzip(&tar(&files(&[("keys.py", python(5120))])));
    let folder = folder(&[
        ("a.tar.gz", &*neighbour),
        (name, bytes),
        ("z.py", &python(6144)),
    ]);
    let found = scan(
        folder.path(),
        Request {
            limits,
            ..Request::default()
        },
    );
    assert_eq!(&*key(&found, 5120).location.path, "a.tar.gz!/keys.py");
    assert_eq!(&*key(&found, 6144).location.path, "z.py");
    let told = unread(&found);
    let told = told
        .iter()
        .map(|(path, reason)| ((*path).to_owned(), *reason));
    let mut sizes = sizes(&found);
    sizes.retain(|bits| *bits < 5120);
    (told.collect(), sizes)
}

#[track_caller]
fn assert_told(told: &[(String, SkipReason)], right: &[(&str, SkipReason)]) {
    let told: Vec<(&str, SkipReason)> = told.iter().map(|(p, r)| (p.as_str(), *r)).collect();
    assert_eq!(told, right);
}

#[test]
fn archives_deeper_than_the_limit_are_told_and_not_opened() {
    let inner = zip(&files(&[("keys.py", python(2048))]));
    let bytes = zip(&files(&[
        ("first.py", python(1024)),
        ("inner.zip", inner),
        ("last.py", python(3072)),
    ]));
    let limits = |depth| Limits {
        depth,
        ..Limits::default()
    };
    let (told, sizes) = limited(limits(1), "m.zip", &bytes);
    assert_told(&told, &[("m.zip!/inner.zip", SkipReason::LimitDepth)]);
    assert_eq!(sizes, [1024, 3072]);
    let (told, sizes) = limited(limits(2), "m.zip", &bytes);
    assert_told(&told, &[]);
    assert_eq!(sizes, [1024, 2048, 3072]);
}

#[test]
fn members_beyond_the_limit_are_told_once_and_not_read() {
    let five: Vec<(String, Vec<u8>)> = (0..5)
        .map(|number| (format!("{number}.py"), python(1024 + 8 * number)))
        .collect();
    for (name, bytes) in [
        ("m.tar", tar(&five)),
        ("m.zip", zip(&five)),
        ("m.7z", sevenz(&five)),
    ] {
        let limits = Limits {
            members: 3,
            ..Limits::default()
        };
        let (told, sizes) = limited(limits, name, &bytes);
        assert_told(&told, &[(name, SkipReason::LimitMembers)]);
        assert_eq!(sizes, [1024, 1032, 1040]);
    }
}

#[test]
fn bytes_beyond_the_limit_are_told_once_and_not_read() {
    let comment = b"# noise\n".repeat(1000);
    let long = |bits| [comment.clone(), python(bits)].concat();
    let three = files(&[
        ("1.py", long(1024)),
        ("2.py", long(2048)),
        ("3.py", long(3072)),
    ]);
    for (name, bytes) in [("m.zip", zip(&three)), ("m.tar.gz", gzip(&tar(&three)))] {
        let limits = Limits {
            total_bytes: 12_000,
            ..Limits::default()
        };
        let (told, sizes) = limited(limits, name, &bytes);
        let reasons: Vec<SkipReason> = told.iter().map(|(_, reason)| *reason).collect();
        assert_eq!(reasons, [SkipReason::LimitTotalSize], "{told:?}");
        assert_eq!(sizes, [1024], "{name}");
    }
}

#[test]
fn a_member_beyond_the_limit_is_told_and_the_others_are_read() {
    let long = [b"# noise\n".repeat(1000), python(2048)].concat();
    let three = files(&[
        ("1.py", python(1024)),
        ("2.py", long),
        ("3.py", python(3072)),
    ]);
    let limits = Limits {
        member_bytes: 4000,
        ..Limits::default()
    };
    let (told, sizes) = limited(limits, "m.zip", &zip(&three));
    assert_told(&told, &[("m.zip!/2.py", SkipReason::LimitMemberSize)]);
    assert_eq!(sizes, [1024, 3072]);
}

#[test]
fn the_limit_on_a_member_is_on_members_of_tars_too() {
    let small: Vec<(String, Vec<u8>)> = (0..8)
        .map(|number| (format!("{number}.py"), python(1024 + 8 * number)))
        .collect();
    let limits = || Limits {
        member_bytes: 4000,
        ..Limits::default()
    };
    let (told, sizes) = limited(limits(), "m.tar.gz", &gzip(&tar(&small)));
    assert_told(&told, &[]);
    assert_eq!(sizes.len(), 8);
    let long = [b"# noise\n".repeat(1000), python(2048)].concat();
    let (told, _) = limited(limits(), "m.tar", &tar(&files(&[("2.py", long)])));
    assert_told(&told, &[("m.tar!/2.py", SkipReason::LimitMemberSize)]);
}

#[test]
fn what_unpacks_to_far_more_is_told_and_the_others_are_read() {
    let zeros = vec![0; 80 << 20];
    let three = files(&[
        ("1.py", python(1024)),
        ("2.py", zeros),
        ("3.py", python(3072)),
    ]);
    let (told, sizes) = limited(Limits::default(), "m.zip", &zip(&three));
    assert!(
        told.contains(&("m.zip!/2.py".to_owned(), SkipReason::LimitRatio)),
        "{told:?}"
    );
    assert_eq!(sizes, [1024, 3072]);
}

#[test]
fn what_would_take_too_much_memory_is_told_and_the_others_are_read() {
    let noise: Vec<u8> = (0..3000)
        .map(|n| format!("# {n}\n"))
        .collect::<String>()
        .into();
    let long = [noise.clone(), python(2048)].concat();
    let inner = zip_stored(&files(&[("noise.txt", noise), ("keys.py", python(1536))]));
    let all = files(&[
        ("1.py", python(1024)),
        ("2.py", long),
        ("inner.zip", inner),
        ("3.py", python(3072)),
    ]);
    let limits = Limits {
        held_bytes: 8000,
        ..Limits::default()
    };
    let (told, sizes) = limited(limits, "m.tar", &tar(&all));
    let right = [
        ("m.tar!/2.py", SkipReason::LimitMemory),
        ("m.tar!/inner.zip", SkipReason::LimitMemory),
    ];
    assert_told(&told, &right);
    assert_eq!(sizes, [1024, 3072]);
}

#[test]
fn a_member_with_a_password_is_told() {
    let all = files(&[
        ("1.py", python(1024)),
        ("secret.py", python(2048)),
        ("3.py", python(3072)),
    ]);
    let found = scan_file("m.zip", &encrypted(zip(&all), "secret.py"));
    assert_eq!(
        unread(&found),
        [("m.zip!/secret.py", SkipReason::Encrypted)]
    );
    assert_eq!(sizes(&found), [1024, 3072]);
}

#[test]
fn a_link_is_told_and_not_followed() {
    let beside = files(&[("keys.py", python(1024))]);
    for (name, bytes) in [
        ("m.tar", tar_with_link("link.py", "../outside.py", &beside)),
        ("m.zip", zip_with_link("link.py", "../outside.py", &beside)),
    ] {
        let folder = folder(&[("in/x", b"x"), ("outside.py", &python(2048))]);
        fs::write(folder.path().join("in").join(name), bytes).expect("written");
        let found = scan(&folder.path().join("in"), Request::default());
        assert_eq!(
            unread(&found),
            [(&*format!("{name}!/link.py"), SkipReason::NotAFile)]
        );
        assert_eq!(sizes(&found), [1024]);
        assert!(!found.coverage.skips[0].reason.is_gap());
    }
}

#[test]
fn an_absolute_name_is_told_and_its_content_is_read() {
    for name in ["/etc/keys.py", "../../etc/keys.py"] {
        let all = files(&[("1.py", python(1024)), (name, python(2048))]);
        let found = scan_file("m.tar", &tar_as_named(&all));
        let inside = name.trim_start_matches('/');
        let place = format!("m.tar!/{inside}");
        assert_eq!(unread(&found), [(&*place, SkipReason::OddName)]);
        assert_eq!(&*key(&found, 2048).location.path, place);
        assert_eq!(reasons(&found).len(), 1);
    }
}

#[test]
fn members_of_one_name_are_all_read() {
    let twice = files(&[("keys.py", python(1024)), ("keys.py", python(2048))]);
    let found = scan_file("m.tar", &tar(&twice));
    assert_eq!(sizes(&found), [1024, 2048]);
    assert_eq!(unread(&found), [("m.tar!/keys.py", SkipReason::OddName)]);
}

#[test]
fn a_compressed_source_is_looked_at_under_its_own_name() {
    for (ending, compress) in [
        ("gz", gzip as fn(&[u8]) -> Vec<u8>),
        ("bz2", bzip2),
        ("xz", xz),
        ("zst", zstd),
        ("lz4", lz4),
    ] {
        let found = scan_file(&format!("keys.py.{ending}"), &compress(&python(2048)));
        let place = format!("keys.py.{ending}!/keys.py");
        assert_eq!(keys(&found), [(2048, place.as_str())]);
        assert_eq!(found.coverage.files_searched, 1);
    }
}

#[test]
fn where_an_archive_lies_is_part_of_the_context_of_what_it_holds() {
    let archive = zip(&files(&[
        ("src/keys.py", python(1024)),
        ("tests/keys.py", python(2048)),
    ]));
    let found = scan(
        folder(&[("a/tests/data.zip", &*archive), ("tests.zip", &*archive)]).path(),
        Request::default(),
    );
    let contexts: Vec<(&str, Context)> = keys_of(&found)
        .map(|(_, finding)| (&*finding.location.path, finding.context))
        .collect();
    let right = [
        ("a/tests/data.zip!/src/keys.py", Context::Test),
        ("a/tests/data.zip!/tests/keys.py", Context::Test),
        ("tests.zip!/src/keys.py", Context::Production),
        ("tests.zip!/tests/keys.py", Context::Test),
    ];
    assert_eq!(contexts, right);
}
