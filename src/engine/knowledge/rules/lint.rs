//! `rules lint`: what can be wrong with a rule file beyond its form. One function a check.

use std::collections::{BTreeMap, BTreeSet};

use super::entry::{Entry, EntryKind};
use super::example::Marks;
use super::file::RuleFile;
use super::signature::Form;
use super::{Problem, RuleText, Rules};

/// A check of one file.
type Check<'c> = dyn Fn(&RuleText, &RuleFile) -> Vec<Problem> + 'c;

/// Every problem of these files. `rules` is what they (and others) compile to; `comment_of` gives a folder's line comment.
pub fn lint(
    texts: &[RuleText],
    rules: &Rules,
    comment_of: &dyn Fn(&str) -> Option<&'static str>,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    for text in texts {
        let Ok(file) = super::parse(text) else {
            continue;
        }; // said by `compile`
        let checks: [&Check<'_>; 7] = [
            &schema,
            &id_is_path,
            &has_docs,
            &names_are_kebab,
            &has_negative_example(comment_of),
            &order_of_tables,
            &examples_are_short,
        ];
        for check in checks {
            problems.extend(check(text, &file))
        }
        if let Some(library) = rules
            .libraries
            .iter()
            .position(|l| l.id == format!("{}/{}", file.language, file.library))
        {
            problems.extend(anchors_cover_names(text, &file, rules, library));
            problems.extend(refinements_have_a_target(text, rules, library));
        }
    }
    problems.extend(no_api_twice(texts, rules));
    problems.sort();
    problems.dedup();
    problems
}

fn schema(text: &RuleText, file: &RuleFile) -> Vec<Problem> {
    if file.schema == 1 {
        Vec::new()
    } else {
        vec![Problem::at(
            text,
            0,
            format!("schema {} is not known; 1 is", file.schema),
        )]
    }
}

fn id_is_path(text: &RuleText, file: &RuleFile) -> Vec<Problem> {
    let id = format!("{}/{}.toml", file.language, file.library);
    if text.below == id {
        Vec::new()
    } else {
        vec![Problem::at(
            text,
            0,
            format!("says it is `{id}` and stands at `{}`", text.below),
        )]
    }
}

fn has_docs(text: &RuleText, file: &RuleFile) -> Vec<Problem> {
    let mut problems = Vec::new();
    if file.docs.is_empty() {
        problems.push(Problem::at(
            text,
            0,
            "`docs` is empty: say where the signatures were read",
        ))
    }
    for address in file.docs.iter().filter(|d| !d.starts_with("https://")) {
        problems.push(Problem::at(
            text,
            0,
            format!("`{address}` under `docs` is no https address"),
        ));
    }
    if file.anchors.is_empty() {
        problems.push(Problem::at(
            text,
            0,
            "`anchors` is empty: the library would never be looked for",
        ))
    }
    problems
}

fn names_are_kebab(text: &RuleText, file: &RuleFile) -> Vec<Problem> {
    let fine = file
        .library
        .chars()
        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if fine {
        Vec::new()
    } else {
        vec![Problem::at(
            text,
            0,
            format!("`{}` is not kebab-case", file.library),
        )]
    }
}

fn has_negative_example<'c>(
    comment_of: &'c dyn Fn(&str) -> Option<&'static str>,
) -> impl Fn(&RuleText, &RuleFile) -> Vec<Problem> + 'c {
    move |text, file| {
        let Some(comment) = comment_of(&file.language) else {
            return vec![Problem::at(
                text,
                0,
                format!("no language reads the folder `{}`", file.language),
            )];
        };
        let negative = file.example.iter().any(|e| {
            let marks = Marks::read(&e.get_ref().code, comment);
            marks.expected.is_empty() && marks.gaps.is_empty()
        });
        if negative {
            Vec::new()
        } else {
            vec![Problem::at(
                text,
                0,
                "no negative example: same names from elsewhere, in comments and strings",
            )]
        }
    }
}

/// Symbols, values, assets, refinements, examples.
fn order_of_tables(text: &RuleText, file: &RuleFile) -> Vec<Problem> {
    let mut places: Vec<(usize, u8, &str)> = Vec::new();
    places.extend(
        file.symbols
            .values()
            .flat_map(|n| n.values())
            .map(|s| (s.span().start, 0, "symbols")),
    );
    places.extend(file.value.iter().map(|e| (e.span().start, 1, "value")));
    places.extend(file.asset.iter().map(|e| (e.span().start, 2, "asset")));
    places.extend(file.refine.iter().map(|e| (e.span().start, 3, "refine")));
    places.extend(file.example.iter().map(|e| (e.span().start, 4, "example")));
    places.sort_unstable();
    places
        .windows(2)
        .find(|w| w[0].1 == 4 && w[1].1 < 4 || w[0].1 > 0 && w[1].1 == 0)
        .map(|w| {
            Problem::at(
                text,
                w[1].0,
                format!("[[{}]] stands after [[{}]]", w[1].2, w[0].2),
            )
        })
        .into_iter()
        .collect()
}

fn examples_are_short(text: &RuleText, file: &RuleFile) -> Vec<Problem> {
    file.example
        .iter()
        .filter(|e| e.get_ref().code.lines().count() > 60)
        .map(|e| {
            Problem::at(
                text,
                e.span().start,
                format!(
                    "the example `{}` is longer than 60 lines: one idea each",
                    e.get_ref().name
                ),
            )
        })
        .collect()
}

/// Every name of a library must hold one of its anchors, or its file would not be looked at: the import path or the name itself.
fn anchors_cover_names(
    text: &RuleText,
    file: &RuleFile,
    rules: &Rules,
    library: usize,
) -> Vec<Problem> {
    let covered = |path: &str| {
        file.anchors.iter().any(|a| {
            let anchor = a.trim_matches(['"', '\'', '/', '.']);
            let plain = path.replace("globalThis.", "").replace('.', "::");
            path.contains(anchor)
                || plain.contains(anchor)
                || file.language == "c"
                || path.split(['.', '/']).any(|part| part == anchor)
        })
    };
    let mut problems: Vec<Problem> = rules
        .entries
        .iter()
        .filter(|e| e.library == library && !covered(&e.path))
        .map(|e| {
            Problem::at(
                text,
                e.at,
                format!("`{}` holds none of the anchors", e.path),
            )
        })
        .collect();
    problems.dedup_by_key(|p| p.line);
    problems
}

fn refinements_have_a_target(text: &RuleText, rules: &Rules, library: usize) -> Vec<Problem> {
    let mut problems = Vec::new();
    for entry in rules
        .entries
        .iter()
        .filter(|e| e.library == library && matches!(e.kind, EntryKind::Refine(_)))
    {
        if entry.of.is_none() {
            problems.push(Problem::at(
                text,
                entry.at,
                format!("`{}` refines nothing", entry.path),
            ))
        }
    }
    problems
}

/// Two entries of one name must differ in arity, in guards, or in being a call and an assignment.
fn no_api_twice(texts: &[RuleText], rules: &Rules) -> Vec<Problem> {
    let mut by_name: BTreeMap<(&str, &str), Vec<&Entry>> = BTreeMap::new();
    for entry in &rules.entries {
        by_name
            .entry((&rules.libraries[entry.library].language, &entry.path))
            .or_default()
            .push(entry);
    }
    let mut problems = Vec::new();
    for ((_, path), entries) in by_name {
        for (i, first) in entries.iter().enumerate() {
            for second in &entries[i + 1..] {
                if !overlap(first, second) {
                    continue;
                }
                let id = &rules.libraries[second.library].id;
                let other = &rules.libraries[first.library].id;
                if let Some(text) = texts.iter().find(|t| t.below == format!("{id}.toml")) {
                    problems.push(Problem::at(
                        text,
                        second.at,
                        format!("`{path}` is claimed twice, first by {other}"),
                    ));
                }
            }
        }
    }
    problems
}

fn overlap(first: &Entry, second: &Entry) -> bool {
    if first.form != second.form || (first.form == Form::Below) != (second.form == Form::Below) {
        return false;
    }
    let ((a, b), (c, d)) = (first.arity(), second.arity());
    let apart = (0..first.params.len().min(second.params.len()))
        .any(|i| matches!((first.guard(i), second.guard(i)), (Some(x), Some(y)) if x != y));
    let names = |e: &Entry| -> BTreeSet<String> {
        e.params
            .iter()
            .filter(|p| !p.optional)
            .map(|p| p.name.clone())
            .collect()
    };
    // A guarded overload before an unguarded one is "the special case first".
    let special = first.params.iter().any(|p| p.guard.is_some())
        && second.params.iter().all(|p| p.guard.is_none());
    let required = names(first) != names(second) && (a, b) != (c, d) && a != c;
    a <= d && c <= b && !apart && !special && !required
}

/// The lines of a file whose fact `rules test --mutants` drops: an `args`, `operation`, `is`, `algorithm`, `returns`, `into`,
/// `defaults`, `else_refine` line each. Left out are `secret` roles, which no mark can show, and lines with a comment
/// `# kept: …` that says why no example notices them.
pub fn droppable_lines(text: &RuleText) -> Vec<usize> {
    const FACTS: &[&str] = &[
        "operation",
        "algorithm",
        "is",
        "returns",
        "into",
        "defaults",
        "else_refine",
    ];
    let mut inside_code = false;
    let mut lines = Vec::new();
    for (number, line) in text.text.lines().enumerate() {
        let quotes = line.matches("'''").count();
        if quotes % 2 == 1 {
            inside_code = !inside_code;
        }
        if inside_code || quotes > 0 {
            continue;
        }
        let Some((key, value)) = line.split_once('=') else {
            continue;
        };
        let key = key.trim();
        let fact = key.starts_with("args.") || FACTS.contains(&key);
        let explained = value.contains("\"secret\"") || value.contains("# kept:");
        if fact && !explained && balanced(line) {
            lines.push(number);
        }
    }
    lines
}

fn balanced(line: &str) -> bool {
    line.matches(['{', '[']).count() == line.matches(['}', ']']).count()
}
