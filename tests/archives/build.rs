//! Writers of archives, packages and images, in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Write};

use backhand::compression::{CompressionAction, Compressor};
use backhand::kind::Kind;
use backhand::{BackhandError, FilesystemCompressor, FilesystemWriter, NodeHeader, SuperBlock};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Paths and bytes.
pub(crate) type Files = Vec<(String, Vec<u8>)>;

pub(crate) fn files<B: AsRef<[u8]>>(files: &[(&str, B)]) -> Files {
    files
        .iter()
        .map(|(name, bytes)| ((*name).to_owned(), bytes.as_ref().to_vec()))
        .collect()
}

/// The same files below a folder.
pub(crate) fn below(folder: &str, files: &Files) -> Files {
    files
        .iter()
        .map(|(name, bytes)| (format!("{folder}{name}"), bytes.clone()))
        .collect()
}

// Sources that make an RSA key of a size by which a test knows them.

pub(crate) fn python(bits: u32) -> Vec<u8> {
    format!(
        "from cryptography.hazmat.primitives.asymmetric import rsa\n\nkey = rsa.generate_private_key(public_exponent=65537, key_size={bits})\n"
    )
    .into()
}

pub(crate) fn javascript(bits: u32) -> Vec<u8> {
    format!(
        "const crypto = require('crypto');\n\nconst pair = crypto.generateKeyPairSync('rsa', {{ modulusLength: {bits} }});\n"
    )
    .into()
}

pub(crate) fn java(bits: u32) -> Vec<u8> {
    format!(
        "import java.security.KeyPairGenerator;\n\nclass Keys {{\n    void make() throws Exception {{\n        KeyPairGenerator generator = KeyPairGenerator.getInstance(\"RSA\");\n        generator.initialize({bits});\n        generator.generateKeyPair();\n    }}\n}}\n"
    )
    .into()
}

pub(crate) fn rust(bits: u32) -> Vec<u8> {
    format!(
        "use rsa::RsaPrivateKey;\n\npub fn make() -> RsaPrivateKey {{\n    RsaPrivateKey::new(&mut rand::thread_rng(), {bits}).unwrap()\n}}\n"
    )
    .into()
}

// Compression.

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

pub(crate) fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::new(1));
    encoder.write_all(bytes).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

pub(crate) fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = liblzma::write::XzEncoder::new(Vec::new(), 1);
    encoder.write_all(bytes).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

pub(crate) fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).expect("memory takes it")
}

pub(crate) fn lz4(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = lz4_flex::frame::FrameEncoder::new(Vec::new());
    encoder.write_all(bytes).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

// Archives.

/// A header of a regular file, without its name.
fn plain(mut header: tar::Header, size: usize) -> tar::Header {
    header.set_size(size as u64);
    header.set_mode(0o644);
    header
}

/// With GNU headers, which have long names in a member of their own.
pub(crate) fn tar(files: &Files) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = plain(tar::Header::new_gnu(), bytes.len());
        archive
            .append_data(&mut header, name, bytes.as_slice())
            .expect("memory takes it");
    }
    archive.into_inner().expect("memory takes it")
}

/// With the headers of POSIX.1-1988, which have room for long names in two parts.
pub(crate) fn ustar(files: &Files) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = plain(tar::Header::new_ustar(), bytes.len());
        header.set_path(name).expect("it fits");
        header.set_cksum();
        archive
            .append(&header, bytes.as_slice())
            .expect("memory takes it");
    }
    archive.into_inner().expect("memory takes it")
}

/// With the records of POSIX.1-2001, which have names of any length.
pub(crate) fn pax(files: &Files) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (number, (name, bytes)) in files.iter().enumerate() {
        let records = [record("path", name), record("mtime", "1700000000.5")].concat();
        let header = format!("./PaxHeaders/{number}");
        append_named(&mut archive, &header, tar::EntryType::XHeader, &records);
        let short = format!("short/{number}");
        append_named(&mut archive, &short, tar::EntryType::Regular, bytes);
    }
    archive.into_inner().expect("memory takes it")
}

/// A record says how long it is, itself included.
fn record(key: &str, value: &str) -> Vec<u8> {
    let rest = format!(" {key}={value}\n");
    let mut length = rest.len();
    while length != rest.len() + length.to_string().len() {
        length = rest.len() + length.to_string().len()
    }
    format!("{length}{rest}").into()
}

/// The same as the crate `tar` writes it: the headers that hold the records are called nothing.
pub(crate) fn pax_without_header_names(files: &Files) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (number, (name, bytes)) in files.iter().enumerate() {
        archive
            .append_pax_extensions([("path", name.as_bytes())])
            .expect("memory takes it");
        let short = format!("short/{number}");
        append_named(&mut archive, &short, tar::EntryType::Regular, bytes);
    }
    archive.into_inner().expect("memory takes it")
}

/// Names as they are, `./` and a leading `/` too; and folders, as other tools write them.
pub(crate) fn tar_as_named(files: &Files) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    let mut folders = BTreeSet::new();
    for (name, bytes) in files {
        for (at, _) in name.match_indices('/').filter(|(at, _)| *at > 0) {
            if folders.insert(&name[..=at]) {
                append_named(&mut archive, &name[..=at], tar::EntryType::Directory, b"");
            }
        }
        append_named(&mut archive, name, tar::EntryType::Regular, bytes);
    }
    archive.into_inner().expect("memory takes it")
}

fn append_named(
    archive: &mut tar::Builder<Vec<u8>>,
    name: &str,
    kind: tar::EntryType,
    bytes: &[u8],
) {
    if name.len() > 100 {
        let long = [name.as_bytes(), &[0]].concat();
        append_named(archive, "././@LongLink", tar::EntryType::GNULongName, &long);
    }
    let mut header = plain(tar::Header::new_gnu(), bytes.len());
    header.set_entry_type(kind);
    let field = &mut header.as_old_mut().name;
    let length = name.len().min(field.len());
    field[..length].copy_from_slice(&name.as_bytes()[..length]);
    header.set_cksum();
    archive.append(&header, bytes).expect("memory takes it");
}

/// A tar with files, and a hard link behind them.
pub(crate) fn tar_with_hard_link(name: &str, target: &str, files: &Files) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        append_named(&mut archive, name, tar::EntryType::Regular, bytes);
    }
    let mut header = plain(tar::Header::new_gnu(), 0);
    header.set_entry_type(tar::EntryType::Link);
    archive
        .append_link(&mut header, name, target)
        .expect("memory takes it");
    archive.into_inner().expect("memory takes it")
}

/// A tar with a symbolic link in front of the files.
pub(crate) fn tar_with_link(name: &str, target: &str, files: &Files) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    append_link(&mut archive, name, target);
    for (name, bytes) in files {
        append_named(&mut archive, name, tar::EntryType::Regular, bytes);
    }
    archive.into_inner().expect("memory takes it")
}

fn append_link(archive: &mut tar::Builder<Vec<u8>>, name: &str, target: &str) {
    let mut header = plain(tar::Header::new_gnu(), 0);
    header.set_entry_type(tar::EntryType::Symlink);
    archive
        .append_link(&mut header, name, target)
        .expect("memory takes it");
}

pub(crate) fn zip(files: &Files) -> Vec<u8> {
    zip_with(files, zip::CompressionMethod::Deflated)
}

pub(crate) fn zip_stored(files: &Files) -> Vec<u8> {
    zip_with(files, zip::CompressionMethod::Stored)
}

fn zip_with(files: &Files, method: zip::CompressionMethod) -> Vec<u8> {
    let options = zip::write::SimpleFileOptions::default().compression_method(method);
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        archive
            .start_file(name.as_str(), options)
            .expect("memory takes it");
        archive.write_all(bytes).expect("memory takes it");
    }
    archive.finish().expect("memory takes it").into_inner()
}

/// A zip behind something else, with offsets that count from the beginning of that.
pub(crate) fn zip_behind(stub: &[u8], files: &Files) -> Vec<u8> {
    let mut out = Cursor::new(stub.to_vec());
    out.set_position(stub.len() as u64);
    let mut archive = zip::ZipWriter::new(out);
    for (name, bytes) in files {
        archive
            .start_file(name.as_str(), zip::write::SimpleFileOptions::default())
            .expect("memory takes it");
        archive.write_all(bytes).expect("memory takes it");
    }
    archive.finish().expect("memory takes it").into_inner()
}

/// A zip with a symbolic link behind the files.
pub(crate) fn zip_with_link(name: &str, target: &str, files: &Files) -> Vec<u8> {
    let options = zip::write::SimpleFileOptions::default();
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        archive
            .start_file(name.as_str(), options)
            .expect("memory takes it");
        archive.write_all(bytes).expect("memory takes it");
    }
    archive
        .add_symlink(name, target, options)
        .expect("memory takes it");
    archive.finish().expect("memory takes it").into_inner()
}

/// Says of one member that it needs a password: bit 0 of its flags, in both of its headers (APPNOTE 4.4.4).
pub(crate) fn encrypted(mut zip: Vec<u8>, name: &str) -> Vec<u8> {
    for at in memchr::memmem::find_iter(&zip.clone(), name.as_bytes()) {
        for (magic, header, flags) in [(b"PK\x03\x04", 30, 6), (b"PK\x01\x02", 46, 8)] {
            if let Some(start) = at.checked_sub(header)
                && zip[start..].starts_with(magic)
            {
                zip[start + flags] |= 1
            }
        }
    }
    zip
}

pub(crate) fn sevenz(files: &Files) -> Vec<u8> {
    let mut archive =
        sevenz_rust2::ArchiveWriter::new(Cursor::new(Vec::new())).expect("memory takes it");
    let entries = files
        .iter()
        .map(|(name, _)| sevenz_rust2::ArchiveEntry::new_file(name))
        .collect();
    let readers = files
        .iter()
        .map(|(_, bytes)| sevenz_rust2::SourceReader::new(bytes.as_slice()))
        .collect();
    archive
        .push_archive_entries(entries, readers)
        .expect("memory takes it");
    archive.finish().expect("memory takes it").into_inner()
}

/// With a block of its own for each file.
pub(crate) fn sevenz_in_blocks(files: &Files) -> Vec<u8> {
    let mut archive =
        sevenz_rust2::ArchiveWriter::new(Cursor::new(Vec::new())).expect("memory takes it");
    for (name, bytes) in files {
        let entry = sevenz_rust2::ArchiveEntry::new_file(name);
        archive
            .push_archive_entry(entry, Some(bytes.as_slice()))
            .expect("memory takes it");
    }
    archive.finish().expect("memory takes it").into_inner()
}

pub(crate) fn cpio(files: &Files) -> Vec<u8> {
    let mut archive = Vec::new();
    for (number, (name, bytes)) in files.iter().enumerate() {
        let mut member = cpio::newc::Builder::new(name)
            .ino(number as u32 + 1)
            .mode(0o100_644)
            .nlink(1)
            .write(&mut archive, bytes.len() as u32);
        member.write_all(bytes).expect("memory takes it");
        member.finish().expect("memory takes it");
    }
    cpio::newc::trailer(&mut archive).expect("memory takes it");
    archive
}

pub(crate) fn squashfs(files: &Files) -> Vec<u8> {
    squashfs_by(Compressor::Gzip, files)
}

/// Compressed in one of the ways that squashfs has a number for.
pub(crate) fn squashfs_by(compressor: Compressor, files: &Files) -> Vec<u8> {
    let mut system = FilesystemWriter::default();
    if compressor == Compressor::Zstd {
        system.set_kind(Kind::new_v4(&Zstandard))
    }
    system.set_compressor(FilesystemCompressor::new(compressor, None).expect("built in"));
    for (name, bytes) in files {
        if let Some((folder, _)) = name.rsplit_once('/') {
            system
                .push_dir_all(folder, NodeHeader::default())
                .expect("a folder");
        }
        system
            .push_file(Cursor::new(bytes.clone()), name, NodeHeader::default())
            .expect("a file");
    }
    let mut image = Cursor::new(Vec::new());
    system.write(&mut image).expect("memory takes it");
    image.into_inner()
}

/// As the crate would write it, with the other version of Zstandard that it brings.
struct Zstandard;

impl CompressionAction for Zstandard {
    type Error = BackhandError;
    type Compressor = Compressor;
    type FilesystemCompressor = FilesystemCompressor;
    type SuperBlock = SuperBlock;

    fn decompress(
        &self,
        _packed: &[u8],
        _unpacked: &mut Vec<u8>,
        _compressor: Compressor,
    ) -> Result<(), BackhandError> {
        unreachable!("it only writes")
    }

    fn compress(
        &self,
        bytes: &[u8],
        _how: FilesystemCompressor,
        _block_size: u32,
    ) -> Result<Vec<u8>, BackhandError> {
        Ok(zstd::bulk::compress(bytes, 3).expect("memory takes it"))
    }
}

pub(crate) fn ar(files: &Files) -> Vec<u8> {
    let mut archive = b"!<arch>\n".to_vec();
    for (name, bytes) in files {
        let size = bytes.len();
        let header = format!(
            "{name:<16}{:<12}{:<6}{:<6}{:<8}{size:<10}`\n",
            0, 0, 0, 100644
        );
        archive.extend(header.as_bytes());
        archive.extend(bytes);
        if size % 2 == 1 {
            archive.push(b'\n')
        }
    }
    archive
}

// Packages.

/// As dpkg-deb writes it: what is installed has `./` before its name.
pub(crate) fn deb(control: &str, installed: &Files) -> Vec<u8> {
    let control = tar_as_named(&files(&[("./control", control)]));
    let data = tar_as_named(&below("./", installed));
    ar(&files(&[
        ("debian-binary", b"2.0\n".to_vec()),
        ("control.tar.xz", xz(&control)),
        ("data.tar.xz", xz(&data)),
    ]))
}

/// A package without signatures: a lead, two headers and a compressed cpio (RPM file format V4).
pub(crate) fn rpm(name: &str, version: &str, release: &str, installed: &Files) -> Vec<u8> {
    let mut lead = vec![0xed, 0xab, 0xee, 0xdb, 3, 0, 0, 0, 0, 255];
    lead.extend(name.as_bytes());
    lead.resize(76, 0);
    lead.extend([0, 1, 0, 5]);
    lead.resize(96, 0);
    let payload = zstd(&cpio(&below("./", installed)));
    let header = rpm_header(
        63,
        &[
            (1000, name),
            (1001, version),
            (1002, release),
            (1021, "linux"),
            (1022, "noarch"),
            (1044, &format!("{name}-{version}-{release}.src.rpm")),
            (1124, "cpio"),
            (1125, "zstd"),
        ],
    );
    let mut start = [lead, rpm_header(62, &[(269, "0")])].concat();
    start.resize(start.len().next_multiple_of(8), 0);
    [start, header, payload].concat()
}

/// An index of tags with their type, place and number, then the words. The region, as the first entry, has its last 16 bytes point back.
fn rpm_header(region: u32, tags: &[(u32, &str)]) -> Vec<u8> {
    let (string, binary) = (6, 7);
    let entry = |numbers: [u32; 4]| numbers.map(u32::to_be_bytes).concat();
    let (mut index, mut store) = (Vec::new(), Vec::new());
    for (tag, value) in tags {
        index.extend(entry([*tag, string, store.len() as u32, 1]));
        store.extend(value.as_bytes());
        store.push(0);
    }
    let entries = tags.len() as u32 + 1;
    let first = entry([region, binary, store.len() as u32, 16]);
    store.extend(entry([region, binary, (entries * 16).wrapping_neg(), 16]));
    let mut header = vec![0x8e, 0xad, 0xe8, 1, 0, 0, 0, 0];
    header.extend(entries.to_be_bytes());
    header.extend((store.len() as u32).to_be_bytes());
    [header, first, index, store].concat()
}

// Images.

/// An image as its builder knows it.
#[derive(Clone)]
pub(crate) struct Image {
    pub(crate) platform: &'static str,
    /// From the lowest to the highest: what made it, and its tar.
    pub(crate) layers: Vec<(String, Vec<u8>)>,
}

impl Image {
    /// An image for linux/amd64.
    pub(crate) fn new(layers: &[Files]) -> Self {
        Self {
            platform: "linux/amd64",
            layers: layers
                .iter()
                .enumerate()
                .map(|(number, files)| (format!("RUN step {number}"), tar_as_named(files)))
                .collect(),
        }
    }

    /// The configuration; a history entry without a layer stands before each one that has.
    fn config(&self) -> Vec<u8> {
        let (os, architecture) = self.platform.split_once('/').expect("a platform");
        let ids: Vec<String> = self.layers.iter().map(|(_, tar)| digest(tar)).collect();
        let history: Vec<Value> = self
            .layers
            .iter()
            .flat_map(|(instruction, _)| {
                [
                    json!({"created_by": "ENV A=1", "empty_layer": true}),
                    json!({"created": "2023-11-14T22:13:20Z", "created_by": instruction}),
                ]
            })
            .collect();
        json!({
            "architecture": architecture,
            "os": os,
            "config": {"Env": ["PATH=/usr/bin"]},
            "rootfs": {"type": "layers", "diff_ids": ids},
            "history": history,
        })
        .to_string()
        .into()
    }
}

pub(crate) fn digest(bytes: &[u8]) -> String {
    let sum = Sha256::digest(bytes);
    let hex: String = sum.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

fn blob_path(digest: &str) -> String {
    format!("blobs/{}", digest.replace(':', "/"))
}

/// An OCI image layout on its way.
pub(crate) struct Layout {
    blobs: BTreeMap<String, Vec<u8>>,
    compress: fn(&[u8]) -> Vec<u8>,
}

impl Layout {
    /// With layers that are compressed so.
    pub(crate) fn new(compress: fn(&[u8]) -> Vec<u8>) -> Self {
        Self {
            blobs: BTreeMap::new(),
            compress,
        }
    }

    /// Adds a blob; its descriptor.
    pub(crate) fn blob(&mut self, media_type: &str, bytes: Vec<u8>) -> Value {
        let (digest, size) = (digest(&bytes), bytes.len());
        self.blobs.insert(blob_path(&digest), bytes);
        json!({"mediaType": media_type, "digest": digest, "size": size})
    }

    /// Adds an image; the descriptor of its manifest, with its platform.
    pub(crate) fn image(&mut self, image: &Image) -> Value {
        let config = self.blob("application/vnd.oci.image.config.v1+json", image.config());
        let layers: Vec<Value> = image
            .layers
            .iter()
            .map(|(_, tar)| {
                let packed = (self.compress)(tar);
                self.blob("application/vnd.oci.image.layer.v1.tar", packed)
            })
            .collect();
        let mut manifest = self.manifest(config, layers);
        let (os, architecture) = image.platform.split_once('/').expect("a platform");
        manifest["platform"] = json!({"os": os, "architecture": architecture});
        manifest
    }

    pub(crate) fn manifest(&mut self, config: Value, layers: Vec<Value>) -> Value {
        let media_type = "application/vnd.oci.image.manifest.v1+json";
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": media_type,
            "config": config,
            "layers": layers,
        });
        self.blob(media_type, manifest.to_string().into())
    }

    /// Adds an index of manifests; its descriptor.
    pub(crate) fn index(&mut self, manifests: &[Value]) -> Value {
        let index = index(manifests);
        self.blob("application/vnd.oci.image.index.v1+json", index)
    }

    /// The files, with these manifests in the index.
    pub(crate) fn finish(self, manifests: &[Value]) -> Files {
        let mut files = files(&[("oci-layout", r#"{"imageLayoutVersion":"1.0.0"}"#)]);
        files.extend(self.blobs);
        files.push(("index.json".to_owned(), index(manifests)));
        files
    }
}

fn index(manifests: &[Value]) -> Vec<u8> {
    json!({"schemaVersion": 2, "manifests": manifests})
        .to_string()
        .into()
}

/// The layout of one image.
pub(crate) fn oci(image: &Image, compress: fn(&[u8]) -> Vec<u8>) -> Files {
    let mut layout = Layout::new(compress);
    let manifest = layout.image(image);
    layout.finish(&[manifest])
}

/// What `docker save` writes since version 25: a layout, and a list of images for older readers.
pub(crate) fn docker_save(image: &Image, tag: Option<&str>) -> Vec<u8> {
    let mut files = oci(image, <[u8]>::to_vec);
    let layers: Vec<String> = image
        .layers
        .iter()
        .map(|(_, tar)| blob_path(&digest(tar)))
        .collect();
    let manifest = json!([{
        "Config": blob_path(&digest(&image.config())),
        "RepoTags": tag.map(|tag| vec![tag]),
        "Layers": layers,
    }]);
    if let Some(tag) = tag {
        let (_, bytes) = files.last_mut().expect("index.json");
        let mut index: Value = serde_json::from_slice(bytes).expect("as written above");
        index["manifests"][0]["annotations"] = json!({"io.containerd.image.name": tag});
        *bytes = index.to_string().into();
    }
    files.push(("manifest.json".to_owned(), manifest.to_string().into()));
    tar(&files)
}

/// What `docker save` wrote before: a folder for each layer, in which a layer that was written before is a link.
pub(crate) fn docker_save_legacy(images: &[(Image, Option<&str>)]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    let mut written: BTreeMap<String, String> = BTreeMap::new();
    let mut put = |name: &str, bytes: &[u8]| {
        append_named(&mut archive, name, tar::EntryType::Regular, bytes);
    };
    let mut list = Vec::new();
    let mut links = Vec::new();
    for (image, tag) in images {
        let config = image.config();
        let mut parent = digest(&config);
        let mut layers = Vec::new();
        for (_, tar) in &image.layers {
            let id = digest(format!("{parent} {}", digest(tar)).as_bytes()).replace("sha256:", "");
            put(&format!("{id}/VERSION"), b"1.0");
            put(
                &format!("{id}/json"),
                json!({"id": id, "os": "linux"}).to_string().as_bytes(),
            );
            let name = format!("{id}/layer.tar");
            match written.get(&digest(tar)) {
                Some(before) => links.push((name.clone(), format!("../{before}"))),
                None => {
                    put(&name, tar);
                    written.insert(digest(tar), name.clone());
                }
            }
            layers.push(name);
            parent = id;
        }
        let name = digest(&config).replace("sha256:", "") + ".json";
        put(&name, &config);
        list.push(json!({"Config": name, "RepoTags": tag.map(|tag| vec![tag]), "Layers": layers}));
    }
    put("manifest.json", Value::from(list).to_string().as_bytes());
    for (name, target) in links {
        append_link(&mut archive, &name, &target)
    }
    archive.into_inner().expect("memory takes it")
}
