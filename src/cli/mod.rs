//! Floor 6: flags, progress, exit codes. The only place that prints.

mod args;
mod bounded;
mod cbom;
mod check;
mod diff;
mod explain;
#[cfg(feature = "fleet")]
mod fleet;
mod outputs;
mod plan;
mod planning;
mod policy;
mod progress;
mod render;
mod report;
mod rules;
mod scan;
mod schema;
mod screen;
mod settings;

use std::io;
use std::process::ExitCode;

use clap::Parser;

use args::{Args, CbomCommand, Command};

#[cfg(feature = "fleet")]
use crate::output::fit::harmless;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// It did what it was asked.
    Done,
    /// The gate failed (`check`), something has mistakes (`rules`, `cbom validate`), or differs (`diff --exit-code`).
    Failed,
    /// Something was not read, and `--strict` asks that everything be.
    Incomplete,
    /// There was nothing to scan.
    Nothing,
    /// No other attempt would do better.
    #[cfg(feature = "fleet")]
    ForGood,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(match outcome {
            Outcome::Done => 0,
            Outcome::Failed => 1,
            Outcome::Incomplete => 3,
            Outcome::Nothing => 4,
            #[cfg(feature = "fleet")]
            Outcome::ForGood => 42,
        })
    }
}

/// Parses the command line, runs it, and gives the exit code.
pub fn run() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            let code = if error.use_stderr() { 2 } else { 0 };
            // Nowhere is left to report that printing the message failed.
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    args.color.apply();
    // What a fence catches is told in the report.
    let print = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !crate::scan::is_fenced() {
            print(panic)
        }
    }));
    let result = match &args.command {
        Command::Scan(scan) => scan::run(scan, None, args.verbosity()),
        Command::Check(check) => check::run(check, args.verbosity()),
        Command::Diff(diff) => diff::run(diff),
        Command::Report(report) => report::run(report, args.verbosity()),
        Command::Plan(plan) => plan::run(plan, args.verbosity()),
        Command::Rules(rules) => rules::run(rules),
        Command::Policy(policy) => policy::run(policy),
        Command::Explain(explain) => explain::run(explain),
        Command::Schema(schema) => schema::run(schema),
        #[cfg(feature = "fleet")]
        Command::Fleet(fleet) => fleet::run(fleet, args.verbosity()),
        #[cfg(feature = "fleet")]
        Command::Guard(guard) => return self::guard(guard),
        Command::Cbom(cbom) => match &cbom.command {
            CbomCommand::Validate(validate) => cbom::validate(validate),
            CbomCommand::Merge(merge) => cbom::merge(merge, args.verbosity()),
            CbomCommand::Convert(convert) => cbom::convert(convert, args.verbosity()),
        },
    };
    match result {
        Ok(outcome) => outcome.into(),
        // `pqscan … | head` closes the pipe when it has enough: that is no error.
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            anstream::eprintln!("pqscan: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Runs a program within limits; its end is ours.
#[cfg(feature = "fleet")]
fn guard(args: &args::GuardArgs) -> ExitCode {
    let guard = crate::fleet::work::guard::Guard {
        memory: args.memory,
        cpu: args.cpu,
        file_size: args.file_size,
        parent: args.parent,
    };
    match guard.run(&args.program) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            let program = args.program.first().map(|p| p.to_string_lossy());
            let program = program.unwrap_or_default();
            anstream::eprintln!("pqscan: cannot run {}: {error}", harmless(&program));
            // As shells say it of a command that is not there.
            ExitCode::from(127)
        }
    }
}

/// `1 file`, `2 files`.
fn counted(number: usize, noun: &str) -> String {
    match number {
        1 => format!("1 {noun}"),
        _ => format!("{number} {noun}s"),
    }
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<io::Error>()
            .is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe)
    })
}
