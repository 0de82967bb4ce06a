//! What a certificate costs: a scan of a hundred thousand, in as many files and in one PEM file, against parsing each of them once.
//!
//! `cargo bench --bench certificates`. The certificates are made from one by giving each a serial number, a name and a key of its own;
//! nobody checks their signatures. The reference is what `x509-parser` does for the same: PEM, certificate and key, of texts in memory; how
//! long that is for certificates that are decoded already is printed too. What is measured is processor time on one thread, of the scan and
//! of folding it into a report, without writing one; and what a report of a hundred thousand certificates keeps in memory. The figures are
//! printed and not judged; the aim is six times the reference and 8 kB a certificate.
//!
//! As last measured, in December 2026 in a quiet hour of a virtual machine: 2.7 kB are kept; the reference reads 145,000 a second; a file each
//! costs 5.3 times that, and one PEM file 2.7 (8.8 and 4.6 times what is decoded already). When others use the machine's memory too, scans
//! take up to twice as long, and the reference, which needs little of it, suffers less.

#![allow(clippy::print_stdout, reason = "the figures are what a bench is for")]

mod clock;

use std::fs;
use std::io::Write;
use std::path::Path;

use clock::time;
use pqscan::inventory::{self, Report};
use pqscan::knowledge::Knowledge;
use pqscan::scan::{self, Request};
use x509_parser::prelude::{FromDer, X509Certificate, parse_x509_pem};

/// How many certificates.
const NUMBER: usize = 100_000;
/// How many of them lie in one folder, so that the file system is not what is measured.
const FOLDER: usize = 1000;
/// How often everything is measured in turn.
const ROUNDS: usize = 3;

/// A server's certificate: RSA-2048, signed with RSA and SHA-256, the usual extensions.
const ONE: &str = "\
    MIIDlDCCAnygAwIBAgIIQQAAAAAAAAAwDQYJKoZIhvcNAQELBQAwMDELMAkGA1UE\
    BhMCWFgxDjAMBgNVBAoMBUJlbmNoMREwDwYDVQQDDAhCZW5jaCBDQTAeFw0yNjEx\
    MjkxOTMyMzVaFw0yODExMjgxOTMyMzVaMEExCzAJBgNVBAYTAlhYMQ4wDAYDVQQK\
    DAVCZW5jaDEiMCAGA1UEAwwZaG9zdC0wMDAwMDAwMC5leGFtcGxlLm9yZzCCASIw\
    DQYJKoZIhvcNAQEBBQADggEPADCCAQoCggEBAOoZzL3ltUslqe8s4IGaU9FDPE/0\
    l0ztuqw75OiNehbpAfpLmn42q8MW+RjKj7iyoXl1p7XIcm2r5PoSA34yPX2XSeYQ\
    Xg/Xu1xuTVP0zJV8fJSqUwRR72YP9Z975fPHMTN49qBNNJZhSmbeACIihOtTxUQ9\
    uW5ez1P02mhr+/K3g148Gxl+aDpT7Tn56M/icxo4Th07tcsGMQR+Z3urJ2C/yIbp\
    D4N0P4Pvrvnd3syKkj9jjX1wgTTIVNB5oYtsJ48VAMLcvIZLAqGS+dpf0v54EwIc\
    Id3gWX+nvjITPr5hquZGWQ5hdhTwQ8a5eEpYpF2oZEDn/TLdurGwz8REjV0CAwEA\
    AaOBoDCBnTAJBgNVHRMEAjAAMAsGA1UdDwQEAwIFoDAdBgNVHSUEFjAUBggrBgEF\
    BQcDAQYIKwYBBQUHAwIwJAYDVR0RBB0wG4IZaG9zdC0wMDAwMDAwMC5leGFtcGxl\
    Lm9yZzAdBgNVHQ4EFgQUU9VL8m+DI1Z6qT8DHwY+YFyMnM8wHwYDVR0jBBgwFoAU\
    Ya/uYBaR+uIiKqRYTU0XOLxkFbcwDQYJKoZIhvcNAQELBQADggEBAH6MwA9y3+Yb\
    iQbzD/btbU5OjGnwlpKhxXogEpzzSkWNZ4HFpx1MqdxQO64VUot0ffN10Gc+kyaX\
    MlIh61trrQGlp+2uiRVz9MNGkM60ThFDUd3Wsz7ptpUuNr9SUwxGdmIqfrr+BJzt\
    K32oBIj0i3SjRpiaqOmbxZ6F17a4nahHPCSLZBxJSksyd2lD1l1++9PLS+2ysiqX\
    m6Q6TyARJtviZeW4zvVohAEvholxy1EzpaVULKToCyiFjP86ZDeEPaL3jIRFXNCI\
    KlqA/9PdBaq6zd0CbrFsaQnDpERvsHqvU7VdJ63x5IPBj9PsFi+7aNFQxJ/vQ6S/\
    hayII9UfQ3k=";

fn main() {
    let known = Knowledge::load(&[]).expect("the rules are right");
    let all = made();
    let work = tempfile::tempdir().expect("a folder");
    let folder = work.path().join("folder");
    let bundle = work.path().join("bundle");
    let texts: Vec<String> = all.iter().map(|der| pem(der)).collect();
    write(&texts, &folder, &bundle);
    let bytes: usize = all.iter().map(Vec::len).sum();
    println!("{NUMBER} certificates, {:.1} MB of DER", bytes as f64 / 1e6);

    // First of all, while no memory of other runs is waiting to be used again.
    let before = resident();
    let report = run(&bundle, &known);
    if let (Some(before), Some(after)) = (before, resident()) {
        println!(
            "kept at most         {:7.0} bytes a certificate ({} assets)",
            after.saturating_sub(before) as f64 / NUMBER as f64,
            report.inventory.assets.len()
        );
    }
    drop(report);
    assert_eq!(read(&texts), NUMBER, "every certificate is readable");
    let rounds: Vec<[f64; 4]> = (0..ROUNDS)
        .map(|_| {
            [
                time(|| read(&texts)).0,
                time(|| decoded(&all)).0,
                time(|| run(&folder, &known)).0,
                time(|| run(&bundle, &known)).0,
            ]
        })
        .collect();
    let middle = |of: &dyn Fn(&[f64; 4]) -> f64| {
        let mut figures: Vec<f64> = rounds.iter().map(of).collect();
        figures.sort_by(f64::total_cmp);
        figures[figures.len() / 2]
    };
    println!("x509-parser          {:7.3} s", middle(&|round| round[0]));
    for (n, what) in [
        (1, "decoded already"),
        (2, "a file each"),
        (3, "one PEM file"),
    ] {
        println!(
            "{what:<20} {:7.3} s   {:5.2} times",
            middle(&|round| round[n]),
            middle(&|round| round[n] / round[0])
        );
    }
}

/// Every certificate with a serial number, a name and a modulus of its own.
fn made() -> Vec<Vec<u8>> {
    let text: String = ONE.chars().filter(|c| !c.is_whitespace()).collect();
    let one = data_encoding::BASE64
        .decode(text.as_bytes())
        .expect("base64");
    let places = |wanted: &[u8]| -> Vec<usize> {
        one.windows(wanted.len())
            .enumerate()
            .filter(|(_, window)| *window == wanted)
            .map(|(at, _)| at)
            .collect()
    };
    let names = places(b"host-00000000");
    let serial = places(&[0x41, 0, 0, 0, 0, 0, 0, 0])[0];
    let modulus = places(&[0x02, 0x82, 0x01, 0x01, 0x00])[0] + 5;
    let key_id = places(&[0x04, 0x16, 0x04, 0x14])[0] + 4;
    (0..NUMBER as u64)
        .map(|number| {
            let mut made = one.clone();
            made[serial + 1..serial + 8].copy_from_slice(&number.to_be_bytes()[1..]);
            for at in &names {
                made[at + 5..at + 13].copy_from_slice(format!("{number:08}").as_bytes());
            }
            made[modulus + 100..modulus + 108].copy_from_slice(&number.to_be_bytes());
            made[key_id..key_id + 8].copy_from_slice(&number.to_be_bytes());
            made
        })
        .collect()
}

fn write(texts: &[String], folder: &Path, bundle: &Path) {
    fs::create_dir_all(bundle).expect("a folder");
    let file = fs::File::create(bundle.join("bundle.pem")).expect("a file");
    let mut file = std::io::BufWriter::new(file);
    for (number, text) in texts.iter().enumerate() {
        let below = folder.join(format!("{:04}", number / FOLDER));
        if number % FOLDER == 0 {
            fs::create_dir_all(&below).expect("a folder");
        }
        fs::write(below.join(format!("{number}.pem")), text).expect("written");
        file.write_all(text.as_bytes()).expect("written");
    }
    file.flush().expect("written");
}

fn pem(der: &[u8]) -> String {
    let base64 = data_encoding::BASE64.encode(der);
    let mut text = String::from("-----BEGIN CERTIFICATE-----\n");
    for line in base64.as_bytes().chunks(64) {
        text.push_str(&String::from_utf8_lossy(line));
        text.push('\n');
    }
    text + "-----END CERTIFICATE-----\n"
}

/// The reference: how many certificates and keys are read from PEM.
fn read(texts: &[String]) -> usize {
    let readable = |text: &String| {
        let (_, pem) = parse_x509_pem(text.as_bytes()).ok()?;
        let certificate = pem.parse_x509().ok()?;
        certificate.public_key().parsed().ok().map(drop)
    };
    texts.iter().filter_map(readable).count()
}

/// How many certificates are read whose PEM is decoded already, without their keys.
fn decoded(all: &[Vec<u8>]) -> usize {
    all.iter()
        .filter(|der| X509Certificate::from_der(der).is_ok())
        .count()
}

fn run(root: &Path, known: &Knowledge) -> Report {
    let request = Request {
        roots: vec![root.to_owned()],
        threads: 1,
        ..Request::default()
    };
    let found = scan::scan(&request, known, &scan::Unwatched).expect("readable");
    let report = inventory::report(found, known, Some(1_790_000_000));
    let certificates = report
        .inventory
        .assets
        .iter()
        .filter(|asset| asset.id.starts_with("crypto/certificate/"))
        .count();
    assert_eq!(certificates, NUMBER, "every certificate is found");
    report
}

/// Bytes of memory in use (`proc_pid_status(5)`).
fn resident() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kilobytes: u64 = line.split_ascii_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024)
}
