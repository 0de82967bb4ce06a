//! What a program was built from, of which cryptography is known: the toolchain with its library, and modules that rules are about.

use super::build::Build;
use super::names::without_major;
use crate::detect::binary::seen::Seen;
use crate::knowledge::Knowledge;
use crate::model::Package;
use crate::model::binary::Part;

/// What told.
const BUILD: &str = "Go build information";
const NAMES: &str = "Go function names";

/// The toolchain, and the name under which Go's own vulnerability database has its library: <https://pkg.go.dev/vuln/>.
const GO: &str = "Go";
const LIBRARY: &str = "stdlib";

/// Adds the toolchain where nothing told its version: build information can be taken out, the names of functions cannot.
pub(super) fn add_toolchain(at: usize, seen: &mut Seen<'_>) {
    let known = seen.binary.iter().flat_map(|binary| &binary.parts);
    if known.into_iter().any(|part| part.name == GO) {
        return;
    }
    seen.part(Part {
        name: GO.to_owned(),
        version: None,
        purl: purl(LIBRARY, None),
        told_by: NAMES,
        at: at as u64,
    });
}

/// Adds what the build information says.
pub(super) fn add(build: &Build<'_>, seen: &mut Seen<'_>) {
    let at = build.at as u64;
    let part = |name: &str, version: Option<&str>, purl: Option<String>, at: u64| Part {
        name: name.to_owned(),
        version: version.map(str::to_owned),
        purl,
        told_by: BUILD,
        at,
    };
    if build.go.is_some() {
        let version = build.go_version();
        seen.part(part(GO, version, purl(LIBRARY, version), at));
    }
    if let Some(version) = build.fips_module() {
        seen.part(part("Go Cryptographic Module", Some(version), None, at));
    }
    if build.is_boring() {
        seen.part(part("BoringCrypto", None, None, at));
    }
    for module in &build.modules {
        if library_of(seen.known, module.path).is_some() {
            let version = (module.version.starts_with('v')).then_some(module.version);
            let purl = purl(module.path, version);
            seen.part(part(module.path, version, purl, module.at as u64));
        }
    }
}

/// Adds a package whose functions are there, if no module is known that it is of: builds without modules tell none.
pub(super) fn add_package(package: &str, at: usize, seen: &mut Seen<'_>) {
    let Some(module) = library_of(seen.known, package) else {
        return;
    };
    let known = seen.binary.iter().flat_map(|binary| &binary.parts);
    if known
        .into_iter()
        .any(|part| is_below(package, without_major(&part.name)))
    {
        return;
    }
    seen.part(Part {
        name: module.to_owned(),
        version: None,
        purl: purl(module, None),
        told_by: NAMES,
        at: at as u64,
    });
}

/// The module of a package or a module of which there are rules, as they name it.
fn library_of<'k>(known: &'k Knowledge, path: &str) -> Option<&'k str> {
    let canonical = known.rules.canonical(without_major(path));
    let libraries = known.rules.libraries.iter().enumerate();
    libraries
        .filter(|(_, library)| library.language == "go")
        .find_map(|(index, library)| {
            let module = library.package.as_deref()?.strip_prefix("pkg:golang/")?;
            let here = is_below(&canonical, module)
                || library
                    .anchors
                    .iter()
                    .any(|anchor| is_below(&canonical, anchor.trim_end_matches('/')));
            (here && !known.rules.is_supporting(index)).then_some(module)
        })
}

fn is_below(path: &str, module: &str) -> bool {
    path.strip_prefix(module)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn purl(module: &str, version: Option<&str>) -> Option<String> {
    let (namespace, name) = match module.rsplit_once('/') {
        Some((namespace, name)) => (Some(namespace.to_owned()), name),
        None => (None, module),
    };
    let package = Package {
        kind: "golang",
        namespace,
        name: name.to_owned(),
        version: version.map(str::to_owned),
        arch: None,
    };
    package.purl()
}
