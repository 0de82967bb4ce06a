//! One tree of small projects, as a folder and in every form: what is found is the same, places apart.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use backhand::compression::Compressor;
use pqscan::inventory;
use pqscan::model::{Context, Found, Operation, Words};
use pqscan::scan::Request;

use super::build::*;
use super::{KNOWN, folder, scan};

/// What a scan shows, without the way to the places: what stands behind the last `!/` of a path.
#[derive(Debug, PartialEq, Eq)]
struct Shown {
    /// Names and operations, by id.
    assets: BTreeMap<String, (String, Words<Operation>)>,
    places: Vec<(String, u32, u32, String, Context)>,
    /// Files and bytes that were searched, and files that were parsed.
    searched: (u64, u64, u64),
    unread: Vec<(String, &'static str, String)>,
}

impl Shown {
    fn of(found: Found, prefix: &str) -> Self {
        let inner = |path: &str| {
            let inner = path.rsplit_once("!/").map_or(path, |(_, inner)| inner);
            inner.strip_prefix(prefix).unwrap_or(inner).to_owned()
        };
        let coverage = &found.coverage;
        let searched = (
            coverage.files_searched,
            coverage.bytes_searched,
            coverage.files_parsed,
        );
        let mut unread: Vec<_> = coverage
            .skips
            .iter()
            .map(|skip| (inner(&skip.path), skip.reason.name(), skip.detail.clone()))
            .collect();
        unread.sort();
        let inventory = inventory::report(found, &KNOWN, None).inventory;
        let mut places = Vec::new();
        let mut assets = BTreeMap::new();
        for asset in inventory.assets {
            for place in &asset.occurrences {
                let at = &place.location;
                let id = asset.id.to_string();
                places.push((inner(&at.path), at.line, at.column, id, place.context))
            }
            let operations = asset.asset.operations;
            assets.insert(asset.id.to_string(), (asset.name.to_string(), operations));
        }
        places.sort();
        Self {
            assets,
            places,
            searched,
            unread,
        }
    }

    #[track_caller]
    fn assert_is(&self, other: &Self) {
        fn differences<T: Ord + std::fmt::Debug>(ours: &[T], theirs: &[T]) -> String {
            let few = |some: &[T], others: &[T]| -> Vec<String> {
                let odd = some.iter().filter(|one| !others.contains(one));
                odd.take(5).map(|one| format!("{one:?}")).collect()
            };
            format!(
                "too much {:#?}, missing {:#?}",
                few(ours, theirs),
                few(theirs, ours)
            )
        }
        assert!(
            self.unread == other.unread,
            "not read: {}",
            differences(&self.unread, &other.unread)
        );
        assert!(
            self.places == other.places,
            "{} places instead of {}: {}",
            self.places.len(),
            other.places.len(),
            differences(&self.places, &other.places)
        );
        assert_eq!(self.assets, other.assets);
        // A container brings files of its own, which are searched too: control files, manifests.
        let (files, bytes, parsed) = self.searched;
        let (least_files, least_bytes, as_many) = other.searched;
        assert!(files >= least_files && bytes >= least_bytes);
        assert_eq!(parsed, as_many, "files parsed");
    }
}

/// Projects in six languages, with tests and copies of other projects in them; and the rest of what a context can be.
static TREE: LazyLock<Files> = LazyLock::new(|| {
    let mut tree = Vec::new();
    for project in [
        "c/license-signer",
        "go/sealed-store",
        "java/payment-vault",
        "javascript/signing-cli",
        "python/token-service",
        "rust/vault",
    ] {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/source");
        gather(&root, &root.join(project), &mut tree);
    }
    let deep = format!("{}/keys.py", "a-rather-long-name-of-a-folder/".repeat(5));
    let deep = deep.replace("//", "/");
    let generated = [b"# DO NOT EDIT\n".to_vec(), python(1536)].concat();
    let page = "<html>\n<script>\nawait crypto.subtle.generateKey({name: \"RSA-OAEP\", modulusLength: 4096, publicExponent: new Uint8Array([1, 0, 1]), hash: \"SHA-256\"}, true, [\"encrypt\"]);\n</script>\n";
    tree.extend(files(&[
        ("docs/snippet.py", python(1024)),
        ("examples/demo.py", python(3072)),
        ("src/generated.py", generated),
        ("tests/test_all.py", python(768)),
        ("web/page.html", page.into()),
        (&deep, python(4096)),
        ("notes/sch\u{f6}n.py", python(2048)),
        (
            "notes/broken.py",
            b"import ssl\nclass (:\n  ssl.create_default_context(\n".to_vec(),
        ),
        ("notes/empty.py", Vec::new()),
        ("logo.bin", vec![0x80; 5000]),
    ]));
    tree.sort();
    tree
});

fn gather(root: &Path, at: &Path, tree: &mut Files) {
    for entry in fs::read_dir(at).expect("the corpus is there") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            gather(root, &path, tree)
        } else {
            let name = path.strip_prefix(root).expect("below it");
            let name = name.to_str().expect("ASCII").replace('\\', "/");
            tree.push((name, fs::read(path).expect("readable")))
        }
    }
}

/// The tree as a folder shows it.
static AS_FOLDER: LazyLock<Shown> = LazyLock::new(|| {
    let tree: Vec<(&str, &[u8])> = TREE.iter().map(|(n, b)| (n.as_str(), &**b)).collect();
    Shown::of(scan(folder(&tree).path(), Request::default()), "")
});

/// That the tree shows the same in this file, where it lies below this folder.
#[track_caller]
fn same_in(name: &str, bytes: &[u8], below: &str) {
    let folder = folder(&[(name, bytes)]);
    let found = scan(folder.path(), Request::default());
    Shown::of(found, below).assert_is(&AS_FOLDER);
    // A file that is scanned by itself, too.
    let found = scan(&folder.path().join(name), Request::default());
    Shown::of(found, below).assert_is(&AS_FOLDER);
}

#[test]
fn the_tree_is_worth_the_comparison() {
    let contexts: BTreeSet<Context> = AS_FOLDER.places.iter().map(|place| place.4).collect();
    assert_eq!(contexts.len(), 6, "{contexts:?}");
    assert!(AS_FOLDER.places.len() > 50 && AS_FOLDER.assets.len() > 20);
    assert!(
        AS_FOLDER
            .places
            .iter()
            .any(|place| place.0 == "web/page.html")
    );
    assert!(
        AS_FOLDER
            .unread
            .iter()
            .any(|skip| skip.0 == "notes/broken.py")
    );
}

/// One test a form.
macro_rules! the_same_in {
    ($($name:ident: $file:literal, $bytes:expr;)*) => {
        $(#[test]
        fn $name() {
            same_in($file, &$bytes, "")
        })*
    };
}

the_same_in! {
    a_gnu_tar_shows_what_the_folder_shows: "tree.tar", tar(&TREE);
    a_ustar_shows_what_the_folder_shows: "tree.tar", ustar(&TREE);
    a_pax_tar_shows_what_the_folder_shows: "tree.tar", pax(&TREE);
    a_tar_with_folders_and_dots_shows_what_the_folder_shows: "tree.tar", tar_as_named(&below("./", &TREE));
    a_tar_gz_shows_what_the_folder_shows: "tree.tar.gz", gzip(&tar(&TREE));
    a_tgz_under_another_name_shows_what_the_folder_shows: "tree", gzip(&tar(&TREE));
    a_tar_gz_in_two_pieces_shows_what_the_folder_shows: "tree.tar.gz", in_two(gzip, &tar(&TREE));
    a_tar_bz2_shows_what_the_folder_shows: "tree.tar.bz2", bzip2(&tar(&TREE));
    a_tar_bz2_in_two_pieces_shows_what_the_folder_shows: "tree.tar.bz2", in_two(bzip2, &tar(&TREE));
    a_tar_xz_shows_what_the_folder_shows: "tree.tar.xz", xz(&tar(&TREE));
    a_tar_zst_shows_what_the_folder_shows: "tree.tar.zst", zstd(&tar(&TREE));
    a_tar_zst_in_two_pieces_shows_what_the_folder_shows: "tree.tar.zst", in_two(zstd, &tar(&TREE));
    a_tar_lz4_shows_what_the_folder_shows: "tree.tar.lz4", lz4(&tar(&TREE));
    a_stored_zip_shows_what_the_folder_shows: "tree.zip", zip_stored(&TREE);
    a_deflated_zip_shows_what_the_folder_shows: "tree.zip", zip(&TREE);
    a_7z_shows_what_the_folder_shows: "tree.7z", sevenz(&TREE);
    a_7z_with_a_block_a_file_shows_what_the_folder_shows: "tree.7z", sevenz_in_blocks(&TREE);
    a_cpio_shows_what_the_folder_shows: "tree.cpio", cpio(&TREE);
    a_cpio_gz_shows_what_the_folder_shows: "tree.cpio.gz", gzip(&cpio(&TREE));
    an_initramfs_shows_what_the_folder_shows: "initrd.img", initramfs(&TREE);
    a_squashfs_shows_what_the_folder_shows: "tree.squashfs", squashfs(&TREE);
    a_squashfs_with_xz_shows_what_the_folder_shows: "tree.squashfs", squashfs_by(Compressor::Xz, &TREE);
    a_squashfs_with_zstd_shows_what_the_folder_shows: "tree.squashfs", squashfs_by(Compressor::Zstd, &TREE);
    a_zip_in_a_tar_gz_in_a_zip_shows_what_the_folder_shows: "outer.zip", three_deep(&TREE);
    a_deb_shows_what_the_folder_shows: "tree_1.0_all.deb", deb("Package: tree\nVersion: 1.0\nArchitecture: all\n", &TREE);
    an_rpm_shows_what_the_folder_shows: "tree-1.0-1.noarch.rpm", rpm("tree", "1.0", "1", &TREE);
    a_wheel_shows_what_the_folder_shows: "tree-1.0-py3-none-any.whl", wheel(&TREE);
    a_jar_in_a_war_in_an_ear_shows_what_the_folder_shows: "tree.ear", ear(&TREE);
    an_oci_layout_in_a_tar_shows_what_the_folder_shows: "image.tar", tar(&oci(&image(), <[u8]>::to_vec));
    an_oci_layout_with_gzip_layers_shows_what_the_folder_shows: "image.tar", tar(&oci(&image(), gzip));
    an_oci_layout_with_zstd_layers_shows_what_the_folder_shows: "image.tar", tar(&oci(&image(), zstd));
    a_docker_save_shows_what_the_folder_shows: "image.tar", docker_save(&image(), None);
    a_gzipped_docker_save_shows_what_the_folder_shows: "image.tar.gz", gzip(&docker_save(&image(), None));
    a_docker_save_of_old_shows_what_the_folder_shows: "image.tar", docker_save_legacy(&[(image(), Some("tree:1"))]);
    a_gzipped_docker_save_of_old_shows_what_the_folder_shows: "image.tar.gz", gzip(&docker_save_legacy(&[(image(), None)]));
}

#[test]
fn long_names_are_whole_in_tars() {
    let long = "a-folder-of-some-forty-characters-or-so/".repeat(8);
    for tar in [tar, pax] {
        same_in("tree.tar", &tar(&below(&long, &TREE)), &long)
    }
}

#[test]
fn a_pax_tar_whose_headers_have_no_names_is_one() {
    let tar = pax_without_header_names(&TREE);
    assert_eq!(&tar[257..262], b"ustar");
    same_in("tree.tar", &tar, "")
}

#[test]
fn a_zip_behind_a_shell_script_shows_what_the_folder_shows() {
    // The script is searched as well.
    let script = b"#!/bin/sh\nexec unzip -p \"$0\" run.sh\n";
    let alone = scan(folder(&[("install", script)]).path(), Request::default());
    assert_eq!(alone.coverage.files_searched, 1);
    same_in("install", &[script, &*zip(&TREE)].concat(), "");
    same_in("install", &zip_behind(script, &TREE), "")
}

#[test]
fn an_oci_layout_in_a_folder_shows_what_the_folder_shows() {
    for compress in [gzip, <[u8]>::to_vec] {
        let layout = oci(&image(), compress);
        for beside in ["", "images/app/"] {
            let files = below(beside, &layout);
            let files: Vec<(&str, &[u8])> = files.iter().map(|(n, b)| (n.as_str(), &**b)).collect();
            let found = scan(folder(&files).path(), Request::default());
            Shown::of(found, "").assert_is(&AS_FOLDER);
        }
    }
}

/// Two compressed streams one behind the other are one.
fn in_two(compress: fn(&[u8]) -> Vec<u8>, bytes: &[u8]) -> Vec<u8> {
    let (start, end) = bytes.split_at(bytes.len() / 2);
    [compress(start), compress(end)].concat()
}

/// The tree in parts: each file in one of so many.
fn parts(tree: &Files, number: usize) -> Vec<Files> {
    (0..number)
        .map(|part| tree.iter().skip(part).step_by(number).cloned().collect())
        .collect()
}

/// A plain archive with microcode, padded, and a compressed one.
fn initramfs(tree: &Files) -> Vec<u8> {
    let [mut plain, packed] = <[Files; 2]>::try_from(parts(tree, 2)).expect("two parts");
    plain.push((
        "kernel/x86/microcode/GenuineIntel.bin".to_owned(),
        vec![1; 2048],
    ));
    let mut image = cpio(&plain);
    image.resize(image.len().next_multiple_of(512), 0);
    [image, zstd(&cpio(&packed))].concat()
}

/// A third of the tree at each level.
fn three_deep(tree: &Files) -> Vec<u8> {
    let [mut outer, mut middle, inner] =
        <[Files; 3]>::try_from(parts(tree, 3)).expect("three parts");
    middle.push(("inner.zip".to_owned(), zip(&inner)));
    outer.push(("middle.tar.gz".to_owned(), gzip(&tar(&middle))));
    zip(&outer)
}

fn wheel(tree: &Files) -> Vec<u8> {
    let metadata = "Metadata-Version: 2.1\nName: tree\nVersion: 1.0\n";
    let mut files = files(&[("tree-1.0.dist-info/METADATA", metadata)]);
    files.extend(tree.clone());
    zip(&files)
}

fn ear(tree: &Files) -> Vec<u8> {
    let manifest = ("META-INF/MANIFEST.MF", b"Manifest-Version: 1.0\n".to_vec());
    let mut jar = files(std::slice::from_ref(&manifest));
    jar.extend(tree.clone());
    // Below `WEB-INF/lib`, what is production in the folder would be vendored.
    let war = files(&[manifest.clone(), ("WEB-INF/modules/tree.jar", zip(&jar))]);
    zip(&files(&[manifest, ("tree.war", zip(&war))]))
}

/// The tree in three layers; the upper ones take back what the lower ones hold too much.
fn image() -> Image {
    let [mut lowest, mut middle, highest] =
        <[Files; 3]>::try_from(parts(&TREE, 3)).expect("three parts");
    let replaced = highest.iter().map(|(name, _)| (name.clone(), python(512)));
    lowest.extend(replaced);
    lowest.extend(files(&[
        ("tmp/build/keys.py", python(512)),
        ("opt/old/src/keys.py", python(512)),
    ]));
    middle.extend(files(&[("tmp/.wh.build", ""), ("opt/.wh.old", "")]));
    Image::new(&[lowest, middle, highest])
}
