//! Embeds every file of `rules/` into the library: `RULE_FILES` is a sorted list of (path below `rules/`, text).
use std::{env, fs, io, path::Path};

/// Where rules are, from this package: a published one holds them, and in the source tree `rules` leads to them; the second is for systems
/// without such links. In that order, since what lies above a published package is somebody else's.
const RULES: [&str; 2] = ["rules", "../../rules"];

fn main() -> io::Result<()> {
    let package = env::var("CARGO_MANIFEST_DIR").expect("cargo sets it");
    let rules = RULES
        .into_iter()
        .find(|rules| Path::new(&package).join(rules).is_dir())
        .ok_or_else(|| io::Error::other("no rules"))?;
    println!("cargo:rerun-if-changed={rules}");
    let root = Path::new(&package).join(rules);
    let mut files = Vec::new();
    collect(&root, &root, &mut files)?;
    files.sort();
    let mut code = String::from("pub(crate) static RULE_FILES: &[(&str, &str)] = &[\n");
    for path in files {
        code += &format!(
            "    ({path:?}, include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/{rules}/{path}\"))),\n"
        );
    }
    code += "];\n";
    fs::write(
        Path::new(&env::var("OUT_DIR").expect("cargo sets it")).join("rule_files.rs"),
        code,
    )
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            println!("cargo:rerun-if-changed={}", path.display());
            collect(root, &path, files)?;
        } else if path.extension().is_some_and(|e| e == "toml") {
            let below = path.strip_prefix(root).expect("it was found below root");
            files.push(below.to_string_lossy().replace('\\', "/"));
        }
    }
    Ok(())
}
