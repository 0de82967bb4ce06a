//! Ruby: gems, and what RubyGems has installed.
//!
//! A gem's metadata is YAML that names Ruby's classes; RubyGems writes the two scalars that matter here in one form only, at a
//! fixed indentation, and other forms are left alone rather than parsed. An installed gem's `.gemspec` is Ruby, with the same facts
//! in a comment that RubyGems itself reads (`Gem::StubSpecification`).

use super::place::Place;
use super::records::Records;
use super::{MAX_METADATA, Owns, Reader, Unread, package, text};
use crate::detect::Source;
use crate::model::Package;

/// `metadata` in `metadata.gz` in a gem.
pub(super) struct Metadata;

impl Reader for Metadata {
    fn concerns(&self, place: &Place<'_>) -> bool {
        place.inside() == "metadata"
            && place
                .container()
                .is_some_and(|gz| gz.inside() == "metadata.gz" && gz.in_archive(&[".gem"]))
    }

    fn read(
        &self,
        _place: &Place<'_>,
        bytes: &mut dyn Source,
        records: &mut Records,
    ) -> Result<(), Unread> {
        let text = text(bytes, MAX_METADATA)?;
        records.itself(specified(&text), Owns::Container(2));
        Ok(())
    }
}

/// `specifications/<name>-<version>.gemspec`, whose files are in `gems/<name>-<version>/`.
pub(super) struct Specification;

impl Reader for Specification {
    fn concerns(&self, place: &Place<'_>) -> bool {
        place.ends_in(&[".gemspec"]) && place.folders().next() == Some("specifications")
    }

    fn read(
        &self,
        place: &Place<'_>,
        bytes: &mut dyn Source,
        records: &mut Records,
    ) -> Result<(), Unread> {
        let text = text(bytes, MAX_METADATA)?;
        let (Some(base), Some((full_name, package))) =
            (place.folder().strip_suffix("specifications/"), stub(&text))
        else {
            return Ok(());
        };
        if full_name == place.stem() {
            let folder = format!("{base}gems/{full_name}/");
            records.itself(Some(package), Owns::Folder(folder.into()));
        }
        Ok(())
    }
}

/// The package of a gem's metadata.
fn specified(text: &str) -> Option<Package> {
    let mut name = None;
    let mut version = None;
    let mut platform = None;
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(value) = line.strip_prefix("name: ") {
            name = scalar(value);
        } else if let Some(value) = line.strip_prefix("platform: ") {
            platform = scalar(value);
        } else if line.trim_end() == "version: !ruby/object:Gem::Version" {
            version = lines
                .next()
                .and_then(|line| line.strip_prefix("  version: "))
                .and_then(scalar);
        }
    }
    gem(name?, version?, platform?)
}

/// Full name and package of the second line of a `.gemspec`: `# stub: <name> <version> <platform> <folders>`.
fn stub(text: &str) -> Option<(String, Package)> {
    let line = text
        .lines()
        .take(2)
        .find_map(|line| line.strip_prefix("# stub: "))?;
    let mut words = line.split(' ');
    let (name, version, platform) = (words.next()?, words.next()?, words.next()?);
    let full_name = match platform {
        "ruby" => format!("{name}-{version}"),
        platform => format!("{name}-{version}-{platform}"),
    };
    Some((full_name, gem(name, version, platform)?))
}

/// A gem. Compiled ones have a platform other than `ruby`.
fn gem(name: &str, version: &str, platform: &str) -> Option<Package> {
    let platform = (platform != "ruby").then_some(platform);
    package("gem", None, name, Some(version), platform)
}

/// A scalar on one line, plain or quoted, that needs no unescaping; the platform's class is written in other ways, too.
fn scalar(value: &str) -> Option<&str> {
    let value = value.trim_end();
    let unquoted = ['\'', '"']
        .into_iter()
        .find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote))
        .unwrap_or(value);
    let plain = !unquoted.is_empty()
        && unquoted
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'));
    plain.then_some(unquoted)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{brief, look, survives};

    const METADATA: &str = "--- !ruby/object:Gem::Specification\nname: rbnacl\nversion: !ruby/object:Gem::Version\n  version: 7.1.2\nplatform: ruby\nauthors:\n- name: somebody\ndependencies:\n- !ruby/object:Gem::Dependency\n  name: ffi\n  requirement: !ruby/object:Gem::Requirement\n    requirements:\n    - - \">=\"\n      - !ruby/object:Gem::Version\n        version: '1.0'\ndescription: |\n  name: no\n";
    const AT: &str = "rbnacl-7.1.2.gem!/metadata.gz!/metadata";

    #[test]
    fn a_gem_is_two_archives_out() {
        assert_eq!(
            brief(AT, METADATA),
            ["pkg:gem/rbnacl@7.1.2 owns container 2 at 100"]
        );
        let java = METADATA
            .replace("platform: ruby", "platform: java")
            .replace("version: 7.1.2", "version: '7.1'");
        assert_eq!(
            brief(AT, java),
            ["pkg:gem/rbnacl@7.1?platform=java owns container 2 at 100"]
        );
        assert_eq!(look("metadata", METADATA.as_bytes()).0, []);
    }

    #[test]
    fn an_installed_gem_owns_its_folder() {
        let of = |path: &str| {
            brief(
                path,
                "# -*- encoding: utf-8 -*-\n# stub: ffi 1.17.0 x86_64-linux-gnu lib\n\nGem::Specification.new do |s|\n",
            )
        };
        let at = "usr/lib/ruby/gems/3.1.0";
        assert_eq!(
            of(&format!(
                "{at}/specifications/ffi-1.17.0-x86_64-linux-gnu.gemspec"
            )),
            [format!(
                "pkg:gem/ffi@1.17.0?platform=x86_64-linux-gnu owns folder {at}/gems/ffi-1.17.0-x86_64-linux-gnu/ at 100"
            )]
        );
        let nothing = Vec::<String>::new();
        assert_eq!(of(&format!("{at}/specifications/ffi.gemspec")), nothing);
        assert_eq!(of("ffi.gemspec"), nothing);
        assert_eq!(
            of(&format!("{at}/specifications/default/ffi-1.gemspec")),
            nothing
        );
    }

    #[test]
    fn damage_does_no_harm() {
        survives(AT, METADATA.as_bytes());
        survives("specifications/a-1.gemspec", b"# stub: a 1 ruby lib\n");
    }
}
