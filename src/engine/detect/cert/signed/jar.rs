//! Signed JARs and the first scheme of Android: `META-INF/*.RSA` and its like hold a CMS of their own
//! (<https://docs.oracle.com/en/java/javase/21/docs/specs/jar/jar.html#signature-validation>).

use crate::detect::Source;
use crate::detect::cert::seen::Seen;
use crate::detect::cert::{Form, cms, whole};
use crate::model::{Artifact, SkipReason};

/// The signature block of a JAR.
pub(in crate::detect::cert) struct Jar;

impl Form for Jar {
    fn is(&self, artifact: &Artifact, head: &[u8], _length: u64) -> bool {
        let is_member = || artifact.path.contains("!/") && !head.is_empty();
        is_block(artifact.inner_path()) && (head.first() == Some(&0x30) || is_member())
    }

    fn read(&self, bytes: &mut dyn Source, seen: &mut Seen<'_>) -> bool {
        let form = form(&seen.artifact.path);
        let Some(all) = whole(bytes, seen) else {
            return true;
        };
        seen.stand_in_file(0..all.len() as u64);
        if cms::read(all, form, seen).is_some() {
            return true;
        }
        seen.skip(SkipReason::Damaged, "a signature block that is no CMS");
        false
    }
}

fn is_block(path: &str) -> bool {
    let Some((folder, name)) = path.rsplit_once('/') else {
        return false;
    };
    let folder = folder.rsplit('/').next().unwrap_or(folder);
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    folder.eq_ignore_ascii_case("META-INF")
        && ["RSA", "DSA", "EC"]
            .iter()
            .any(|known| ending.eq_ignore_ascii_case(known))
}

fn form(path: &str) -> &'static str {
    let archive = path.rsplit_once("!/").map_or("", |(archive, _)| archive);
    let ending = archive.rsplit_once('.').map_or("", |(_, ending)| ending);
    if ending.eq_ignore_ascii_case("apk") {
        "APK v1"
    } else {
        "JAR"
    }
}
