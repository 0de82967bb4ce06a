//! The rules are right: every example shows what its marks say, every entry is exercised, and the lint has nothing to say.

use pqscan::knowledge::Knowledge;
use pqscan::knowledge::rules::{self, lint};
use pqscan::scan::examples;

fn lines<T: ToString>(problems: &[T]) -> String {
    problems
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn the_built_in_rules_have_no_mistake() {
    let texts = rules::embedded();
    assert!(!texts.is_empty(), "there are no rules");
    let (known, mut problems) = Knowledge::from_texts(&texts).expect("the catalogue is readable");
    problems.extend(lint::lint(&texts, &known.rules, &examples::line_comment));
    assert!(problems.is_empty(), "{}", lines(&problems));
}

#[test]
fn every_example_shows_what_its_marks_say() {
    let texts = rules::embedded();
    let (known, _) = Knowledge::from_texts(&texts).expect("the catalogue is readable");
    let outcome = examples::run(&texts, &known);
    assert!(outcome.examples > 0 && outcome.marks > 0, "no example ran");
    assert!(outcome.failures.is_empty(), "{}", lines(&outcome.failures));
    assert!(outcome.idle.is_empty(), "{}", lines(&outcome.idle));
}

#[test]
fn the_catalogue_has_no_mistake() {
    let catalog =
        pqscan::knowledge::catalog::Catalog::embedded().expect("the catalogue is readable");
    let problems = pqscan::knowledge::catalog::lint(&catalog);
    assert!(problems.is_empty(), "{}", lines(&problems));
}

#[test]
fn a_wrong_mark_fails() {
    let mut texts: Vec<_> = rules::embedded()
        .into_iter()
        .filter(|t| t.below == "java/jca.toml")
        .collect();
    texts[0].text = texts[0].text.replacen("key_bits=2048", "key_bits=2049", 1);
    let (known, _) = Knowledge::from_texts(&texts).expect("the catalogue is readable");
    assert!(
        !examples::run(&texts, &known).failures.is_empty(),
        "a mark that is not true was accepted"
    );
}

#[test]
fn a_misspelt_key_is_named_with_its_line() {
    let mut texts: Vec<_> = rules::embedded()
        .into_iter()
        .filter(|t| t.below == "java/jca.toml")
        .collect();
    texts[0].text = texts[0].text.replacen("operation = ", "operaton  = ", 1);
    let (_, problems) = Knowledge::from_texts(&texts).expect("the catalogue is readable");
    assert_eq!(problems.len(), 1);
    assert!(
        problems[0].line > 1 && problems[0].message.contains("operaton"),
        "{}",
        problems[0]
    );
}
