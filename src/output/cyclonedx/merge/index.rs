//! The components of an inventory of software, by what others can know them by: package URL, place in the file system, name.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::output::cyclonedx::document::{is_asset, objects, word};

/// Where a component stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Position {
    /// Below `metadata.component`, which has no indices itself, rather than below `components`.
    pub(super) in_metadata: bool,
    /// The index in each list of components, outermost first.
    pub(super) indices: Vec<usize>,
}

impl Position {
    pub(super) const fn root() -> Self {
        Self {
            in_metadata: true,
            indices: Vec::new(),
        }
    }

    pub(super) fn is_root(&self) -> bool {
        self.in_metadata && self.indices.is_empty()
    }
}

/// What consumers tell components apart by, Dependency-Track among them: group, name, version.
pub(super) type Identity = (String, String, String);

pub(super) fn identity(component: &Map<String, Value>) -> Identity {
    ["group", "name", "version"]
        .map(|key| word(component, key).to_owned())
        .into()
}

/// The components of a document. Each list under a key has the components that have it; only a list of one tells which is meant.
#[derive(Debug, Default)]
pub(super) struct Index {
    positions: Vec<Position>,
    /// By package URL as it is written.
    purls: BTreeMap<String, Vec<usize>>,
    /// By package URL without qualifiers and subpath, in its canonical form.
    plain: BTreeMap<String, Vec<usize>>,
    /// By package URL without version: whether it has one, and the component.
    bare: BTreeMap<String, Vec<(bool, usize)>>,
    identities: BTreeMap<Identity, Vec<usize>>,
    refs: BTreeMap<String, (Identity, usize)>,
    assets: BTreeMap<Identity, Vec<usize>>,
    files: BTreeMap<String, Vec<usize>>,
    folders: BTreeMap<String, Vec<usize>>,
}

/// How a component was recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    Purl,
    PlainPurl,
    Path,
    Name,
}

impl Index {
    /// The components of a document. Paths begin below `root`, where that is given.
    pub(super) fn new(document: &Map<String, Value>, root: Option<&str>) -> Self {
        let mut index = Self::default();
        let metadata = document.get("metadata").and_then(Value::as_object);
        if let Some(Value::Object(component)) = metadata.and_then(|m| m.get("component")) {
            index.add(component, Position::root(), root);
            index.add_inside(component, &Position::root(), root)
        }
        let outside = Position {
            in_metadata: false,
            indices: Vec::new(),
        };
        index.add_inside(document, &outside, root);
        index
    }

    fn add_inside(&mut self, around: &Map<String, Value>, position: &Position, root: Option<&str>) {
        let list = around.get("components").and_then(Value::as_array);
        for (number, component) in list.into_iter().flatten().enumerate() {
            let Value::Object(component) = component else {
                continue;
            };
            let mut position = position.clone();
            position.indices.push(number);
            self.add_inside(component, &position, root);
            self.add(component, position, root)
        }
    }

    /// Takes a component up.
    pub(super) fn add(&mut self, component: &Map<String, Value>, at: Position, root: Option<&str>) {
        let number = self.positions.len();
        let is_root = at.is_root();
        self.positions.push(at);
        if is_asset(component) {
            let assets = self.assets.entry(identity(component)).or_default();
            assets.push(number);
            return;
        }
        let purl = word(component, "purl");
        if let Some(parts) = Purl::parse(purl) {
            self.purls.entry(purl.to_owned()).or_default().push(number);
            let plain = self.plain.entry(parts.plain()).or_default();
            plain.push(number);
            let bare = self.bare.entry(parts.bare.clone()).or_default();
            bare.push((parts.version.is_some(), number));
        }
        let identities = self.identities.entry(identity(component)).or_default();
        identities.push(number);
        let reference = word(component, "bom-ref");
        if !reference.is_empty() {
            let named = (identity(component), number);
            self.refs.insert(reference.to_owned(), named);
        }
        // The root holds every place: to be in it says nothing.
        if is_root {
            return;
        }
        let places = Places::of(component, root);
        for file in places.files {
            push(self.files.entry(file).or_default(), number)
        }
        for folder in places.folders {
            push(self.folders.entry(folder).or_default(), number)
        }
    }

    /// The component of software that another document's component is.
    pub(super) fn software(
        &self,
        component: &Map<String, Value>,
        root: Option<&str>,
    ) -> Option<(&Position, By)> {
        let purl = word(component, "purl");
        if let Some(parts) = Purl::parse(purl) {
            if let Some(&[one]) = self.purls.get(purl).map(Vec::as_slice) {
                return Some((self.positions.get(one)?, By::Purl));
            }
            if parts.version.is_some()
                && let Some(&[one]) = self.plain.get(&parts.plain()).map(Vec::as_slice)
            {
                return Some((self.positions.get(one)?, By::PlainPurl));
            }
            // Another version is another component; no version is any.
            return match self.bare.get(&parts.bare).map(Vec::as_slice) {
                Some(&[(versioned, one)]) if !(versioned && parts.version.is_some()) => {
                    Some((self.positions.get(one)?, By::PlainPurl))
                }
                _ => None,
            };
        }
        let mut places = Places::of(component, root);
        let own = word(component, "bom-ref").strip_prefix("binary/");
        if let Some(path) = own.and_then(|path| normal(path, None)) {
            places.files.push(path)
        }
        places.files.sort();
        places.files.dedup();
        if let [file] = &*places.files
            && let Some(&[one]) = self.files.get(file).map(Vec::as_slice)
        {
            return Some((self.positions.get(one)?, By::Path));
        }
        // The same in two documents of one tool.
        if let Some((there, number)) = self.refs.get(word(component, "bom-ref"))
            && *there == identity(component)
        {
            return Some((self.positions.get(*number)?, By::Name));
        }
        // A name alone is too little: something else may have it.
        if word(component, "version").is_empty() {
            return None;
        }
        match self.identities.get(&identity(component)).map(Vec::as_slice) {
            Some(&[one]) => Some((self.positions.get(one)?, By::Name)),
            _ => None,
        }
    }

    /// The cryptographic assets with a group, name and version.
    pub(super) fn assets(&self, identity: &Identity) -> impl Iterator<Item = &Position> {
        let numbers = self.assets.get(identity);
        numbers
            .into_iter()
            .flatten()
            .filter_map(|&number| self.positions.get(number))
    }

    /// Whether anything has a group, name and version.
    pub(super) fn is_taken(&self, identity: &Identity) -> bool {
        self.assets.contains_key(identity) || self.identities.contains_key(identity)
    }

    /// The component that a place lies in: the file, what the file lies in, or the folder of a component, the innermost first.
    pub(super) fn around(&self, location: &str, root: Option<&str>) -> Option<&Position> {
        let location = normal(location, root)?;
        let only = |list: Option<&Vec<usize>>| match list.map(Vec::as_slice) {
            // One alone: where several claim a place, nothing tells whose it is.
            Some(&[one]) => Some(self.positions.get(one)),
            Some(_) => Some(None),
            None => None,
        };
        if let Some(found) = only(self.files.get(&location)) {
            return found;
        }
        let mut rest = &*location;
        while let Some(at) = rest.rfind('/') {
            rest = rest.get(..at)?;
            let found = match rest.strip_suffix('!') {
                Some(archive) => only(self.files.get(archive)),
                None => only(self.folders.get(rest)),
            };
            if let Some(found) = found {
                return found;
            }
        }
        None
    }
}

fn push(list: &mut Vec<usize>, number: usize) {
    if list.last() != Some(&number) {
        list.push(number)
    }
}

/// A package URL in parts (ECMA-427): what names the package, and its version.
#[derive(Debug, PartialEq)]
struct Purl {
    bare: String,
    version: Option<String>,
}

impl Purl {
    fn parse(purl: &str) -> Option<Self> {
        let rest = purl.strip_prefix("pkg:")?.trim_start_matches('/');
        let rest = rest.split('#').next()?.split('?').next()?;
        let (kind, rest) = rest.split_once('/')?;
        let kind = kind.to_ascii_lowercase();
        let from = rest.rfind('/').map_or(0, |at| at + 1);
        // The `@` of a scope begins a segment, that of a version never does.
        let at = rest
            .get(from..)?
            .rfind('@')
            .filter(|at| *at > 0)
            .map(|at| from + at);
        let (name, version) = match at {
            Some(at) => (rest.get(..at)?, rest.get(at + 1..)),
            None => (rest, None),
        };
        let mut name = decoded(name.trim_matches('/'));
        // Types whose names are equal in any case, and with `_` for `-`.
        if matches!(&*kind, "pypi" | "npm" | "github" | "bitbucket" | "composer") {
            name = name.to_lowercase()
        }
        if kind == "pypi" {
            name = name.replace('_', "-")
        }
        (!name.is_empty()).then(|| Self {
            bare: format!("{kind}/{name}"),
            version: version.filter(|v| !v.is_empty()).map(decoded),
        })
    }

    fn plain(&self) -> String {
        match &self.version {
            Some(version) => format!("{}@{version}", self.bare),
            None => self.bare.clone(),
        }
    }
}

/// Text with its `%XX` decoded.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let digit = |n: usize| after.get(n).and_then(|b| char::from(*b).to_digit(16));
        match (first, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push(u8::try_from(high * 16 + low).unwrap_or_default());
                rest = after.get(2..).unwrap_or_default()
            }
            _ => {
                bytes.push(first);
                rest = after
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Where a component lies, by what its tool wrote.
#[derive(Debug, Default, PartialEq)]
struct Places {
    files: Vec<String>,
    folders: Vec<String>,
}

/// Files that lie in the folder of the package that they describe.
const MANIFESTS: [&str; 9] = [
    "package.json",
    "Cargo.toml",
    "pom.xml",
    "go.mod",
    "composer.json",
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "METADATA",
];

impl Places {
    /// * `evidence.occurrences[].location` (specification 1.5);
    /// * `syft:location:N:path` and `syft:metadata:virtualPath`, which has `:` between an archive and what lies inside;
    /// * `cdx:npm:package:path`, a folder (CycloneDX property taxonomy, npm);
    /// * `SrcFile` (cdxgen) and `aquasecurity:trivy:FilePath`;
    /// * the name, of what is of type `file`.
    fn of(component: &Map<String, Value>, root: Option<&str>) -> Self {
        let mut written: Vec<(String, bool)> = Vec::new();
        let mut places = Self::default();
        let evidence = component.get("evidence").and_then(Value::as_object);
        for occurrence in evidence.into_iter().flat_map(|e| objects(e, "occurrences")) {
            written.push((word(occurrence, "location").to_owned(), false))
        }
        for property in objects(component, "properties") {
            let value = word(property, "value");
            match word(property, "name") {
                "SrcFile" | "aquasecurity:trivy:FilePath" => {
                    written.push((value.to_owned(), false))
                }
                "syft:metadata:virtualPath" => {
                    let mut path = value.to_owned();
                    for ending in [".jar", ".war", ".ear"] {
                        path = path.replace(&format!("{ending}:"), &format!("{ending}!/"))
                    }
                    places
                        .files
                        .extend(normal(&path.replace("!//", "!/"), root))
                }
                "cdx:npm:package:path" => places.folders.extend(normal(value, root)),
                name if name.starts_with("syft:location:") && name.ends_with(":path") => {
                    written.push((value.to_owned(), false))
                }
                _ => {}
            }
        }
        if word(component, "type") == "file" {
            written.push((word(component, "name").to_owned(), true))
        }
        for (path, is_file) in written {
            let Some(path) = normal(&path, root) else {
                continue;
            };
            if let Some(folder) = folder(&path, component) {
                places.folders.push(folder)
            }
            if is_file || is_artifact(&path) {
                places.files.push(path)
            }
        }
        places
    }
}

/// Whether a file can be a component itself. Tools mostly name the file in which they read of a package: a lock file, a workflow, the
/// database of what is installed; what lies there says nothing of the package.
fn is_artifact(path: &str) -> bool {
    const ENDINGS: [&str; 17] = [
        "a", "aar", "apk", "deb", "dll", "dylib", "ear", "egg", "exe", "gem", "jar", "nupkg",
        "rpm", "so", "war", "wasm", "whl",
    ];
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    match name.rsplit_once('.') {
        Some((_, ending)) => {
            ENDINGS.contains(&ending.to_ascii_lowercase().as_str()) || name.contains(".so.")
        }
        None => ["bin", "sbin", "libexec"].contains(&folder.rsplit('/').next().unwrap_or(folder)),
    }
}

/// The folder of a component, by the manifest in it: only where the folder has the name of the component, since a tool may also name the
/// manifest in which it read of a dependency.
fn folder(path: &str, component: &Map<String, Value>) -> Option<String> {
    let (folder, file) = path.rsplit_once('/')?;
    if !MANIFESTS.contains(&file) && !file.ends_with(".gemspec") && !file.ends_with(".nuspec") {
        return None;
    }
    let (group, name, version) = identity(component);
    if name.is_empty() {
        return None;
    }
    // A wheel's records lie beside its package.
    if let Some(records) = folder.strip_suffix(".dist-info") {
        let module = name.replace(['-', '.'], "_");
        let (around, _) = records.rsplit_once('/').unwrap_or(("", records));
        let path = if around.is_empty() {
            module
        } else {
            format!("{around}/{module}")
        };
        return Some(path);
    }
    let mut names = vec![name.clone()];
    if !version.is_empty() {
        names.push(format!("{name}-{version}"))
    }
    if !group.is_empty() {
        names.push(format!("{group}/{name}"));
    }
    let has_name = |name: &String| {
        folder
            .strip_suffix(name.as_str())
            .is_some_and(|before| before.is_empty() || before.ends_with('/'))
    };
    names.iter().any(has_name).then(|| folder.to_owned())
}

/// A path below the root of what was looked at: `/` between names, none at the start.
pub(super) fn normal(path: &str, root: Option<&str>) -> Option<String> {
    let path = path.replace('\\', "/");
    let mut path = path.as_str();
    if let Some(root) = root {
        let root = root.trim_end_matches('/');
        if let Some(below) = path.strip_prefix(root)
            && (below.is_empty() || below.starts_with('/'))
        {
            path = below
        }
    }
    let names: Vec<&str> = path
        .split('/')
        .filter(|name| !name.is_empty() && *name != ".")
        .collect();
    (!names.is_empty()).then(|| names.join("/"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn purl(text: &str) -> String {
        Purl::parse(text)
            .map(|purl| purl.plain())
            .unwrap_or_default()
    }

    fn index(components: Value) -> Index {
        Index::new(
            json!({ "components": components }).as_object().unwrap(),
            None,
        )
    }

    #[test]
    fn package_urls_are_equal_in_their_canonical_form() {
        assert_eq!(
            purl("pkg:npm/%40scope/Name@1.0?x=y#z"),
            "npm/@scope/name@1.0"
        );
        assert_eq!(purl("pkg:npm/@scope/name"), "npm/@scope/name");
        assert_eq!(
            purl("pkg:PyPI/Typing_Extensions@4"),
            "pypi/typing-extensions@4"
        );
        assert_eq!(
            purl("pkg:golang/github.com/A/b@v1"),
            "golang/github.com/A/b@v1"
        );
        assert_eq!(purl("pkg:npm/"), "");
        assert_eq!(purl("https://example.org"), "");
    }

    #[test]
    fn another_version_is_another_component_and_no_version_is_any() {
        let index = index(json!([
            { "name": "a", "version": "2", "purl": "pkg:pypi/a@2" },
            { "name": "b", "version": "1", "purl": "pkg:pypi/b@1" },
            { "name": "b", "version": "2", "purl": "pkg:pypi/b@2" },
            { "name": "c", "purl": "pkg:deb/debian/c@1?arch=amd64" },
        ]));
        let found = |purl: &str| {
            let component = json!({ "purl": purl });
            let found = index.software(component.as_object().unwrap(), None);
            found.map(|(at, by)| (at.indices[0], by))
        };
        assert_eq!(found("pkg:pypi/a@2"), Some((0, By::Purl)));
        assert_eq!(found("pkg:pypi/A"), Some((0, By::PlainPurl)));
        assert_eq!(found("pkg:pypi/a@1"), None);
        assert_eq!(found("pkg:pypi/b"), None);
        assert_eq!(found("pkg:pypi/b@2"), Some((2, By::Purl)));
        assert_eq!(found("pkg:deb/debian/c@1"), Some((3, By::PlainPurl)));
    }

    #[test]
    fn a_place_lies_in_the_innermost_component_that_claims_it_alone() {
        let property = |name: &str, value: &str| json!([{ "name": name, "value": value }]);
        let index = index(json!([
            { "name": "a", "properties": property("cdx:npm:package:path", "node_modules/a") },
            { "name": "b", "group": "@s", "properties": property("syft:location:0:path", "/node_modules/a/node_modules/@s/b/package.json") },
            { "name": "l", "properties": property("SrcFile", "/package-lock.json") },
            { "name": "j", "properties": property("syft:metadata:virtualPath", "/app.jar:lib/j.jar") },
            { "name": "bin/x", "type": "file" },
            { "name": "m1", "properties": property("syft:location:0:path", "/bin/go") },
            { "name": "m2", "properties": property("syft:location:0:path", "/bin/go") },
            { "name": "my-pkg", "version": "1", "properties": property("syft:location:0:path", "/site/my_pkg-1.dist-info/METADATA") },
            { "name": "dep", "properties": property("SrcFile", "/app/pom.xml") },
        ]));
        let around = |path: &str| index.around(path, None).map(|at| at.indices[0]);
        assert_eq!(around("node_modules/a/x.js"), Some(0));
        assert_eq!(around("node_modules/a/node_modules/@s/b/lib/x.js"), Some(1));
        assert_eq!(around("package-lock.json"), None);
        assert_eq!(around("app.jar!/lib/j.jar!/a/B.class"), Some(3));
        assert_eq!(around("app.jar!/a/B.class"), None);
        assert_eq!(around("bin/x"), Some(4));
        assert_eq!(around("bin/go"), None);
        assert_eq!(around("site/my_pkg/a.py"), Some(7));
        assert_eq!(around("app/src/A.java"), None);
    }

    #[test]
    fn paths_of_another_root_are_cut() {
        assert_eq!(
            normal("/home/u/p/a.js", Some("/home/u/p/")).as_deref(),
            Some("a.js")
        );
        assert_eq!(
            normal("/home/u/pq/a.js", Some("/home/u/p")).as_deref(),
            Some("home/u/pq/a.js")
        );
        assert_eq!(normal(".\\a\\b.js", None).as_deref(), Some("a/b.js"));
        assert_eq!(normal("/", None), None);
    }
}
