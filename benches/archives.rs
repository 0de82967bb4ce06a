//! What opening an archive costs: at most 1.3 times what decompressing it and scanning its content as a folder cost together.
//!
//! `cargo bench --bench archives` packs a tree of ordinary size, made of the corpus and of filler, in every form;
//! `cargo bench --bench archives -- PATH` packs one of yours. Decompressing is done by the same libraries, to nowhere. All of it is
//! measured several times in turn, in processor time where the system tells it, and the middle of the ratios counts. The figures are
//! printed and not judged.

#![allow(clippy::print_stdout, reason = "the figures are what a bench is for")]

mod clock;

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use clock::time;
use flate2::Compression;
use pqscan::knowledge::Knowledge;
use pqscan::model::Found;
use pqscan::scan::{self, Request};

/// How often everything is measured in turn.
const ROUNDS: usize = 5;
/// The size of the tree that is made where none is given.
const SIZE: usize = 40 << 20;
/// As `xz` has it without a level.
const XZ_LEVEL: u32 = 6;

fn main() {
    let given = std::env::args()
        .skip(1)
        .find(|argument| !argument.starts_with('-'))
        .map(PathBuf::from);
    let mut files = Vec::new();
    match given {
        Some(tree) => collect(&tree, &tree, &mut files),
        None => made(&mut files),
    }
    files.sort();
    let work = tempfile::tempdir().expect("a folder");
    let folder = work.path().join("folder");
    write_folder(&files, &folder);
    let known = Knowledge::load(&[]).expect("the rules are right");

    let bytes: usize = files.iter().map(|(_, bytes)| bytes.len()).sum();
    let found = run(&folder, 1, &known);
    println!(
        "{} files, {:.1} MB; {} searched, {} parsed ({:.1} MB), {} findings",
        files.len(),
        mb(bytes),
        found.coverage.files_searched,
        found.coverage.files_parsed,
        mb(found.coverage.bytes_parsed as usize),
        number(&found)
    );
    println!(
        "seconds of processor time on one thread, and on the clock with two; ratio = archive / (decompress + folder)"
    );
    println!(
        "{:<10} {:>8} {:>10} {:>8} {:>8} {:>6} {:>11} {:>11} {:>6}",
        "form",
        "MB",
        "decompress",
        "folder",
        "archive",
        "ratio",
        "folder x2",
        "archive x2",
        "ratio"
    );
    for form in FORMS {
        let packed = (form.pack)(&files);
        let size = packed.len();
        let path = work.path().join(form.name);
        fs::write(&path, &packed).expect("written");
        drop(packed);
        measure(form, &path, size, &folder, &known, &found);
        let _ = fs::remove_file(&path);
    }
}

/// A form of archive, how it is made and how it is decompressed.
struct Form {
    name: &'static str,
    pack: fn(&Files) -> Vec<u8>,
    unpack: fn(&mut fs::File) -> io::Result<u64>,
}

type Files = Vec<(String, Vec<u8>)>;

static FORMS: &[Form] = &[
    Form {
        name: "a.tar",
        pack: tar,
        unpack: |file| drain(file),
    },
    Form {
        name: "a.tar.gz",
        pack: |files| {
            let mut gzip = flate2::write::GzEncoder::new(Vec::new(), Compression::default());
            gzip.write_all(&tar(files)).expect("to memory");
            gzip.finish().expect("to memory")
        },
        unpack: |file| drain(flate2::read::GzDecoder::new(file)),
    },
    Form {
        name: "a.tar.zst",
        pack: |files| zstd::encode_all(&tar(files)[..], 0).expect("to memory"),
        unpack: |file| drain(zstd::Decoder::new(file)?),
    },
    Form {
        name: "a.tar.xz",
        pack: |files| {
            let mut xz = liblzma::write::XzEncoder::new(Vec::new(), XZ_LEVEL);
            xz.write_all(&tar(files)).expect("to memory");
            xz.finish().expect("to memory")
        },
        unpack: |file| drain(liblzma::read::XzDecoder::new(file)),
    },
    Form {
        name: "a.zip",
        pack: zip,
        unpack: |file| {
            let mut buffer = vec![0; rawzip::RECOMMENDED_BUFFER_SIZE];
            let file = file.try_clone()?;
            drain_zip(rawzip::ZipArchive::from_file(file, &mut buffer).map_err(io::Error::other)?)
        },
    },
    Form {
        name: "zip.tar",
        pack: |files| tar(&vec![("inner.zip".to_owned(), zip(files))]),
        unpack: |file| {
            let mut all = 0;
            for entry in tar::Archive::new(file).entries()? {
                let mut bytes = Vec::new();
                entry?.read_to_end(&mut bytes)?;
                let mut buffer = vec![0; rawzip::RECOMMENDED_BUFFER_SIZE];
                let length = bytes.len() as u64;
                let archive = rawzip::ZipLocator::new()
                    .locate_in_reader(&bytes[..], &mut buffer, length)
                    .map_err(|(_, error)| io::Error::other(error))?;
                all += drain_zip(archive)?
            }
            Ok(all)
        },
    },
];

fn tar(files: &Files) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for (path, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, path, &bytes[..])
            .expect("to memory")
    }
    tar.into_inner().expect("to memory")
}

fn zip(files: &Files) -> Vec<u8> {
    let mut zip = rawzip::ZipArchiveWriter::new(Vec::new());
    for (path, bytes) in files {
        let (mut entry, config) = zip
            .new_file(path.as_str())
            .compression_method(rawzip::CompressionMethod::DEFLATE)
            .start()
            .expect("a name");
        let deflate = flate2::write::DeflateEncoder::new(&mut entry, Compression::default());
        let mut data = config.wrap(deflate);
        data.write_all(bytes).expect("to memory");
        let (deflate, about) = data.finish().expect("to memory");
        deflate.finish().expect("to memory");
        entry.finish(about).expect("to memory");
    }
    zip.finish().expect("to memory")
}

fn drain(mut from: impl Read) -> io::Result<u64> {
    let mut buffer = vec![0; 64 << 10];
    let mut all = 0;
    loop {
        match from.read(&mut buffer)? {
            0 => return Ok(all),
            read => all += read as u64,
        }
    }
}

fn drain_zip<R: rawzip::ReaderAt>(archive: rawzip::ZipArchive<R>) -> io::Result<u64> {
    let mut buffer = vec![0; rawzip::RECOMMENDED_BUFFER_SIZE];
    let mut all = 0;
    let mut entries = archive.entries(&mut buffer);
    while let Some(entry) = entries.next_entry().map_err(io::Error::other)? {
        let entry = archive
            .get_entry(entry.wayfinder())
            .map_err(io::Error::other)?;
        let inflate = flate2::read::DeflateDecoder::new(entry.reader());
        all += drain(entry.verifying_reader(inflate))?
    }
    Ok(all)
}

/// What one round took.
struct Round {
    unpack: f64,
    folder: f64,
    archive: f64,
    folder_two: f64,
    archive_two: f64,
    /// Decompressing, on the clock.
    unpack_clock: f64,
}

fn measure(form: &Form, path: &Path, size: usize, folder: &Path, known: &Knowledge, plain: &Found) {
    let rounds: Vec<Round> = (0..ROUNDS)
        .map(|_| {
            let (unpack, unpack_clock) = time(|| {
                let mut file = fs::File::open(path).expect("readable");
                (form.unpack)(&mut file).expect("whole")
            });
            let (folder_one, _) = time(|| run(folder, 1, known));
            let (archive, _) = time(|| run(path, 1, known));
            let (_, folder_two) = time(|| run(folder, 2, known));
            let (_, archive_two) = time(|| run(path, 2, known));
            Round {
                unpack,
                folder: folder_one,
                archive,
                folder_two,
                archive_two,
                unpack_clock,
            }
        })
        .collect();
    let middle = |of: &dyn Fn(&Round) -> f64| {
        let mut all: Vec<f64> = rounds.iter().map(of).collect();
        all.sort_by(f64::total_cmp);
        all[all.len() / 2]
    };
    println!(
        "{:<10} {:8.1} {:10.3} {:8.3} {:8.3} {:6.2} {:11.3} {:11.3} {:6.2}",
        form.name,
        mb(size),
        middle(&|r| r.unpack),
        middle(&|r| r.folder),
        middle(&|r| r.archive),
        middle(&|r| r.archive / (r.unpack + r.folder)),
        middle(&|r| r.folder_two),
        middle(&|r| r.archive_two),
        middle(&|r| r.archive_two / (r.unpack_clock + r.folder_two)),
    );
    let found = run(path, 1, known);
    if number(&found) != number(plain) {
        println!(
            "{:<10} has {} findings, the folder {}",
            "",
            number(&found),
            number(plain)
        )
    }
    for skip in found
        .coverage
        .skips
        .iter()
        .filter(|skip| skip.reason.name().starts_with("limit"))
    {
        println!("{:<10} {}: {}", "", skip.reason.name(), skip.detail)
    }
}

fn run(root: &Path, threads: usize, known: &Knowledge) -> Found {
    let request = Request {
        roots: vec![root.to_owned()],
        threads,
        ..Request::default()
    };
    scan::scan(&request, known, &scan::Unwatched).expect("readable")
}

fn number(found: &Found) -> usize {
    found.findings.iter().map(Vec::len).sum()
}

/// Regular files below a folder, with their paths in it.
fn collect(root: &Path, path: &Path, files: &mut Files) {
    if path.is_dir() {
        for entry in fs::read_dir(path).expect("readable") {
            let entry = entry.expect("readable").path();
            if !entry.is_symlink() {
                collect(root, &entry, files)
            }
        }
    } else if path.is_file()
        && let Ok(bytes) = fs::read(path)
    {
        let inside = path.strip_prefix(root).unwrap_or(path).to_string_lossy();
        files.push((inside.replace('\\', "/"), bytes))
    }
}

/// A tree like real ones: one byte in twenty is of the corpus, the rest is sources and texts that use no cryptography, and binaries.
fn made(files: &mut Files) {
    let mut corpus = Vec::new();
    let source = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("corpus/source");
    collect(&source, &source, &mut corpus);
    corpus.sort();
    let of_corpus: usize = corpus.iter().map(|(_, bytes)| bytes.len()).sum();
    for copy in 0..(SIZE / 20 / of_corpus.max(1)).max(1) {
        for (path, bytes) in &corpus {
            files.push((format!("corpus-{copy}/{path}"), bytes.clone()))
        }
    }
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut size: usize = files.iter().map(|(_, bytes)| bytes.len()).sum();
    let endings = ["py", "c", "h", "js", "go", "java", "txt", "md", "so", "png"];
    while size < SIZE {
        let ending = endings[dice.roll(endings.len())];
        let length = 500 + dice.roll(if ending == "so" { 400_000 } else { 24_000 });
        let bytes = match ending {
            "so" | "png" => binary(length, &mut dice),
            _ => text(length, &mut dice),
        };
        size += bytes.len();
        let number = files.len();
        files.push((
            format!(
                "filler-{}/part{}/f{number}.{ending}",
                number % 7,
                number % 61
            ),
            bytes,
        ))
    }
}

/// Lines of words: compresses about as well as sources do.
fn text(length: usize, dice: &mut Dice) -> Vec<u8> {
    const WORDS: &[&str] = &[
        "return", "value", "index", "self", "if", "else", "count", "buffer", "length", "name",
        "offset", "result", "window", "for", "in", "while", "print", "open", "close", "path",
        "error", "message", "state", "next", "first", "last", "width", "height", "callback",
        "node",
    ];
    let mut text = Vec::with_capacity(length + 100);
    while text.len() < length {
        text.extend(b"    ".repeat(dice.roll(4)));
        for _ in 0..3 + dice.roll(8) {
            text.extend(WORDS[dice.roll(WORDS.len())].as_bytes());
            text.extend([b" ", b"_", b".", b"("][dice.roll(4)]);
            if dice.roll(6) == 0 {
                text.extend(dice.roll(10_000).to_string().bytes())
            }
        }
        text.push(b'\n')
    }
    text
}

/// Noise between runs of small numbers: compresses about by half, as machine code does.
fn binary(length: usize, dice: &mut Dice) -> Vec<u8> {
    let mut bytes = b"\x7fELF\x02\x01\x01\0".to_vec();
    while bytes.len() < length {
        let run = 16 + dice.roll(48);
        if dice.roll(2) == 0 {
            bytes.extend(std::iter::repeat_with(|| dice.roll(256) as u8).take(run))
        } else {
            bytes.extend(std::iter::repeat_n(dice.roll(4) as u8, run))
        }
    }
    bytes
}

/// A small generator with a fixed seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % below.max(1)
    }
}

fn write_folder(files: &Files, folder: &Path) {
    for (path, bytes) in files {
        let path = folder.join(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).expect("a folder")
        }
        fs::write(path, bytes).expect("written")
    }
}

fn mb(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}
