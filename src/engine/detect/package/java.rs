//! Java: what Maven and the manifest say of a jar (war, ear …).
//!
//! A jar that others were merged into carries the `pom.properties` of each, so that alone it proves nothing: it is believed most
//! where the jar's own file name agrees. A manifest knows no group; `Implementation-Vendor-Id` and `Bundle-SymbolicName` are often
//! the group or begin with it, and often are not (`com.google.guava` is group and artifact in one), so none is taken from there.

use super::fields;
use super::place::Place;
use super::records::Records;
use super::{MAX_METADATA, Owns, Reader, Unread, package, text};
use crate::detect::Source;

/// The jar's file name is artifact and version.
const NAMED_AND_VERSIONED: u8 = 90;
/// The jar's file name is the artifact's.
const NAMED: u8 = 80;
/// The manifest's version is the one in the jar's file name.
const MANIFEST_AGREES: u8 = 70;
/// The manifest alone.
const MANIFEST: u8 = 60;
/// Maven's words in a jar of another name.
const ANOTHER_NAME: u8 = 50;

/// `META-INF/maven/<group>/<artifact>/pom.properties` at the root of an archive.
pub(super) struct PomProperties;

impl Reader for PomProperties {
    fn concerns(&self, place: &Place<'_>) -> bool {
        place.container().is_some() && coordinates(place.inside()).is_some()
    }

    fn read(
        &self,
        place: &Place<'_>,
        bytes: &mut dyn Source,
        records: &mut Records,
    ) -> Result<(), Unread> {
        let text = text(bytes, MAX_METADATA)?;
        let (Some(jar), Some((group, artifact))) = (place.container(), coordinates(place.inside()))
        else {
            return Ok(());
        };
        // Older versions of Maven's archiver leave lines out.
        let agrees = property(&text, "groupId").is_none_or(|own| own == group)
            && property(&text, "artifactId").is_none_or(|own| own == artifact);
        let Some(version) = property(&text, "version").filter(|_| agrees) else {
            return Ok(());
        };
        let rank = rank(jar.stem(), group, artifact, version);
        let package = package("maven", Some(group), artifact, Some(version), None);
        records.ranked(package, Owns::Container(1), rank);
        Ok(())
    }
}

/// `META-INF/MANIFEST.MF` at the root of an archive.
pub(super) struct Manifest;

impl Reader for Manifest {
    fn concerns(&self, place: &Place<'_>) -> bool {
        place.container().is_some() && place.inside() == "META-INF/MANIFEST.MF"
    }

    fn read(
        &self,
        place: &Place<'_>,
        bytes: &mut dyn Source,
        records: &mut Records,
    ) -> Result<(), Unread> {
        // The main section comes first; a signed jar's manifest goes on with a digest a member.
        let start = bytes.read_at(0..MAX_METADATA)?;
        let text = unfolded(&String::from_utf8_lossy(start));
        let Some(main) = fields::paragraphs(&text).next() else {
            return Ok(());
        };
        let versions = ["Implementation-Version", "Bundle-Version"]
            .map(|key| main.get(key).filter(|version| !version.is_empty()));
        let jar = place.container().map_or("", |jar| jar.stem());
        let file_named = versions.iter().flatten().find_map(|version| {
            let (name, version) = split_at_version(jar, version)?;
            Some((name, Some(version), MANIFEST_AGREES))
        });
        let self_named = || {
            let [implementation, bundle] = versions;
            let symbolic = main
                .get("Bundle-SymbolicName")
                .and_then(|name| name.split(';').next());
            let either = implementation.or(bundle);
            let candidates = [
                (symbolic, either),
                (main.get("Automatic-Module-Name"), either),
                (main.get("Implementation-Title"), implementation),
            ];
            candidates.into_iter().find_map(|(name, version)| {
                let name = name.map(str::trim).filter(|name| is_identifier(name))?;
                Some((name, Some(version?), MANIFEST))
            })
        };
        if let Some((name, version, rank)) = file_named.or_else(self_named) {
            let package = package("maven", None, name, version, None);
            records.ranked(package, Owns::Container(1), rank);
        }
        Ok(())
    }
}

/// Group and artifact in the path of a `pom.properties`.
fn coordinates(inside: &str) -> Option<(&str, &str)> {
    inside
        .strip_prefix("META-INF/maven/")?
        .strip_suffix("/pom.properties")?
        .split_once('/')
        .filter(|(group, artifact)| {
            !group.is_empty() && !artifact.is_empty() && !artifact.contains('/')
        })
}

/// The value of a key of a properties file. Maven escapes nothing in coordinates; a value with an escape is taken for unknown.
fn property<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    text.lines()
        .filter(|line| !line.starts_with(['#', '!']))
        .filter_map(|line| line.split_once('='))
        .find(|(k, _)| k.trim() == key)
        .map(|(_, value)| value.trim())
        .filter(|value| !value.contains('\\'))
}

/// How well a jar's file name agrees with Maven's words, with the group before them (Quarkus) or without.
fn rank(stem: &str, group: &str, artifact: &str, version: &str) -> u8 {
    let after_group = stem
        .strip_prefix(group)
        .and_then(|rest| rest.strip_prefix('.'));
    let rank = |stem: &str| named_as(stem, artifact, version);
    rank(stem).max(after_group.map_or(ANOTHER_NAME, rank))
}

/// The same without group: `guava-31.1-jre`, with a classifier, as a link without version (Debian).
fn named_as(stem: &str, artifact: &str, version: &str) -> u8 {
    let Some(rest) = stem.strip_prefix(artifact) else {
        return ANOTHER_NAME;
    };
    if rest.is_empty() {
        return NAMED;
    }
    let Some(rest) = rest.strip_prefix('-') else {
        return ANOTHER_NAME;
    };
    match rest.strip_prefix(version) {
        Some(classifier) if classifier.is_empty() || classifier.starts_with('-') => {
            NAMED_AND_VERSIONED
        }
        // Snapshots carry a date in the file name.
        _ if rest.starts_with(|c: char| c.is_ascii_digit()) => NAMED,
        _ => ANOTHER_NAME,
    }
}

/// Name and version in a jar's file name, if its end is this version. OSGi wants three numbers: `graphql-java-24.3.jar` has the
/// `Bundle-Version` 24.3.0.
fn split_at_version<'a>(stem: &'a str, version: &'a str) -> Option<(&'a str, &'a str)> {
    [Some(version), version.strip_suffix(".0")]
        .into_iter()
        .flatten()
        .find_map(|version| Some((stem.strip_suffix(version)?.strip_suffix('-')?, version)))
}

/// A manifest with its continued lines joined: one begins with a space, which is no part of the value.
fn unfolded(text: &str) -> String {
    text.replace("\r\n", "\n").replace("\n ", "")
}

/// Whether a title is meant for machines: `spring-core`, and not `Apache Commons IO`.
fn is_identifier(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{brief, look, survives};

    const POM: &str = "#Generated by Maven\n#Thu Nov 04 21:28:12 UTC 2021\ngroupId=commons-io\nartifactId=commons-io\nversion=2.11.0\n";
    const AT: &str = "META-INF/maven/commons-io/commons-io/pom.properties";

    #[test]
    fn a_jar_is_what_maven_says_most_surely_under_its_own_name() {
        let of = |jar: &str| brief(&format!("lib/{jar}!/{AT}"), POM);
        let expected = |rank: u8| {
            vec![format!(
                "pkg:maven/commons-io/commons-io@2.11.0 owns container 1 at {rank}"
            )]
        };
        assert_eq!(of("commons-io-2.11.0.jar"), expected(90));
        assert_eq!(of("commons-io-2.11.0-shaded.jar"), expected(90));
        assert_eq!(of("commons-io.commons-io-2.11.0.jar"), expected(90));
        assert_eq!(of("commons-io.jar"), expected(80));
        assert_eq!(of("commons-io-2.11-20210101.1.jar"), expected(80));
        assert_eq!(of("app.jar"), expected(50));
        assert_eq!(of("commons-io-extra-1.0.jar"), expected(50));
    }

    #[test]
    fn words_that_contradict_their_path_are_not_believed() {
        let path = "a.jar!/META-INF/maven/org.other/commons-io/pom.properties";
        assert_eq!(brief(path, POM), Vec::<String>::new());
        let without_group = POM.replace("groupId=commons-io\n", "");
        assert_eq!(brief(&format!("a.jar!/{AT}"), without_group).len(), 1);
        let unfilled = POM.replace("2.11.0", "${project.version}");
        assert_eq!(
            brief(&format!("a.jar!/{AT}"), unfilled),
            Vec::<String>::new()
        );
    }

    #[test]
    fn metadata_of_a_jar_lies_at_the_root_of_an_archive() {
        assert_eq!(look(AT, POM.as_bytes()).0, []);
        assert_eq!(
            look(&format!("a.zip!/target/classes/{AT}"), POM.as_bytes()).0,
            []
        );
        let manifest = b"Automatic-Module-Name: a\nBundle-Version: 1\n";
        assert_eq!(look("META-INF/MANIFEST.MF", manifest).0, []);
        assert_eq!(look("a.zip!/WEB-INF/META-INF/MANIFEST.MF", manifest).0, []);
    }

    #[test]
    fn a_manifest_names_the_jar_and_never_a_group() {
        let manifest = "Manifest-Version: 1.0\r\nBundle-SymbolicName: com.fasterxml.jackson.core.jackson-\r\n core;singleton:=true\r\nBundle-Version: 2.14.0\r\nImplementation-Title: Jackson-core\r\nImplementation-Version: 2.14.0\r\nImplementation-Vendor-Id: com.fasterxml.jackson.core\r\n\r\nName: a/B.class\r\nSHA-256-Digest: x\r\n";
        let of = |jar: &str| brief(&format!("{jar}!/META-INF/MANIFEST.MF"), manifest);
        assert_eq!(
            of("jackson-core-2.14.0.jar"),
            ["jackson-core Some(\"2.14.0\") owns container 1 at 70"]
        );
        assert_eq!(
            of("jackson-core-2.14.jar"),
            ["jackson-core Some(\"2.14\") owns container 1 at 70"]
        );
        assert_eq!(
            of("renamed.jar"),
            ["com.fasterxml.jackson.core.jackson-core Some(\"2.14.0\") owns container 1 at 60"]
        );
    }

    #[test]
    fn a_title_for_people_is_no_name() {
        let titled = |title: &str| {
            let manifest =
                format!("Implementation-Title: {title}\nImplementation-Version: 5.3.1\n");
            brief("app.jar!/META-INF/MANIFEST.MF", manifest).len()
        };
        assert_eq!(titled("spring-core"), 1);
        assert_eq!(titled("Apache Commons IO"), 0);
        assert_eq!(titled("Guava"), 0);
        assert_eq!(titled("${project.artifactId}"), 0);
    }

    #[test]
    fn only_the_main_section_of_a_manifest_speaks_for_the_jar() {
        let manifest = "Manifest-Version: 1.0\n\nName: org/a/\nImplementation-Title: other\nImplementation-Version: 9\n";
        assert_eq!(
            brief("app.jar!/META-INF/MANIFEST.MF", manifest),
            Vec::<String>::new()
        );
    }

    #[test]
    fn a_signed_jar_with_a_huge_manifest_is_still_named() {
        let mut manifest = "Implementation-Title: big\nImplementation-Version: 1\n\n".to_owned();
        manifest.push_str(&"Name: a/B.class\nSHA-256-Digest: xxxxxxxx\n\n".repeat(50_000));
        assert_eq!(brief("app.jar!/META-INF/MANIFEST.MF", manifest).len(), 1);
    }

    #[test]
    fn damage_does_no_harm() {
        survives(&format!("commons-io.jar!/{AT}"), POM.as_bytes());
        survives(
            "a.jar!/META-INF/MANIFEST.MF",
            b"Bundle-SymbolicName: a.b\r\n c;x\r\nBundle-Version: 1.0\r\n",
        );
    }
}
