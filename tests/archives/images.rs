//! Images: what their layers show when they lie on each other, and who brought it.

use pqscan::model::{Found, SkipReason};
use pqscan::scan::{Platform, Request};
use serde_json::json;

use super::build::*;
use super::{folder, key, keys, reasons, scan, scan_file, unread};

/// Scans an image of these layers in every form that images are stored in: all show the same.
fn shown(layers: &[&[(&str, Vec<u8>)]]) -> Vec<(u64, String)> {
    let layers: Vec<Files> = layers.iter().map(|layer| files(layer)).collect();
    let image = Image::new(&layers);
    let forms = [
        tar(&oci(&image, gzip)),
        docker_save(&image, None),
        docker_save_legacy(&[(image.clone(), None)]),
    ];
    let [oci, save, legacy] = forms.map(|bytes| {
        let found = scan_file("image.tar", &bytes);
        // A layer that is stored once and used twice is a link in the form of old.
        let told = unread(&found).into_iter();
        let gaps: Vec<_> = told.filter(|(_, why)| why.is_gap()).collect();
        assert_eq!(gaps, []);
        keys(&found)
            .into_iter()
            .map(|(bits, path)| (bits, inner(path).to_owned()))
            .collect::<Vec<_>>()
    });
    assert_eq!(oci, save);
    assert_eq!(oci, legacy);
    oci
}

fn inner(path: &str) -> &str {
    path.rsplit_once("!/").map_or(path, |(_, inner)| inner)
}

/// The sizes alone.
fn sizes(found: &Found) -> Vec<u64> {
    keys(found).into_iter().map(|(bits, _)| bits).collect()
}

fn bits(shown: Vec<(u64, String)>) -> Vec<u64> {
    shown.into_iter().map(|(bits, _)| bits).collect()
}

fn gone() -> Vec<u8> {
    Vec::new()
}

#[test]
fn a_replaced_file_counts_once_and_as_the_upper_one() {
    let shown = shown(&[
        &[
            ("app/main.py", python(1024)),
            ("app/other.py", python(1536)),
        ],
        &[("app/main.py", python(2048))],
        &[("app/main.py", python(3072)), ("app/new.py", python(4096))],
    ]);
    let right = [
        (1536, "app/other.py"),
        (3072, "app/main.py"),
        (4096, "app/new.py"),
    ];
    assert_eq!(shown, right.map(|(bits, path)| (bits, path.to_owned())));
}

#[test]
fn a_deleted_file_is_gone_and_comes_back_if_a_later_layer_brings_it() {
    let lower: &[_] = &[
        ("app/main.py", python(1024)),
        ("app/main.pyx", python(1536)),
        ("b.py", python(2048)),
    ];
    let deletes: &[_] = &[("app/.wh.main.py", gone())];
    assert_eq!(bits(shown(&[lower, deletes])), [2048]);
    let brings: &[_] = &[("app/main.py", python(3072))];
    assert_eq!(bits(shown(&[lower, deletes, brings])), [2048, 3072]);
    // It says nothing about its own layer, nor about what stands below the file that it names in another folder.
    let both: &[_] = &[("app/.wh.main.py", gone()), ("app/main.py", python(4096))];
    assert_eq!(bits(shown(&[lower, both])), [2048, 4096]);
    let elsewhere: &[_] = &[("lib/.wh.main.py", gone()), (".wh.main.py", gone())];
    assert_eq!(bits(shown(&[lower, elsewhere])), [1024, 2048]);
}

#[test]
fn a_whiteout_with_a_dot_before_its_name_is_one() {
    let lower: &[_] = &[("./app/main.py", python(1024)), ("./b.py", python(2048))];
    let upper: &[_] = &[("./app/.wh.main.py", gone()), ("./c.py", python(3072))];
    assert_eq!(bits(shown(&[lower, upper])), [2048, 3072]);
}

#[test]
fn a_deleted_folder_is_gone_with_all_below_it() {
    let shown = shown(&[
        &[
            ("opt/tool/a.py", python(1024)),
            ("opt/tool/b/c.py", python(1536)),
            ("opt/toolbox/d.py", python(2048)),
        ],
        &[("opt/.wh.tool", gone())],
    ]);
    assert_eq!(bits(shown), [2048]);
}

#[test]
fn an_opaque_folder_shows_what_its_own_layer_and_later_ones_bring() {
    let shown = shown(&[
        &[
            ("srv/app/old.py", python(1024)),
            ("srv/app/x/old.py", python(1536)),
            ("srv/b.py", python(2048)),
        ],
        &[
            ("srv/app/.wh..wh..opq", gone()),
            ("srv/app/new.py", python(3072)),
        ],
        &[("srv/app/x/later.py", python(4096))],
    ]);
    assert_eq!(bits(shown), [2048, 3072, 4096]);
}

#[test]
fn a_folder_that_became_a_file_is_gone() {
    let lower: &[_] = &[("opt/tool/a.py", python(1024)), ("opt/b.py", python(2048))];
    assert_eq!(
        bits(shown(&[lower, &[("opt/tool", b"#!/bin/sh\n".to_vec())]])),
        [2048]
    );
}

#[test]
fn a_folder_that_became_a_link_is_gone() {
    let lower = Image::new(&[files(&[
        ("opt/tool/a.py", python(1024)),
        ("opt/b.py", python(2048)),
    ])]);
    let mut image = lower.clone();
    image.layers.push((
        "RUN ln".to_owned(),
        tar_with_link("opt/tool", "/usr/share/tool", &Files::new()),
    ));
    let found = scan_file("image.tar", &tar(&oci(&image, gzip)));
    assert_eq!(sizes(&found), [2048]);
}

#[test]
fn a_file_that_became_a_folder_is_gone() {
    let lower: &[_] = &[("opt/tool.py", python(1024)), ("opt/b.py", python(2048))];
    assert_eq!(
        bits(shown(&[lower, &[("opt/tool.py/main.py", python(3072))]])),
        [2048, 3072]
    );
}

#[test]
fn a_whiteout_is_no_file() {
    let of = |upper: &[(&str, Vec<u8>)]| {
        let image = Image::new(&[files(&[("a.py", python(1024))]), files(upper)]);
        scan_file("image.tar", &docker_save(&image, None))
            .coverage
            .files_searched
    };
    // The image's own documents are searched too.
    let without = of(&[("b.py", python(2048))]);
    assert!(without > 2);
    assert_eq!(of(&[("b.py", python(2048)), (".wh.c.py", gone())]), without);
}

#[test]
fn a_hard_link_to_a_file_that_is_gone_still_shows_it() {
    let lower = files(&[("a.py", python(1024)), ("b.py", python(2048))]);
    let mut image = Image::new(&[Files::new(), files(&[(".wh.a.py", gone())])]);
    image.layers[0].1 = tar_with_hard_link("c.py", "a.py", &lower);
    let found = scan_file("image.tar", &tar(&oci(&image, gzip)));
    assert_eq!(sizes(&found), [1024, 2048]);
}

#[test]
fn what_lies_in_an_archive_of_a_layer_is_gone_with_the_archive() {
    let archive = |bits| zip(&files(&[("keys.py", python(bits))]));
    let shown = shown(&[
        &[
            ("opt/a.zip", archive(1024)),
            ("opt/b.zip", archive(1536)),
            ("opt/c.zip", archive(2048)),
        ],
        &[("opt/.wh.a.zip", gone()), ("opt/b.zip", archive(3072))],
    ]);
    assert_eq!(bits(shown), [2048, 3072]);
}

#[test]
fn a_layer_that_comes_twice_brings_back_what_was_deleted_between() {
    let layer: &[_] = &[("a.py", python(1024))];
    let deletes: &[_] = &[(".wh.a.py", gone()), ("b.py", python(2048))];
    assert_eq!(bits(shown(&[layer, deletes, layer])), [1024, 2048]);
    assert_eq!(bits(shown(&[layer, deletes, layer, deletes])), [2048]);
}

#[test]
fn an_empty_layer_and_one_that_only_deletes_are_layers() {
    let lower: &[_] = &[("a.py", python(1024)), ("b.py", python(2048))];
    assert_eq!(bits(shown(&[lower, &[], &[(".wh.a.py", gone())]])), [2048]);
}

#[test]
fn the_layer_that_brought_a_file_is_named_with_its_instruction() {
    let image = Image {
        platform: "linux/amd64",
        layers: vec![
            (
                "COPY base /".to_owned(),
                tar(&files(&[("a.py", python(1024)), ("b.py", python(1536))])),
            ),
            (
                "RUN pip install".to_owned(),
                tar(&files(&[("b.py", python(2048))])),
            ),
        ],
    };
    for (bytes, compress) in [
        (tar(&oci(&image, gzip)), gzip as fn(&[u8]) -> Vec<u8>),
        (docker_save(&image, None), <[u8]>::to_vec),
        (docker_save_legacy(&[(image.clone(), None)]), <[u8]>::to_vec),
    ] {
        let found = scan_file("image.tar", &bytes);
        for (bits, number, name) in [(1024, 0, "a.py"), (2048, 1, "b.py")] {
            let (instruction, tar) = &image.layers[number];
            let finding = key(&found, bits);
            let layer = finding.provenance.layer.as_ref().expect("a layer");
            let digest = digest(&compress(tar));
            assert_eq!(layer.digest, digest);
            assert_eq!(layer.instruction.as_ref(), Some(instruction));
            assert_eq!(
                *finding.location.path,
                format!("image.tar!/{digest}!/{name}")
            );
        }
    }
}

#[test]
fn a_history_that_does_not_fit_the_layers_names_no_instruction() {
    let mut layout = Layout::new(<[u8]>::to_vec);
    let layer = layout.blob(
        "application/vnd.oci.image.layer.v1.tar",
        tar(&files(&[("a.py", python(1024))])),
    );
    let config = json!({
        "os": "linux", "architecture": "amd64",
        "rootfs": {"type": "layers", "diff_ids": [layer["digest"]]},
        "history": [{"created_by": "one"}, {"created_by": "two"}],
    });
    let config = layout.blob(
        "application/vnd.oci.image.config.v1+json",
        config.to_string().into(),
    );
    let manifest = layout.manifest(config, vec![layer]);
    let found = scan_file("image.tar", &tar(&layout.finish(&[manifest])));
    let provenance = &key(&found, 1024).provenance;
    assert_eq!(
        provenance.layer.as_ref().expect("a layer").instruction,
        None
    );
}

/// One image for two platforms: what they share, and a file of each.
fn two_platforms() -> Vec<u8> {
    let base = files(&[("base.py", python(1024))]);
    let own = |name: &str, bits| files(&[(name, python(bits))]);
    let amd = Image::new(&[base.clone(), own("amd.py", 2048)]);
    let arm = Image {
        platform: "linux/arm64",
        ..Image::new(&[base, own("arm.py", 3072)])
    };
    let mut layout = Layout::new(gzip);
    let manifests = [layout.image(&amd), layout.image(&arm)];
    let index = layout.index(&manifests);
    tar(&layout.finish(&[index]))
}

#[test]
fn platforms_that_were_not_asked_for_are_silent_unless_there_is_no_other() {
    let folder = folder(&[("image.tar", &two_platforms())]);
    let on = |platforms: &[&str]| {
        let platforms = platforms
            .iter()
            .map(|p| Platform::parse(p).expect("a platform"));
        let request = Request {
            platforms: platforms.collect(),
            ..Request::default()
        };
        let found = scan(folder.path(), request);
        let none = sizes(&found).is_empty();
        let told = [("image.tar", SkipReason::NoSuchPlatform)];
        assert_eq!(unread(&found), if none { &told[..] } else { &[] });
        sizes(&found)
    };
    assert_eq!(on(&[]), [1024, 2048, 3072]);
    assert_eq!(on(&["linux/amd64"]), [1024, 2048]);
    assert_eq!(on(&["linux/arm64"]), [1024, 3072]);
    assert_eq!(on(&["linux/arm64", "linux/amd64"]), [1024, 2048, 3072]);
    assert_eq!(on(&["windows/amd64"]), Vec::<u64>::new());
}

#[test]
fn a_platform_that_was_not_stored_is_no_gap() {
    let image = Image::new(&[files(&[("a.py", python(1024))])]);
    let mut layout = Layout::new(gzip);
    let stored = layout.image(&image);
    let mut other = stored.clone();
    other["digest"] = format!("sha256:{}", "ab".repeat(32)).into();
    other["platform"] = json!({"os": "linux", "architecture": "s390x"});
    let found = scan_file("image.tar", &tar(&layout.finish(&[other, stored])));
    assert_eq!(unread(&found), []);
    assert_eq!(sizes(&found), [1024]);
}

#[test]
fn a_configuration_says_the_platform_where_nothing_else_does() {
    let image = Image {
        platform: "linux/arm64",
        ..Image::new(&[files(&[("a.py", python(1024))])])
    };
    for bytes in [
        docker_save(&image, None),
        docker_save_legacy(&[(image.clone(), None)]),
    ] {
        let folder = folder(&[("image.tar", &bytes)]);
        for (platform, right) in [("linux/amd64", vec![]), ("linux/arm64", vec![1024])] {
            let request = Request {
                platforms: vec![Platform::parse(platform).expect("a platform")],
                ..Request::default()
            };
            assert_eq!(sizes(&scan(folder.path(), request)), right, "{platform}");
        }
    }
}

#[test]
fn layers_of_a_platform_that_was_not_asked_for_may_be_missing() {
    let amd = Image::new(&[files(&[("amd.py", python(1024))])]);
    let arm = Image {
        platform: "linux/arm64",
        ..Image::new(&[files(&[("arm.py", python(2048))])])
    };
    let missing = digest(&gzip(&arm.layers[0].1)).replace(':', "/");
    let mut layout = Layout::new(gzip);
    let manifests = [layout.image(&amd), layout.image(&arm)];
    let mut files = layout.finish(&manifests);
    files.retain(|(name, _)| !name.ends_with(&missing));
    let folder = folder(&[("image.tar", &tar(&files))]);
    assert_eq!(
        unread(&scan(folder.path(), Request::default())),
        [("image.tar", SkipReason::Damaged)]
    );
    let request = Request {
        platforms: vec![Platform::parse("linux/amd64").expect("a platform")],
        ..Request::default()
    };
    let found = scan(folder.path(), request);
    assert_eq!(sizes(&found), [1024]);
    assert_eq!(unread(&found), []);
}

#[test]
fn a_layer_that_is_not_there_is_told() {
    let image = Image::new(&[
        files(&[("a.py", python(1024))]),
        files(&[("b.py", python(2048))]),
    ]);
    let missing = digest(&image.layers[0].1).replace(':', "/");
    let mut files = oci(&image, <[u8]>::to_vec);
    files.retain(|(name, _)| !name.ends_with(&missing));
    let found = scan_file("image.tar", &tar(&files));
    assert_eq!(sizes(&found), [2048]);
    assert_eq!(unread(&found), [("image.tar", SkipReason::Damaged)]);
}

#[test]
fn a_layer_of_two_images_counts_once_and_as_long_as_one_shows_it() {
    let base = files(&[
        ("a.py", python(1024)),
        ("b.py", python(1536)),
        ("c.py", python(1280)),
    ]);
    let one = Image::new(&[
        base.clone(),
        files(&[("a.py", python(2048)), ("c.py", python(1792))]),
    ]);
    let two = Image::new(&[
        base,
        files(&[("own.py", python(3072)), (".wh.c.py", gone())]),
    ]);
    let mut layout = Layout::new(gzip);
    let manifests = [layout.image(&one), layout.image(&two)];
    let layout = tar(&layout.finish(&manifests));
    let legacy = docker_save_legacy(&[(one, Some("one:1")), (two, Some("two:1"))]);
    for bytes in [layout, legacy] {
        assert_eq!(
            sizes(&scan_file("image.tar", &bytes)),
            [1024, 1536, 1792, 2048, 3072]
        );
    }
}

#[test]
fn a_layer_of_old_that_is_a_link_to_another_one_is_that_one() {
    let base = files(&[("a.py", python(1024)), ("b.py", python(1536))]);
    let one = Image::new(&[base.clone(), files(&[(".wh.a.py", gone())])]);
    // Only through the link does the second image have the lower layer, and only there is b.py replaced.
    let two = Image::new(&[base, files(&[("b.py", python(2048)), (".wh.a.py", gone())])]);
    let bytes = docker_save_legacy(&[(one.clone(), None), (two.clone(), None)]);
    let found = scan_file("image.tar", &bytes);
    assert_eq!(sizes(&found), [1536, 2048]);
    assert_eq!(reasons(&found).get(&SkipReason::Damaged), None);
    // With the first image alone in the list, the link is nobody's.
    let found = scan_file(
        "image.tar",
        &docker_save_legacy(&[(two, None), (one, None)]),
    );
    assert_eq!(sizes(&found), [1536, 2048]);
}

#[test]
fn an_image_in_a_tar_gz_in_a_zip_is_one() {
    let image = Image::new(&[
        files(&[("app/main.py", python(1024))]),
        files(&[("app/main.py", python(2048))]),
    ]);
    let middle = tar(&files(&[("images/image.tar", docker_save(&image, None))]));
    let outer = zip(&files(&[("bundle.tar.gz", gzip(&middle))]));
    let found = scan_file("outer.zip", &outer);
    let layer = digest(&image.layers[1].1);
    let place = format!("outer.zip!/bundle.tar.gz!/images/image.tar!/{layer}!/app/main.py");
    assert_eq!(keys(&found), [(2048, place.as_str())]);
}

#[test]
fn an_image_in_a_layer_of_an_image_is_one() {
    let inner = Image::new(&[
        files(&[("main.py", python(1024)), ("gone.py", python(1536))]),
        files(&[("main.py", python(2048)), (".wh.gone.py", gone())]),
    ]);
    let outer = Image::new(&[files(&[
        ("srv/inner.tar", docker_save(&inner, None)),
        ("own.py", python(3072)),
    ])]);
    let found = scan_file("image.tar", &docker_save(&outer, None));
    assert_eq!(sizes(&found), [2048, 3072]);
    let [outer, inner] = [&outer.layers[0].1, &inner.layers[1].1].map(|tar| digest(tar));
    assert_eq!(
        *key(&found, 2048).location.path,
        format!("image.tar!/{outer}!/srv/inner.tar!/{inner}!/main.py")
    );
}

#[test]
fn an_attestation_is_no_image() {
    let image = Image::new(&[files(&[("a.py", python(1024))])]);
    let mut layout = Layout::new(gzip);
    let manifest = layout.image(&image);
    let statement = json!({"_type": "https://in-toto.io/Statement/v0.1", "predicate": {}});
    let layer = layout.blob("application/vnd.in-toto+json", statement.to_string().into());
    let config = json!({
        "os": "unknown", "architecture": "unknown",
        "rootfs": {"type": "layers", "diff_ids": [layer["digest"]]},
    });
    let config = layout.blob(
        "application/vnd.oci.image.config.v1+json",
        config.to_string().into(),
    );
    let mut attestation = layout.manifest(config, vec![layer]);
    attestation["platform"] = json!({"os": "unknown", "architecture": "unknown"});
    attestation["annotations"] = json!({
        "vnd.docker.reference.type": "attestation-manifest",
        "vnd.docker.reference.digest": manifest["digest"],
    });
    let index = layout.index(&[manifest, attestation]);
    let found = scan_file("image.tar", &tar(&layout.finish(&[index])));
    assert_eq!(unread(&found), []);
    let image_layer = digest(&gzip(&image.layers[0].1));
    let place = format!("image.tar!/{image_layer}!/a.py");
    assert_eq!(keys(&found), [(1024, place.as_str())]);
}

#[test]
fn documents_may_stand_behind_the_layers_and_before_them() {
    let image = Image::new(&[
        files(&[("a.py", python(1024))]),
        files(&[(".wh.a.py", gone()), ("b.py", python(2048))]),
    ]);
    let mut layout = oci(&image, gzip);
    assert_eq!(sizes(&scan_file("image.tar", &tar(&layout))), [2048]);
    layout.reverse();
    assert_eq!(sizes(&scan_file("image.tar", &tar(&layout))), [2048]);
}

#[test]
fn a_layout_in_a_tar_may_have_dots_before_its_names() {
    let image = Image::new(&[
        files(&[("a.py", python(1024)), ("b.py", python(2048))]),
        files(&[(".wh.a.py", gone())]),
    ]);
    let bytes = tar_as_named(&below("./", &oci(&image, gzip)));
    assert_eq!(sizes(&scan_file("image.tar", &bytes)), [2048]);
}

#[test]
fn a_layout_in_a_folder_of_a_tar_is_an_image_as_in_a_folder() {
    let image = Image::new(&[
        files(&[("a.py", python(1024)), ("b.py", python(2048))]),
        files(&[(".wh.a.py", gone())]),
    ]);
    let layout = below("images/app/", &oci(&image, gzip));
    let as_files: Vec<(&str, &[u8])> = layout.iter().map(|(n, b)| (n.as_str(), &**b)).collect();
    let in_folder = scan(folder(&as_files).path(), Request::default());
    assert_eq!(sizes(&in_folder), [2048]);
    assert_eq!(sizes(&scan_file("images.tar", &tar(&layout))), [2048]);
}

#[test]
fn a_tar_that_is_no_image_shows_all_its_tars() {
    let layer = |bits| tar(&files(&[("a.py", python(bits))]));
    let bytes = tar(&files(&[
        ("one/layer.tar", layer(1024)),
        ("two/layer.tar", layer(2048)),
    ]));
    let found = scan_file("backup.tar", &bytes);
    let right = [
        (1024, "backup.tar!/one/layer.tar!/a.py"),
        (2048, "backup.tar!/two/layer.tar!/a.py"),
    ];
    assert_eq!(keys(&found), right);
}
