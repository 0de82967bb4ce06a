//! The executables and libraries of a scan as components: what each uses, what it could be used for, and which of the others it needs.
//!
//! A program that needs a library which needs another that holds cryptography reaches it *through* them. That is said as such: what is
//! linked is not necessarily used, and never becomes an algorithm of the program.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::Arc;

use super::Inventory;
use crate::knowledge::catalog::Catalog;
use crate::model::binary::Role;
use crate::model::{Binary, Finding, Technique, Tier};

/// An executable or library with cryptography in it, or with a way to some.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    /// What it is.
    pub binary: Binary,
    /// Ids of the assets that its code uses, or that lie in it; sorted.
    pub uses: Vec<Arc<str>>,
    /// Ids of the assets that its code is; sorted.
    pub provides: Vec<Arc<str>>,
    /// Paths of the components of this scan that it needs; sorted.
    pub needs: Vec<Arc<str>>,
    /// Of each of the binary's parts, in their order: the post-quantum algorithms that its version has. `None` where that is not known.
    pub could: Vec<Option<Vec<String>>>,
    /// Where it holds no public-key cryptography itself and needs something that does: the paths from what it needs to what holds it.
    pub through: Vec<Arc<str>>,
}

/// File names' endings of archives whose members are parts of one library.
const STATIC_LIBRARIES: [&str; 3] = [".a", ".lib", ".rlib"];
/// Libraries between a program and the cryptography that it reaches, at most.
const MAX_CHAIN: usize = 16;

/// Folders in which a binary wants its libraries looked for, each of them: real ones name a few.
const MAX_FOLDERS: usize = 64;

/// The component that a place lies in: the place's own file, or the static library that it is a member of.
fn owner(path: &Arc<str>) -> Arc<str> {
    match path.rsplit_once("!/") {
        Some((archive, _)) if STATIC_LIBRARIES.iter().any(|end| archive.ends_with(end)) => {
            Arc::from(archive)
        }
        _ => path.clone(),
    }
}

/// What a member of a static library takes from another member of it is used by nobody: the library is it.
pub(super) fn settle(findings: &mut [Vec<Finding>]) {
    let mut own: HashSet<(Arc<str>, Arc<str>)> = HashSet::new();
    let is_member = |finding: &Finding| owner(&finding.location.path) != finding.location.path;
    for finding in findings.iter().flatten() {
        if finding.technique == Technique::Exports && is_member(finding) {
            own.insert((owner(&finding.location.path), finding.symbol.clone()));
        }
    }
    if own.is_empty() {
        return;
    }
    for finding in findings.iter_mut().flatten() {
        if finding.technique == Technique::Imports
            && own.contains(&(owner(&finding.location.path), finding.symbol.clone()))
        {
            finding.technique = Technique::Exports;
            // As of every function that is there for others: what they may give it is no parameter of it.
            finding.asset.facets.retain(|_, value| !value.is_unknown());
        }
    }
}

/// Every component, by path.
pub(super) fn components(
    binaries: Vec<Binary>,
    inventory: &Inventory,
    catalog: &Catalog,
) -> Vec<Component> {
    let mut components = folded(binaries);
    for component in &mut components {
        let parts = component.binary.parts.iter();
        let could = parts.map(|part| {
            let version = part.version.as_deref()?;
            catalog.post_quantum(&part.name, version)
        });
        component.could = could.collect();
    }
    let asymmetric = attribute(&mut components, inventory);
    let links = linked(&components);
    reach(&mut components, &links, &asymmetric);
    let is_kept = |component: &Component| {
        !(component.uses.is_empty()
            && component.provides.is_empty()
            && component.through.is_empty()
            && component.binary.parts.is_empty())
    };
    let kept: BTreeSet<Arc<str>> = components
        .iter()
        .filter(|component| is_kept(component))
        .map(|component| component.binary.path.clone())
        .collect();
    for (component, links) in components.iter_mut().zip(&links) {
        let needs: BTreeSet<Arc<str>> = links.iter().map(|link| link.1.clone()).collect();
        component.needs = needs.into_iter().filter(|n| kept.contains(n)).collect();
    }
    components.retain(is_kept);
    components
}

/// One component a path; the members of a static library are one.
fn folded(binaries: Vec<Binary>) -> Vec<Component> {
    let mut by_path: BTreeMap<Arc<str>, Binary> = BTreeMap::new();
    for mut binary in binaries {
        let path = owner(&binary.path);
        if path != binary.path {
            binary.path = path.clone();
            binary.role = Role::Library;
            // These are a member's own.
            (binary.name, binary.sha256, binary.build_id) = (None, None, None);
        }
        match by_path.get_mut(&path) {
            None => {
                by_path.insert(path, binary);
            }
            Some(known) => {
                for architecture in binary.architectures {
                    if !known.architectures.contains(&architecture) {
                        known.architectures.push(architecture)
                    }
                }
                known.parts.extend(binary.parts);
            }
        }
    }
    by_path
        .into_values()
        .map(|mut binary| {
            binary.parts.sort();
            binary
                .parts
                .dedup_by(|a, b| (&a.name, &a.version) == (&b.name, &b.version));
            Component {
                binary,
                uses: Vec::new(),
                provides: Vec::new(),
                needs: Vec::new(),
                could: Vec::new(),
                through: Vec::new(),
            }
        })
        .collect()
}

/// Says of each component which assets it uses and provides; of each, whether public-key cryptography is among them.
fn attribute(components: &mut [Component], inventory: &Inventory) -> Vec<bool> {
    let index: HashMap<Arc<str>, usize> = components
        .iter()
        .enumerate()
        .map(|(n, component)| (component.binary.path.clone(), n))
        .collect();
    let mut asymmetric = vec![false; components.len()];
    if index.is_empty() {
        return asymmetric;
    }
    for asset in &inventory.assets {
        if !asset.implied_by.is_empty() {
            continue;
        }
        for occurrence in &asset.occurrences {
            let Some(&at) = index.get(&owner(&occurrence.location.path)) else {
                continue;
            };
            let component = &mut components[at];
            let list = match occurrence.tier() {
                Tier::Calls | Tier::Material => &mut component.uses,
                Tier::Implements => &mut component.provides,
                Tier::Mentions => continue,
            };
            if list.last() != Some(&asset.id) {
                list.push(asset.id.clone())
            }
            asymmetric[at] |= asset.known.symmetric == Some(false);
        }
    }
    for component in components {
        component.uses.sort();
        component.uses.dedup();
        component.provides.sort();
        component.provides.dedup();
    }
    asymmetric
}

/// A library that a component needs: its index and path.
type Link = (usize, Arc<str>);

/// For each component the libraries of the scan that it needs, where it is certain which they are.
fn linked(components: &[Component]) -> Vec<Vec<Link>> {
    let mut by_path: HashMap<String, usize> = HashMap::new();
    let mut by_name: HashMap<(&str, String), Vec<usize>> = HashMap::new();
    for (n, component) in components.iter().enumerate() {
        let binary = &component.binary;
        if !matches!(binary.role, Role::Library) {
            continue;
        }
        let (root, folder, file) = split(&binary.path);
        let name = binary.name.as_deref().unwrap_or(file);
        for name in BTreeSet::from([folded_name(file), folded_name(name)]) {
            by_path.insert(joined(root, folder, &name), n);
            by_name.entry((root, name)).or_default().push(n);
        }
    }
    components
        .iter()
        .map(|component| {
            let binary = &component.binary;
            let (root, folder, _) = split(&binary.path);
            let links = binary.needs.iter().filter_map(|needed| {
                let file = needed.rsplit('/').next()?;
                let name = folded_name(file);
                let fits = |n: &usize| {
                    let theirs = &components[*n].binary.architectures;
                    theirs.is_empty()
                        || binary.architectures.is_empty()
                        || theirs.iter().any(|a| binary.architectures.contains(a))
                };
                let found = folders(binary, root, folder, needed)
                    .into_iter()
                    .find_map(|folder| {
                        by_path
                            .get(&joined(root, &folder, &name))
                            .filter(|n| fits(n))
                    })
                    .copied()
                    .or_else(|| {
                        let all = by_name.get(&(root, name))?;
                        let mut fitting = all.iter().filter(|n| fits(n));
                        // Where several could be meant, none is.
                        fitting.next().filter(|_| fitting.next().is_none()).copied()
                    })?;
                Some((found, components[found].binary.path.clone()))
            });
            links.collect()
        })
        .collect()
}

/// What stands before the file system that a path is in (with its `!/`), the folder, and the file.
fn split(path: &str) -> (&str, &str, &str) {
    let root = path.rfind("!/").map_or(0, |at| at + 2);
    let (root, inner) = path.split_at(root);
    let (folder, file) = inner.rsplit_once('/').unwrap_or(("", inner));
    (root, folder, file)
}

/// A path without `.` and `..`, below its root.
fn joined(root: &str, folder: &str, file: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.push(file);
    format!("{root}{}", parts.join("/"))
}

/// Windows does not care for the case of a library's name.
fn folded_name(name: &str) -> String {
    if name.len() > 4
        && name[name.floor_char_boundary(name.len() - 4)..].eq_ignore_ascii_case(".dll")
    {
        name.to_ascii_lowercase()
    } else {
        name.to_owned()
    }
}

/// The folders, below its root, in which a binary looks for a library first.
fn folders(binary: &Binary, root: &str, folder: &str, needed: &str) -> Vec<String> {
    let expanded = |path: &str| {
        let own = ["$ORIGIN", "${ORIGIN}", "@loader_path", "@executable_path"];
        own.iter()
            .find_map(|word| path.strip_prefix(word))
            .map_or_else(|| path.to_owned(), |rest| format!("{folder}/{rest}"))
    };
    let below = |path: &str| {
        path.rsplit_once('/')
            .map_or("", |(folder, _)| folder)
            .to_owned()
    };
    if let Some(rest) = needed.strip_prefix("@rpath/") {
        let paths = binary.search_paths.iter().take(MAX_FOLDERS);
        return paths
            .map(|path| below(&format!("{}/{rest}", expanded(path))))
            .collect();
    }
    if needed.contains('/') {
        return vec![below(&expanded(needed))];
    }
    let paths = binary.search_paths.iter().take(MAX_FOLDERS);
    let mut folders: Vec<String> = paths.map(|p| expanded(p)).collect();
    if binary.format == "PE" {
        folders.push(folder.to_owned())
    }
    // Where the linker of the system looks, in the root of an image or of what was scanned.
    if !root.is_empty() || binary.format != "PE" {
        folders.extend(["lib", "usr/lib", "lib64", "usr/lib64"].map(str::to_owned))
    }
    folders
}

/// Follows what is needed, breadth first from what holds public-key cryptography back to what needs it.
fn reach(components: &mut [Component], links: &[Vec<Link>], asymmetric: &[bool]) {
    let mut needed_by: Vec<Vec<usize>> = vec![Vec::new(); components.len()];
    for (from, links) in links.iter().enumerate() {
        for (to, _) in links {
            needed_by[*to].push(from)
        }
    }
    let mut next: Vec<Option<usize>> = vec![None; components.len()];
    let holds = |n: &usize| asymmetric[*n];
    let mut queue: VecDeque<(usize, usize)> = (0..components.len())
        .filter(holds)
        .map(|n| (n, 0))
        .collect();
    while let Some((at, far)) = queue.pop_front() {
        if far == MAX_CHAIN {
            continue;
        }
        for &from in &needed_by[at] {
            if next[from].is_none() && !asymmetric[from] {
                next[from] = Some(at);
                queue.push_back((from, far + 1));
            }
        }
    }
    for n in 0..components.len() {
        let chain = std::iter::successors(next[n], |at| next[*at]);
        let chain: Vec<Arc<str>> = chain.map(|at| components[at].binary.path.clone()).collect();
        components[n].through = chain;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::Knowledge;
    use crate::model::{Confidence, Context, Location};

    fn binary(path: &str, role: Role, needs: &[&str]) -> Binary {
        let mut binary = Binary::new(Arc::from(path), "ELF", role, Context::Production);
        binary.architectures = vec!["x86-64"];
        binary.needs = needs.iter().map(|&n| n.to_owned()).collect();
        binary
    }

    fn through(binaries: Vec<Binary>, holder: &str) -> Vec<(String, Vec<String>)> {
        let mut components = folded(binaries);
        let asymmetric: Vec<bool> = components
            .iter()
            .map(|component| &*component.binary.path == holder)
            .collect();
        let links = linked(&components);
        reach(&mut components, &links, &asymmetric);
        components
            .into_iter()
            .filter(|component| !component.through.is_empty())
            .map(|component| {
                let chain = component.through.iter().map(|path| path.to_string());
                (component.binary.path.to_string(), chain.collect())
            })
            .collect()
    }

    #[test]
    fn cryptography_is_reached_through_libraries() {
        let mut named = binary("lib/libssl.so.3.0.2", Role::Library, &["libcrypto.so.3"]);
        named.name = Some("libssl.so.3".to_owned());
        let found = through(
            vec![
                binary("bin/curl", Role::Program, &["libcurl.so.4", "libc.so.6"]),
                binary("bin/ls", Role::Program, &["libc.so.6"]),
                binary("lib/libc.so.6", Role::Library, &[]),
                binary("lib/libcurl.so.4", Role::Library, &["libssl.so.3"]),
                named,
                binary("lib/libcrypto.so.3", Role::Library, &[]),
            ],
            "lib/libcrypto.so.3",
        );
        assert_eq!(found.len(), 3);
        assert_eq!(found[0].0, "bin/curl");
        assert_eq!(
            found[0].1,
            [
                "lib/libcurl.so.4",
                "lib/libssl.so.3.0.2",
                "lib/libcrypto.so.3"
            ]
        );
    }

    #[test]
    fn a_library_is_looked_for_where_the_binary_says() {
        let mut program = binary("opt/app/bin/run", Role::Program, &["libx.so"]);
        program.search_paths = vec!["$ORIGIN/../lib".to_owned()];
        let binaries = || {
            vec![
                program.clone(),
                binary("opt/app/lib/libx.so", Role::Library, &[]),
                binary("opt/other/libx.so", Role::Library, &[]),
            ]
        };
        assert_eq!(through(binaries(), "opt/app/lib/libx.so").len(), 1);
        assert_eq!(through(binaries(), "opt/other/libx.so").len(), 0);
    }

    #[test]
    fn a_library_of_another_image_or_processor_is_not_meant() {
        let mut arm = binary("a.tar!/usr/lib/libx.so", Role::Library, &[]);
        arm.architectures = vec!["aarch64"];
        let program = binary("a.tar!/bin/run", Role::Program, &["libx.so"]);
        let other = binary("b.tar!/usr/lib/libx.so", Role::Library, &[]);
        let all = vec![program, arm, other];
        assert_eq!(through(all.clone(), "a.tar!/usr/lib/libx.so").len(), 0);
        assert_eq!(through(all, "b.tar!/usr/lib/libx.so").len(), 0);
    }

    #[test]
    fn libraries_that_need_each_other_end() {
        let found = through(
            vec![
                binary("a.so", Role::Library, &["b.so"]),
                binary("b.so", Role::Library, &["a.so", "c.so"]),
                binary("c.so", Role::Library, &["a.so"]),
            ],
            "c.so",
        );
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn what_a_library_takes_from_itself_is_not_used() {
        let known = Knowledge::load(&[]).unwrap();
        let (asset, _) = known
            .rules
            .bare("c", "RSA_generate_key_ex", "binary")
            .unwrap();
        let seen = |path: &str, symbol: &str, technique| Finding {
            asset: asset.clone(),
            location: Location {
                path: Arc::from(path),
                line: 0,
                column: 0,
                span: (0..0).into(),
            },
            text: Arc::default(),
            library: "c/openssl".into(),
            entry: "c/openssl#x".into(),
            symbol: symbol.into(),
            function: None,
            technique,
            confidence: Confidence::High,
            context: Context::Production,
            evidence: Vec::new(),
            uses: Vec::new(),
            provenance: Default::default(),
        };
        let mut findings = vec![
            vec![seen(
                "a/libx.a!/one.o",
                "RSA_generate_key_ex",
                Technique::Exports,
            )],
            vec![
                seen("a/libx.a!/two.o", "RSA_generate_key_ex", Technique::Imports),
                seen("a/libx.a!/two.o", "RSA_sign", Technique::Imports),
            ],
            vec![seen(
                "b/liby.a!/two.o",
                "RSA_generate_key_ex",
                Technique::Imports,
            )],
            vec![seen("main.o", "RSA_generate_key_ex", Technique::Imports)],
        ];
        settle(&mut findings);
        let techniques: Vec<&str> = findings
            .iter()
            .flatten()
            .map(|finding| finding.technique.name())
            .collect();
        assert_eq!(
            techniques,
            ["exports", "exports", "imports", "imports", "imports"]
        );
        assert_eq!(findings[1][0].asset.brief(), "key RSA op=keygen");
    }

    #[test]
    fn the_members_of_a_static_library_are_one_component() {
        let components = folded(vec![
            binary("lib/libx.a!/one.o", Role::Object, &[]),
            binary("lib/libx.a!/two.o", Role::Object, &[]),
            binary("x.zip!/one.o", Role::Object, &[]),
        ]);
        let paths: Vec<&str> = components.iter().map(|c| &*c.binary.path).collect();
        assert_eq!(paths, ["lib/libx.a", "x.zip!/one.o"]);
        assert_eq!(components[0].binary.role, Role::Library);
    }
}
