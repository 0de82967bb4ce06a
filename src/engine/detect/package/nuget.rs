//! .NET: the `.nuspec` of a NuGet package, and of one in NuGet's folder of packages.

use quick_xml::Reader as Xml;
use quick_xml::events::Event;

use super::place::Place;
use super::records::Records;
use super::{MAX_METADATA, Owns, Reader, Unread, package, text};
use crate::detect::Source;
use crate::model::SkipReason;

/// `<id>.nuspec`: at the root of a package, or in `<id>/<version>/` in lower case.
pub(super) struct Specification;

impl Reader for Specification {
    fn concerns(&self, place: &Place<'_>) -> bool {
        place.ends_in(&[".nuspec"]) && (is_at_root(place) || place.folders().nth(1).is_some())
    }

    fn read(
        &self,
        place: &Place<'_>,
        bytes: &mut dyn Source,
        records: &mut Records,
    ) -> Result<(), Unread> {
        let text = text(bytes, MAX_METADATA)?;
        if is_at_root(place) {
            let (id, version) = specified(&text)?;
            if let (Some(id), Some(version)) = (id, version) {
                let package = package("nuget", None, &id, Some(&version), None);
                records.itself(package, Owns::Container(1));
            }
        } else if let Ok((Some(id), Some(version))) = specified(&text) {
            let folder = format!("{id}/{version}/").to_ascii_lowercase();
            if place.stem().eq_ignore_ascii_case(&id) && place.folder().ends_with(&folder) {
                let package = package("nuget", None, &id, Some(&version), None);
                records.itself(package, Owns::Folder(place.folder().into()));
            }
        }
        Ok(())
    }
}

fn is_at_root(place: &Place<'_>) -> bool {
    place.in_archive(&[".nupkg", ".snupkg"]) && place.folders().next().is_none()
}

/// `package/metadata/id` and `package/metadata/version`.
fn specified(text: &str) -> Result<(Option<String>, Option<String>), Unread> {
    let broken = |error: quick_xml::Error| (SkipReason::PartlyParsed, error.to_string());
    let mut xml = Xml::from_str(text);
    let mut found = (None, None);
    let mut depth = 0_usize;
    // How many of the outermost elements are `package`, `metadata`.
    let mut known = 0;
    loop {
        match xml.read_event().map_err(broken)? {
            Event::Start(element) => {
                let name = element.local_name();
                let expected = if depth == 0 { "package" } else { "metadata" };
                if depth < 2 && known == depth && name.as_ref() == expected {
                    known += 1;
                    depth += 1;
                } else if depth == 2 && known == 2 && matches!(name.as_ref(), "id" | "version") {
                    let place = if name.as_ref() == "id" {
                        &mut found.0
                    } else {
                        &mut found.1
                    };
                    let value = xml.read_text(element.name()).map_err(broken)?;
                    // What holds an entity or an element is no name.
                    if !value.contains(['&', '<']) {
                        place.get_or_insert_with(|| value.trim().to_owned());
                    }
                } else {
                    depth += 1;
                }
            }
            Event::End(_) => {
                depth = depth.saturating_sub(1);
                known = known.min(depth);
            }
            Event::Eof => return Ok(found),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{brief, look, survives};

    const NUSPEC: &str = "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n<package xmlns=\"http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd\">\r\n  <metadata minClientVersion=\"2.12\">\r\n    <id>BouncyCastle.Cryptography</id>\r\n    <version>2.4.0</version>\r\n    <dependencies><dependency id=\"a\" version=\"1\" /><group><id>no</id></group></dependencies>\r\n  </metadata>\r\n  <files><id>no</id></files>\r\n</package>";

    #[test]
    fn a_package_is_its_own() {
        assert_eq!(
            brief(
                "BouncyCastle.2.4.0.nupkg!/BouncyCastle.Cryptography.nuspec",
                NUSPEC
            ),
            ["pkg:nuget/BouncyCastle.Cryptography@2.4.0 owns container 1 at 100"]
        );
    }

    #[test]
    fn a_package_in_the_packages_folder_owns_its_version() {
        let folder = "root/.nuget/packages/bouncycastle.cryptography/2.4.0/";
        assert_eq!(
            brief(&format!("{folder}bouncycastle.cryptography.nuspec"), NUSPEC),
            [format!(
                "pkg:nuget/BouncyCastle.Cryptography@2.4.0 owns folder {folder} at 100"
            )]
        );
    }

    #[test]
    fn a_template_in_a_project_is_none() {
        assert_eq!(look("src/lib/a.nuspec", NUSPEC.as_bytes()).0, []);
        assert_eq!(look("a.zip!/a.nuspec", NUSPEC.as_bytes()).0, []);
        let template = NUSPEC.replace("2.4.0", "$version$");
        assert_eq!(look("a.nupkg!/a.nuspec", template.as_bytes()).0, []);
    }

    #[test]
    fn entities_are_not_expanded() {
        let bomb = "<!DOCTYPE p [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><package><metadata><id>&b;</id><version>1</version></metadata></package>";
        assert_eq!(look("a.nupkg!/a.nuspec", bomb.as_bytes()).0, []);
    }

    #[test]
    fn damage_does_no_harm() {
        survives("a.nupkg!/a.nuspec", NUSPEC.as_bytes());
        look("a.nupkg!/a.nuspec", &b"<a>".repeat(100_000));
    }
}
