//! Object files built by hand, byte by byte, as the formats' standards describe them.

use super::*;
use crate::detect::{Detection, Means, Passwords};
use crate::knowledge::Knowledge;
use crate::model::artifact::Context;
use crate::model::binary::Role;
use crate::model::{Artifact, Confidence};

fn look(file: &[u8]) -> (Detection, Vec<String>) {
    let known = Knowledge::load(&[]).unwrap();
    look_with(file, &known)
}

fn look_with(file: &[u8], known: &Knowledge) -> (Detection, Vec<String>) {
    let passwords = Passwords::default();
    let means = Means {
        known,
        passwords: &passwords,
    };
    let artifact = Artifact::file("a.bin", Context::Production);
    let kind = Kind::of(file).unwrap_or(Kind::Raw);
    let mut seen = Seen::new(&artifact, &means, kind);
    if kind.is_native()
        && let Err((reason, detail)) = Objects.look(&mut &*file, &mut seen)
    {
        seen.skip(reason, detail)
    }
    let detection = seen.finish();
    let told = detection.findings.iter().map(|f| {
        format!(
            "{} {} {} {}",
            f.confidence.name(),
            f.technique.name(),
            f.asset,
            f.text
        )
    });
    let told = told.collect();
    (detection, told)
}

fn put(file: &mut [u8], at: usize, bytes: &[u8]) {
    file[at..at + bytes.len()].copy_from_slice(bytes)
}

/// A shared library for 64-bit big-endian S/390 that needs libcrypto, imports a function and exports another: section headers only.
fn library(names: [&str; 2], needs: &str) -> Vec<u8> {
    let mut strings = vec![0u8];
    let mut name = |text: &str| {
        let at = strings.len() as u32;
        strings.extend(text.as_bytes());
        strings.push(0);
        at
    };
    let (imported, exported) = (name(names[0]), name(names[1]));
    let (needed, soname) = (name(needs), name("libown.so.1"));
    let mut file = vec![0u8; 64];
    put(&mut file, 0, b"\x7fELF\x02\x02\x01");
    put(&mut file, 16, &3u16.to_be_bytes());
    put(&mut file, 18, &22u16.to_be_bytes());
    put(&mut file, 58, &64u16.to_be_bytes());
    put(&mut file, 60, &4u16.to_be_bytes());
    let strings_at = file.len() as u64;
    let strings_size = strings.len() as u64;
    file.extend(strings);
    let symbols_at = file.len() as u64;
    for (name, section) in [(0, 0u16), (imported, 0), (exported, 1)] {
        file.extend(name.to_be_bytes());
        file.extend([0x12, 0]);
        file.extend(section.to_be_bytes());
        file.extend([0; 16]);
    }
    let dynamic_at = file.len() as u64;
    for (tag, value) in [(1u64, needed), (14, soname), (0, 0)] {
        file.extend(tag.to_be_bytes());
        file.extend(u64::from(value).to_be_bytes());
    }
    let sections = (file.len() as u64).to_be_bytes();
    put(&mut file, 40, &sections);
    file.extend([0; 64]);
    for (kind, at, size, link) in [
        (3u32, strings_at, strings_size, 0u32),
        (11, symbols_at, 72, 1),
        (6, dynamic_at, 48, 1),
    ] {
        file.extend([0; 4]);
        file.extend(kind.to_be_bytes());
        file.extend([0; 16]);
        file.extend(at.to_be_bytes());
        file.extend(size.to_be_bytes());
        file.extend(link.to_be_bytes());
        file.extend([0; 20]);
    }
    file
}

#[test]
fn a_library_imports_and_exports() {
    let file = library(["RSA_sign", "ECDSA_do_verify"], "libcrypto.so.3");
    let (detection, told) = look(&file);
    assert_eq!(
        told,
        [
            // Nothing but its name says whose it is: libcrypto itself offers more.
            "medium exports algorithm ECDSA op=verify exports ECDSA_do_verify",
            "high imports algorithm RSASSA-PKCS1 digest=?binary(RSA_sign) op=sign padding=PKCS1v15 imports RSA_sign",
        ]
    );
    let span = detection.findings[1].location.span;
    assert_eq!(
        &file[span.start as usize..span.end as usize],
        b"RSA_sign",
        "the place is that of the name"
    );
    let binary = detection.binary.unwrap();
    assert_eq!(binary.architectures, ["s390x"]);
    assert_eq!(binary.role, Role::Library);
    assert_eq!(binary.name.as_deref(), Some("libown.so.1"));
    assert_eq!(binary.needs, ["libcrypto.so.3"]);
    assert!(detection.skips.is_empty());
}

#[test]
fn a_generic_name_is_no_algorithm() {
    let (_, told) = look(&library(
        ["EVP_PKEY_sign", "gcry_md_open"],
        "libcrypto.so.3",
    ));
    assert!(told.is_empty(), "{told:?}");
}

#[test]
fn a_short_name_of_somebody_else_is_nothing() {
    let (_, told) = look(&library(["crypto_sign", "MD5"], "libfoo.so.1"));
    assert!(told.is_empty(), "{told:?}");
}

#[test]
fn a_truncated_table_is_skipped() {
    let known = Knowledge::load(&[]).unwrap();
    let mut file = library(["RSA_sign", "RSA_verify"], "libcrypto.so.3");
    // The table of symbols leads out of the file.
    let sections = file.len() - 256;
    put(&mut file, sections + 128 + 24, &[0x7f; 8]);
    let (detection, told) = look_with(&file, &known);
    assert!(told.is_empty());
    assert_eq!(detection.skips[0].reason, SkipReason::Damaged);
    assert!(detection.binary.is_some());
}

/// Whatever byte is changed and wherever the file ends, the reader comes to an end and says so.
fn stands_everything(file: &[u8]) {
    let known = Knowledge::load(&[]).unwrap();
    for end in 0..file.len() {
        look_with(&file[..end], &known);
    }
    let mut changed = file.to_vec();
    for at in 0..file.len() {
        for value in [0, 1, 0x7f, 0x80, 0xff] {
            let old = std::mem::replace(&mut changed[at], value);
            look_with(&changed, &known);
            changed[at] = old;
        }
    }
    // Whole numbers that are as large as can be.
    for at in 0..file.len().saturating_sub(8) {
        let old = file[at..at + 8].to_vec();
        put(&mut changed, at, &[0xff; 8]);
        look_with(&changed, &known);
        put(&mut changed, at, &old);
    }
}

#[test]
fn a_broken_elf_file_breaks_nothing() {
    stands_everything(&library(["RSA_sign", "ECDSA_sign"], "libcrypto.so.3"))
}

/// A library of Windows that imports a function of CNG, with an identifier in its data.
fn dll() -> Vec<u8> {
    let mut file = vec![0u8; 0x600];
    put(&mut file, 0, b"MZ");
    file[0x3c] = 0x40;
    put(&mut file, 0x40, b"PE\0\0\x64\x86\x01\0");
    put(&mut file, 0x54, &240u16.to_le_bytes());
    put(&mut file, 0x56, &0x2022u16.to_le_bytes());
    let optional = 0x58;
    put(&mut file, optional, &0x20bu16.to_le_bytes());
    file[optional + 108] = 16;
    put(&mut file, optional + 112 + 8, &0x1000u32.to_le_bytes());
    put(&mut file, optional + 112 + 12, &40u32.to_le_bytes());
    let section = optional + 240;
    put(&mut file, section, b".rdata");
    for (at, value) in [
        (8, 0x400u32),
        (12, 0x1000),
        (16, 0x400),
        (20, 0x200),
        (36, 0x4000_0040),
    ] {
        put(&mut file, section + at, &value.to_le_bytes());
    }
    // The descriptor, the names' places, the library, the function.
    put(&mut file, 0x200, &0x1040u32.to_le_bytes());
    put(&mut file, 0x20c, &0x1080u32.to_le_bytes());
    put(&mut file, 0x210, &0x1040u32.to_le_bytes());
    put(&mut file, 0x240, &0x10a0u64.to_le_bytes());
    put(&mut file, 0x280, b"bcrypt.dll\0");
    put(&mut file, 0x2a2, b"BCryptOpenAlgorithmProvider\0");
    let wide: Vec<u8> = "ECDH_P384"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    put(&mut file, 0x300, &wide);
    file
}

#[test]
fn a_program_asks_windows_for_an_algorithm() {
    let (detection, told) = look(&dll());
    assert_eq!(
        told,
        [
            "medium imports algorithm ECDH curve=P-384 \"ECDH_P384\" in a program that imports BCryptOpenAlgorithmProvider"
        ]
    );
    let binary = detection.binary.unwrap();
    assert_eq!(binary.architectures, ["x86-64"]);
    assert_eq!(binary.role, Role::Library);
    assert_eq!(binary.needs, ["bcrypt.dll"]);
}

#[test]
fn an_identifier_without_the_function_is_a_word() {
    let mut file = dll();
    put(&mut file, 0x2a2, b"BCryptGenRandom\0");
    assert!(look(&file).1.is_empty());
}

#[test]
fn a_broken_pe_file_breaks_nothing() {
    stands_everything(&dll()[..0x340])
}

/// A program for Apple's processors that imports a function of the Security framework.
fn macho() -> Vec<u8> {
    let library =
        b"/System/Library/Frameworks/Security.framework/Versions/A/Security\0\0\0\0\0\0\0";
    let size = 24 + library.len() as u32;
    let mut file = Vec::new();
    for word in [
        0xfeed_facfu32,
        0x0100_000c,
        0,
        2,
        3,
        size + 24 + 24,
        0x80,
        0,
    ] {
        file.extend(word.to_le_bytes())
    }
    for word in [0x0c_u32, size, 24, 0, 0, 0] {
        file.extend(word.to_le_bytes())
    }
    file.extend(library);
    let symbols = file.len() as u32 + 48;
    for word in [2_u32, 24, symbols, 1, symbols + 16, 40] {
        file.extend(word.to_le_bytes())
    }
    for word in [0x1b_u32, 24, 0x0403_0201, 0, 0, 0xff00_0000] {
        file.extend(word.to_le_bytes())
    }
    file.extend(1u32.to_le_bytes());
    file.extend([1, 0, 0, 1]);
    file.extend([0; 8]);
    file.extend(b"\0_kSecKeyAlgorithmRSAEncryptionPKCS1\0\0\0\0");
    file
}

#[test]
fn a_program_names_an_algorithm_of_apple() {
    let (detection, told) = look(&macho());
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].starts_with("high imports mention RSAES-PKCS1"),
        "{told:?}"
    );
    assert!(told[0].ends_with("Security"), "{told:?}");
    let binary = detection.binary.unwrap();
    assert_eq!(binary.role, Role::Program);
    assert_eq!(
        binary.build_id.as_deref(),
        Some("010203040000000000000000000000ff")
    );
    assert_eq!(detection.findings[0].confidence, Confidence::High);
}

#[test]
fn a_universal_binary_has_each_name_once() {
    let part = macho();
    let mut file = Vec::new();
    for word in [0xcafe_babe_u32, 2] {
        file.extend(word.to_be_bytes())
    }
    for at in [64, 64 + part.len() as u32] {
        for word in [0_u32, 0, at, part.len() as u32, 0] {
            file.extend(word.to_be_bytes())
        }
    }
    file.resize(64, 0);
    file.extend(&part);
    file.extend(&part);
    let (detection, told) = look(&file);
    assert_eq!(told.len(), 1);
    let span = detection.findings[0].location.span;
    assert!(
        file[span.start as usize..].starts_with(b"kSecKeyAlgorithm")
            || file[span.start as usize..].starts_with(b"_kSec")
    );
}

#[test]
fn a_broken_mach_o_file_breaks_nothing() {
    stands_everything(&macho())
}

#[test]
fn a_stub_for_the_linker_is_a_mention() {
    let mut file = b"\0\0\xff\xff\0\0\x64\x86\0\0\0\0\x20\0\0\0\0\0\0\0".to_vec();
    file.extend(b"RSA_sign\0libcrypto-3-x64.dll\0");
    let (detection, told) = look(&file);
    assert!(
        told[0].starts_with("medium strings mention RSASSA-PKCS1"),
        "{told:?}"
    );
    assert_eq!(detection.binary.unwrap().needs, ["libcrypto-3-x64.dll"]);
    stands_everything(&file)
}

/// An object file for 32-bit x86, where every name has a sign before it.
#[test]
fn an_object_imports_under_a_decorated_name() {
    let mut file = b"\x4c\x01\x01\0\0\0\0\0".to_vec();
    file.extend(60u32.to_le_bytes());
    file.extend(1u32.to_le_bytes());
    file.extend([0; 4]);
    file.extend(b".text\0\0\0");
    file.resize(60, 0);
    file.extend([0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x20, 0, 2, 0]);
    file.extend(22u32.to_le_bytes());
    file.extend(b"_wc_ecc_sign_hash\0");
    let (detection, told) = look(&file);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("ECDSA"), "{told:?}");
    assert_eq!(detection.binary.unwrap().role, Role::Object);
    stands_everything(&file)
}

#[test]
fn libraries_that_share_a_table_of_imports_end() {
    // One section that is all of the file; four thousand libraries with the same sixty thousand functions.
    const LIBRARIES: usize = 4000;
    const FUNCTIONS: usize = 60_000;
    const BASE: u32 = 0x1000;
    let mut file = dll();
    let place = |at: usize| (BASE + u32::try_from(at).unwrap()).to_le_bytes();
    let name = file.len();
    file.extend(b"\0\0RSA_new\0");
    let functions = file.len();
    for _ in 0..FUNCTIONS {
        file.extend(place(name));
        file.extend([0; 4])
    }
    file.extend([0; 8]);
    let libraries = file.len();
    for _ in 0..LIBRARIES {
        file.extend(place(functions));
        file.extend([0; 8]);
        file.extend(place(name + 2));
        file.extend(place(functions));
    }
    file.extend([0; 20]);
    let (directories, section) = (0x58 + 112, 0x58 + 240);
    put(&mut file, directories + 8, &place(libraries));
    let length = u32::try_from(file.len()).unwrap().to_le_bytes();
    put(&mut file, section + 8, &length);
    put(&mut file, section + 16, &length);
    put(&mut file, section + 20, &[0; 4]);
    let (detection, _) = look(&file);
    let mut told = detection.skips.iter().map(|skip| &*skip.detail);
    assert!(told.any(|told| told == "there are more imports than are read"));
}
