//! Which package a place belongs to: by the metadata that a package ships with, and by the databases of installed packages.
//!
//! A place may lie in several packages at once, a jar that a Debian package brought; the innermost comes first. Where metadata contradicts
//! itself, the place belongs to nobody: unknown is better than wrong.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::look::Looked;
use crate::detect::package::{Owns, Record};
use crate::model::{Package, Skip, SkipReason};

/// Names the packages of what lies in one file of the walk, as far as that file tells. What it says of other files stays for
/// [`attribute_files`].
pub(super) fn attribute_members(looked: &mut [Looked]) {
    let owners = Owners::collect(looked, true);
    for seen in looked {
        if !seen.findings.iter().all(Vec::is_empty) {
            let path = seen.root.as_ref().unwrap_or(&seen.path);
            let packages = if owners.is_empty() {
                Vec::new()
            } else {
                owners.of(path)
            };
            seen.provide(packages)
        }
    }
}

/// Names the packages of the files of the walk, by what all of them say: the last to be named, since they lie around the others.
pub(super) fn attribute_files(looked: &mut [Looked]) {
    let owners = Owners::collect(looked, false);
    if owners.is_empty() {
        return;
    }
    for seen in looked {
        if !seen.findings.iter().all(Vec::is_empty) {
            let file = seen.path.split("!/").next().unwrap_or(&seen.path);
            let packages = owners.of(file);
            seen.provide(packages)
        }
    }
}

/// What all files of the walk together may say of each other, in memory.
const MAX_RECORDS: u64 = 1 << 30;

/// Drops what is said beyond that, and tells where.
pub(super) fn within_memory(looked: &mut [Looked]) -> Vec<Skip> {
    let mut spent = 0;
    let mut skips = Vec::new();
    for seen in looked {
        spent += seen.records.iter().map(Record::size).sum::<u64>();
        if spent > MAX_RECORDS && !seen.records.is_empty() {
            seen.records.clear();
            let detail = "too much is said of packages";
            skips.push(Skip::new(
                seen.path.clone(),
                SkipReason::LimitMemory,
                detail,
            ))
        }
    }
    skips
}

/// Whether a record is about what lies inside of an archive.
fn is_inside(record: &Record, path: &str) -> bool {
    match record {
        Record::Itself {
            owns: Owns::Container(_),
            ..
        } => path.contains("!/"),
        Record::Itself {
            owns: Owns::Folder(start),
            ..
        } => start.contains("!/"),
        Record::Installed { root, .. }
        | Record::Files { root, .. }
        | Record::System { root, .. } => root.contains("!/"),
    }
}

/// Everything that owns something.
#[derive(Default)]
struct Owners {
    /// By the beginning of paths.
    below: BTreeMap<String, Claim>,
    /// By path: the owner by the databases of each type of package, `None` where they name several.
    files: HashMap<String, BTreeMap<&'static str, Option<Arc<Package>>>>,
}

/// Packages of operating systems, which bring those of languages.
const SYSTEMS: &[&str] = &["deb", "rpm", "apk", "alpm"];

/// The packages that claim an archive or folder for themselves, of the highest rank seen.
struct Claim {
    rank: u8,
    packages: Vec<Arc<Package>>,
    /// Those that say their namespace, of any rank.
    full: Vec<Arc<Package>>,
}

impl Owners {
    fn is_empty(&self) -> bool {
        self.below.is_empty() && self.files.is_empty()
    }

    /// Takes the records that are, or are not, about what lies inside of an archive.
    fn collect(looked: &mut [Looked], inside: bool) -> Self {
        let mut owners = Self::default();
        if looked.iter().all(|seen| seen.records.is_empty()) {
            return owners;
        }
        let mut installed: BTreeMap<(Arc<str>, String), Option<Arc<Package>>> = BTreeMap::new();
        let mut listings = Vec::new();
        let mut systems: HashMap<Arc<str>, String> = HashMap::new();
        for seen in looked.iter_mut() {
            let path = seen.root.clone().unwrap_or_else(|| seen.path.clone());
            let (mut records, others): (Vec<Record>, Vec<Record>) =
                std::mem::take(&mut seen.records)
                    .into_iter()
                    .partition(|record| is_inside(record, &path) == inside);
            seen.records = others;
            for (first, other) in &seen.other_roots {
                let again: Vec<Record> = records
                    .iter()
                    .filter(|record| !matches!(record, Record::Itself { .. }))
                    .cloned()
                    .map(|mut record| {
                        record.rename(|root| {
                            let rest = root.strip_prefix(first.as_str())?;
                            Some(format!("{other}{rest}").into())
                        });
                        record
                    })
                    .collect();
                records.extend(again);
            }
            for record in records {
                match record {
                    Record::Itself {
                        package,
                        owns,
                        rank,
                    } => {
                        let start = match owns {
                            Owns::Container(levels) => container(&path, levels),
                            Owns::Folder(start) => Some(start.to_string()),
                        };
                        if let Some(start) = start {
                            owners.claim(start, rank, Arc::new(package))
                        }
                    }
                    Record::Installed { root, key, package } => {
                        // Two versions of one key, as in a database that another one replaced: nobody knows which.
                        installed
                            .entry((root, key))
                            .and_modify(|known| {
                                if known.as_deref().is_some_and(|known| *known != package) {
                                    *known = None
                                }
                            })
                            .or_insert_with(|| Some(Arc::new(package.clone())));
                    }
                    Record::System { root, distribution } => {
                        systems.insert(root, distribution);
                    }
                    Record::Files { root, key, files } => listings.push((root, key, files)),
                }
            }
        }
        for ((root, _), package) in &mut installed {
            if let (Some(package), Some(distribution)) = (package, systems.get(root))
                && SYSTEMS.contains(&package.kind)
                && package.namespace.is_none()
            {
                *package = Arc::new(Package {
                    namespace: Some(distribution.clone()),
                    ..Package::clone(package)
                })
            }
        }
        for (root, key, files) in listings {
            let Some(Some(package)) = installed.get(&(root.clone(), key)) else {
                continue;
            };
            for file in files {
                // Two packages of one type that both list a file (a diversion) leave it to nobody.
                owners
                    .files
                    .entry(format!("{root}{file}"))
                    .or_default()
                    .entry(package.kind)
                    .and_modify(|owner| {
                        if owner.as_ref().is_some_and(|owner| owner != package) {
                            *owner = None
                        }
                    })
                    .or_insert_with(|| Some(package.clone()));
            }
        }
        owners
    }

    fn claim(&mut self, start: String, rank: u8, package: Arc<Package>) {
        let claim = self.below.entry(start).or_insert(Claim {
            rank,
            packages: Vec::new(),
            full: Vec::new(),
        });
        if package.namespace.is_some() && !claim.full.contains(&package) {
            claim.full.push(package.clone())
        }
        if rank > claim.rank {
            claim.rank = rank;
            claim.packages.clear()
        }
        if rank == claim.rank && !claim.packages.contains(&package) {
            claim.packages.push(package)
        }
    }

    /// The packages of a place, the innermost first.
    fn of(&self, path: &str) -> Vec<Arc<Package>> {
        let mut found: Vec<Arc<Package>> = Vec::new();
        let mut add = |package: &Arc<Package>| {
            if !found.contains(package) {
                found.push(package.clone())
            }
        };
        self.of_file(path, &mut add);
        for (at, _) in path.rmatch_indices('/') {
            if let Some(owner) = self
                .below
                .get(&path[..=at])
                .and_then(|claim| claim.of(path, at))
            {
                add(owner)
            }
            // An archive is a file too.
            if let Some(archive) = path[..at].strip_suffix('!') {
                self.of_file(archive, &mut add)
            }
        }
        if let Some(owner) = self.below.get("").and_then(|claim| claim.of(path, 0)) {
            add(owner)
        }
        found
    }

    /// The installed packages that list a file, those of languages first. Databases may name it by the path that it had before `/lib`
    /// became a link to `/usr/lib`.
    fn of_file(&self, path: &str, add: &mut impl FnMut(&Arc<Package>)) {
        let merged = || {
            ["usr/lib", "usr/bin", "usr/sbin"]
                .iter()
                .find_map(|merged| {
                    path.match_indices(merged)
                        .filter(|(at, _)| *at == 0 || path.as_bytes()[at - 1] == b'/')
                        .find_map(|(at, _)| {
                            let before = format!("{}{}", &path[..at], &path[at + "usr/".len()..]);
                            self.files.get(&before)
                        })
                })
        };
        let Some(owners) = self.files.get(path).or_else(merged) else {
            return;
        };
        for systems in [false, true] {
            for (kind, owner) in owners {
                if let Some(owner) = owner
                    && SYSTEMS.contains(kind) == systems
                {
                    add(owner)
                }
            }
        }
    }
}

impl Claim {
    /// The one package that is meant; by its full name, where other metadata beside it says that of one package so called.
    fn of(&self, path: &str, end: usize) -> Option<&Arc<Package>> {
        let meant = self.meant(path, end)?;
        if meant.namespace.is_some() {
            return Some(meant);
        }
        let mut named = self
            .full
            .iter()
            .filter(|full| full.kind == meant.kind && full.name == meant.name);
        match (named.next(), named.next()) {
            (Some(full), None) => Some(full),
            _ => Some(meant),
        }
    }

    /// The one package of the highest rank. Of several, as in a jar that holds other ones' classes, the one that the archive is called after.
    fn meant(&self, path: &str, end: usize) -> Option<&Arc<Package>> {
        if let [package] = self.packages.as_slice() {
            return Some(package);
        }
        let archive = path.get(..end)?.strip_suffix('!')?;
        let file = archive.rsplit('/').next().unwrap_or(archive);
        let mut called = self.packages.iter().filter(|package| {
            file.strip_prefix(package.name.as_str())
                .is_some_and(|rest| rest.starts_with(['-', '_', '.']))
        });
        let first = called.next()?;
        called.next().is_none().then_some(first)
    }
}

/// The beginning of paths in the archive so many levels around a member.
fn container(path: &str, levels: usize) -> Option<String> {
    let mut inside = path;
    for _ in 0..levels {
        inside = inside.rsplit_once("!/")?.0;
    }
    Some(format!("{inside}!/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(kind: &'static str, name: &str) -> Package {
        Package {
            kind,
            namespace: None,
            name: name.to_owned(),
            version: Some("1".to_owned()),
            arch: None,
        }
    }

    fn itself(path: &str, package: Package, owns: Owns, rank: u8) -> Looked {
        Looked {
            records: vec![Record::Itself {
                package,
                owns,
                rank,
            }],
            ..Looked::at(path.into(), 0)
        }
    }

    fn names(owners: &Owners, path: &str) -> Vec<String> {
        owners.of(path).iter().map(|p| p.name.clone()).collect()
    }

    #[test]
    fn the_innermost_package_comes_first() {
        let mut looked = [
            itself(
                "a.deb!/control.tar.xz!/control",
                package("deb", "liba"),
                Owns::Container(2),
                0,
            ),
            itself(
                "a.deb!/data.tar.xz!/usr/share/java/b.jar!/META-INF/MANIFEST.MF",
                package("maven", "b"),
                Owns::Container(1),
                1,
            ),
        ];
        let owners = Owners::collect(&mut looked, true);
        assert_eq!(
            names(&owners, "a.deb!/data.tar.xz!/usr/share/java/b.jar!/K.java"),
            ["b", "liba"]
        );
        assert_eq!(names(&owners, "a.deb!/data.tar.xz!/usr/x.py"), ["liba"]);
        assert!(names(&owners, "other.deb!/data.tar.xz!/usr/x.py").is_empty());
    }

    #[test]
    fn installed_files_belong_to_their_package_also_behind_a_merged_usr() {
        let mut looked = [Looked {
            records: vec![
                Record::Installed {
                    root: "rootfs/".into(),
                    key: "dpkg:libc6".to_owned(),
                    package: package("deb", "libc6"),
                },
                Record::Files {
                    root: "rootfs/".into(),
                    key: "dpkg:libc6".to_owned(),
                    files: vec!["lib/x/libc.so.6".to_owned(), "usr/share/c.py".to_owned()],
                },
            ],
            ..Looked::at("rootfs/var/lib/dpkg/status".into(), 0)
        }];
        let owners = Owners::collect(&mut looked, false);
        assert_eq!(names(&owners, "rootfs/usr/lib/x/libc.so.6"), ["libc6"]);
        assert_eq!(names(&owners, "rootfs/usr/share/c.py"), ["libc6"]);
        assert!(names(&owners, "usr/share/c.py").is_empty());
    }

    #[test]
    fn a_language_package_lies_in_the_system_package_that_brought_it() {
        let both = ["pypi", "deb"].map(|kind| {
            let key = format!("{kind}:rsa");
            Looked {
                records: vec![
                    Record::Installed {
                        root: "".into(),
                        key: key.clone(),
                        package: package(kind, &format!("{kind}-rsa")),
                    },
                    Record::Files {
                        root: "".into(),
                        key,
                        files: vec!["usr/lib/rsa.py".to_owned()],
                    },
                ],
                ..Looked::at("status".into(), 0)
            }
        });
        let owners = Owners::collect(&mut both.into_iter().collect::<Vec<_>>(), false);
        assert_eq!(names(&owners, "usr/lib/rsa.py"), ["pypi-rsa", "deb-rsa"]);
    }

    #[test]
    fn a_manifest_without_a_group_has_that_of_the_pom_beside_it() {
        let of = |group: Option<&str>, rank| {
            let package = Package {
                namespace: group.map(str::to_owned),
                ..package("maven", "launcher")
            };
            itself("tool.jar!/META-INF/x", package, Owns::Container(1), rank)
        };
        let mut looked = [of(None, 60), of(Some("org.example"), 50)];
        looked[1].path = "tool.jar!/META-INF/y".into();
        let owners = Owners::collect(&mut looked, true);
        let groups: Vec<_> = owners
            .of("tool.jar!/K.java")
            .iter()
            .map(|package| package.namespace.clone())
            .collect();
        assert_eq!(groups, [Some("org.example".to_owned())]);
    }

    #[test]
    fn installed_packages_are_of_their_distribution() {
        let mut looked = [Looked {
            records: vec![
                Record::Installed {
                    root: "".into(),
                    key: "dpkg:rsa".to_owned(),
                    package: package("deb", "rsa"),
                },
                Record::Files {
                    root: "".into(),
                    key: "dpkg:rsa".to_owned(),
                    files: vec!["usr/rsa.py".to_owned()],
                },
                Record::System {
                    root: "".into(),
                    distribution: "debian".to_owned(),
                },
            ],
            ..Looked::at("status".into(), 0)
        }];
        let owners = Owners::collect(&mut looked, false);
        assert_eq!(
            owners.of("usr/rsa.py")[0].purl().as_deref(),
            Some("pkg:deb/debian/rsa@1")
        );
    }

    #[test]
    fn contradicting_metadata_owns_nothing_but_for_the_archives_own_name() {
        let jar = |name: &str| {
            itself(
                &format!("app-1.0.jar!/META-INF/maven/g/{name}/pom.properties"),
                package("maven", name),
                Owns::Container(1),
                2,
            )
        };
        let owners = Owners::collect(&mut [jar("one"), jar("two")], true);
        assert!(names(&owners, "app-1.0.jar!/K.java").is_empty());
        let owners = Owners::collect(&mut [jar("one"), jar("app")], true);
        assert_eq!(names(&owners, "app-1.0.jar!/K.java"), ["app"]);
    }
}
