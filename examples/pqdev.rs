//! temporary
#![allow(warnings)]
use pqscan::knowledge::{Knowledge, rules::{self, lint}};
use pqscan::scan::{self, examples};
fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args[0].as_str() {
        "rules" => {
            let mut texts = vec![];
            for p in &args[2..] { if !p.starts_with('-') { texts.extend(rules::read(p.as_ref()).unwrap()); } }
            let (known, problems) = Knowledge::from_texts(&texts).unwrap();
            match args[1].as_str() {
                "test" if args.contains(&"--mutants".to_string()) => { let (n, s) = examples::mutants(&texts).unwrap(); for x in &s { println!("{}", x.problem) } println!("{n} mutants, {} survive", s.len()); }
                "test" => { let o = examples::run(&texts, &known); for p in problems.iter().chain(&o.failures).chain(&o.idle) { println!("{p}") } println!("{} files {} examples {} marks {} gaps: {} problems, {} failures, {} idle", texts.len(), o.examples, o.marks, o.gaps, problems.len(), o.failures.len(), o.idle.len()); }
                "lint" => { let mut p = problems; p.extend(lint::lint(&texts, &known.rules, &examples::line_comment)); for x in &p { println!("{x}") } println!("{} problems", p.len()); }
                _ => {}
            }
        }
        "scan" => {
            let mut texts = rules::embedded();
            for p in args.iter().filter_map(|a| a.strip_prefix("--rules=")) { texts.extend(rules::read(p.as_ref()).unwrap()); }
            let (known, _) = Knowledge::from_texts(&texts).unwrap();
            let roots = args[1..].iter().filter(|a| !a.starts_with('-')).map(Into::into).collect();
            let s = scan::scan(&scan::Request { roots, ..Default::default() }, &known, &scan::Unwatched).unwrap();
            for f in s.findings.iter().flatten() { println!("{}: {}  [{} {}] {}", f.location, f.asset, f.entry, f.context.name(), f.text) }
            println!("{:?}", s.coverage.by_language);
            for k in &s.coverage.skips { println!("SKIP {} {} {}", k.path, k.reason.name(), k.detail) }
        }
        _ => {}
    }
}
