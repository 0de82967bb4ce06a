//! Parts of a tree: how large they are, and two halves of what they make together.

use std::fs;
use std::path::Path;

/// Bytes and files below a path, or of the file that it names. Links are not followed, what cannot be read counts nothing. Stops where
/// either is more than is asked for.
pub(super) fn size(path: &Path, most_bytes: u64, most_files: u64) -> (u64, u64) {
    let (mut bytes, mut files) = (0u64, 0u64);
    let mut waiting = vec![path.to_owned()];
    while let Some(path) = waiting.pop() {
        let Ok(about) = fs::symlink_metadata(&path) else {
            continue;
        };
        if !about.is_dir() {
            bytes = bytes.saturating_add(about.len());
            files += 1;
            if bytes > most_bytes || files > most_files {
                break;
            }
            continue;
        }
        let Ok(entries) = fs::read_dir(&path) else {
            continue;
        };
        waiting.extend(entries.flatten().map(|entry| entry.path()));
    }
    (bytes, files)
}

/// These entries of a tree, or what one of them holds, in two halves.
pub(super) fn halves(dir: &Path, entries: &[String]) -> Option<(Vec<String>, Vec<String>)> {
    let mut entries = match entries {
        [] => children(dir, None),
        _ => entries.to_vec(),
    };
    // Each step is one deeper into the tree, which ends.
    while let [only] = entries.as_slice() {
        let below = dir.join(only);
        if !fs::symlink_metadata(&below).is_ok_and(|about| about.is_dir()) {
            return None;
        }
        entries = children(&below, Some(only));
    }
    if entries.is_empty() {
        return None;
    }
    let mut sized: Vec<(u64, String)> = entries
        .into_iter()
        .map(|entry| (size(&dir.join(&entry), u64::MAX, u64::MAX).0, entry))
        .collect();
    sized.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let (mut one, mut other) = ((0u64, Vec::new()), (0u64, Vec::new()));
    for (bytes, entry) in sized {
        let lighter = if other.0 < one.0 || (other.0 == one.0 && other.1.len() < one.1.len()) {
            &mut other
        } else {
            &mut one
        };
        lighter.0 = lighter.0.saturating_add(bytes);
        lighter.1.push(entry)
    }
    one.1.sort();
    other.1.sort();
    Some((one.1, other.1))
}

/// What a folder holds but for `.git`, by paths below the root; names that are no UTF-8 as the scan shows them.
fn children(folder: &Path, path: Option<&str>) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut names: Vec<String> = entries
        .flatten()
        .filter(|entry| entry.file_name() != ".git")
        .map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            match path {
                Some(path) => format!("{path}/{name}"),
                None => name,
            }
        })
        .collect();
    names.sort();
    // Two names that are no UTF-8 may be shown alike.
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(entries: &[&str]) -> Vec<String> {
        entries.iter().map(|entry| (*entry).to_owned()).collect()
    }

    #[test]
    fn halves_are_of_one_size_and_hold_everything_once() {
        let dir = tempfile::tempdir().unwrap();
        for (name, bytes) in [("a", 60), ("b", 50), ("c", 20), ("d", 10), ("-e\n*", 0)] {
            fs::write(dir.path().join(name), vec![0; bytes]).unwrap();
        }
        fs::create_dir(dir.path().join(".git")).unwrap();
        // 60 + 10 and 50 + 20, the empty one where there is less; of equals, the first half.
        let (one, other) = halves(dir.path(), &[]).unwrap();
        assert_eq!(one, texts(&["-e\n*", "a", "d"]));
        assert_eq!(other, texts(&["b", "c"]));
        let (one, other) = halves(dir.path(), &texts(&["c", "d"])).unwrap();
        assert_eq!((one, other), (texts(&["c"]), texts(&["d"])));
        assert_eq!(halves(dir.path(), &texts(&["c"])), None);
    }

    #[test]
    fn a_folder_that_stands_alone_falls_into_what_it_holds() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("src/main")).unwrap();
        fs::write(dir.path().join("src/main/a.py"), "1").unwrap();
        fs::write(dir.path().join("src/main/b.py"), "1").unwrap();
        assert_eq!(
            halves(dir.path(), &[]),
            Some((texts(&["src/main/a.py"]), texts(&["src/main/b.py"])))
        );
        fs::remove_file(dir.path().join("src/main/b.py")).unwrap();
        assert_eq!(halves(dir.path(), &[]), None);
        fs::remove_file(dir.path().join("src/main/a.py")).unwrap();
        assert_eq!(halves(dir.path(), &[]), None);
    }
}
