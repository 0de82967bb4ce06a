//! What can be said on the command line. Flags have the names of the settings file's keys.

use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Parser, Subcommand, ValueEnum};

use jiff::civil::Date;

use crate::inventory::Band;
use crate::inventory::gate::Gate;
use crate::inventory::waiver::unknown_class;
use crate::model::FindingClass;
use crate::model::migration::{Criticality, Exposure};
use crate::scan::Platform;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

/// Archives inside archives, at most, whatever the user asks for: each is opened within the frames of the one around it, and the stack of a
/// worker (`STACK` in `scan`) is no larger for a file that holds itself.
const MAX_DEPTH: usize = 64;

const EXIT_CODES: &str = "\
Exit codes:
  0  the inventory was made (check: and the gate passed)
  1  check: the gate failed; rules, cbom validate: mistakes were found;
     diff --exit-code: something differs
  2  the command could not do its job: usage, settings, unreadable root
  3  with --strict: something was not read
  4  there was nothing to scan";

/// Post-quantum readiness scanner: what cryptography is in here, what does a quantum computer break, what comes first.
#[derive(Debug, Parser)]
#[command(name = "pqscan", version, styles = STYLES, after_help = EXIT_CODES, max_term_width = 100)]
pub(super) struct Args {
    #[command(subcommand)]
    pub(super) command: Command,
    /// When to use colour [env: NO_COLOR, CLICOLOR_FORCE]
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t,
        value_name = "WHEN",
        display_order = 900
    )]
    pub(super) color: When,
    /// Print nothing but errors and what was asked for
    #[arg(
        short,
        long,
        global = true,
        conflicts_with = "verbose",
        display_order = 901
    )]
    pub(super) quiet: bool,
    /// Say more: every asset, and what was skipped
    #[arg(short, long, global = true, display_order = 902)]
    pub(super) verbose: bool,
}

/// How much to print for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verbosity {
    Quiet,
    Normal,
    Verbose,
}

impl Args {
    pub(super) fn verbosity(&self) -> Verbosity {
        match (self.quiet, self.verbose) {
            (true, _) => Verbosity::Quiet,
            (_, true) => Verbosity::Verbose,
            _ => Verbosity::Normal,
        }
    }
}

/// When to do something that only suits a terminal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum When {
    /// On a terminal
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl When {
    /// Decides colour for the whole process.
    pub(super) fn apply(self) {
        match self {
            Self::Auto => {}
            Self::Always => anstream::ColorChoice::Always.write_global(),
            Self::Never => anstream::ColorChoice::Never.write_global(),
        }
    }
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Inventory the cryptography of a tree
    #[command(after_help = EXIT_CODES)]
    Scan(ScanArgs),
    /// Scan, then fail where something is urgent
    #[command(after_help = EXIT_CODES)]
    Check(CheckArgs),
    /// Render saved results again, several as one
    Report(ReportArgs),
    /// Say what differs between two results or CBOMs
    Diff(DiffArgs),
    /// Scan, then say what to do about it, in which order
    #[command(after_help = EXIT_CODES)]
    Plan(PlanArgs),
    /// List, test, lint and explain rules
    Rules(RulesArgs),
    /// List and show policies: whose deadlines and targets there are
    Policy(PolicyArgs),
    /// Say what an algorithm, a finding class or whatever else an output names is, why it matters and what replaces it
    Explain(ExplainArgs),
    /// Print the JSON Schema of what is written (result, diff) and of what people write (settings, policy)
    Schema(SchemaArgs),
    /// Work with CBOM files
    Cbom(CbomArgs),
    /// Keep the inventory of every repository of an organisation
    #[cfg(feature = "fleet")]
    Fleet(super::fleet::args::FleetArgs),
    /// Run a program within limits, and end it with the process that started this: what workers of a fleet start
    #[cfg(feature = "fleet")]
    #[command(name = crate::fleet::work::guard::COMMAND, hide = true)]
    Guard(GuardArgs),
}

/// Limits, and the program that they are for.
#[cfg(feature = "fleet")]
#[derive(Debug, clap::Args)]
pub(super) struct GuardArgs {
    /// Bytes of private memory
    #[arg(long)]
    pub(super) memory: Option<u64>,
    /// Seconds of CPU time
    #[arg(long)]
    pub(super) cpu: Option<u64>,
    /// Bytes of each file that is written
    #[arg(long)]
    pub(super) file_size: Option<u64>,
    /// The process with which it ends, and its group
    #[arg(long)]
    pub(super) parent: Option<u32>,
    /// The program and its arguments
    #[arg(last = true, required = true)]
    pub(super) program: Vec<std::ffi::OsString>,
}

/// What to scan and what to write.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct ScanArgs {
    /// Files and folders to scan
    #[arg(default_value = ".", value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    /// A folder or file of your own rules, beside the built-in ones; repeatable
    #[arg(long, value_name = "DIR")]
    pub(super) rules: Vec<PathBuf>,
    /// Leave out what matches; repeatable
    #[arg(long, value_name = "PATTERN")]
    pub(super) exclude: Vec<String>,
    /// Look only at what matches; repeatable
    #[arg(long, value_name = "PATTERN")]
    pub(super) include: Vec<String>,
    /// Leave out what git ignores
    #[arg(long)]
    pub(super) respect_gitignore: bool,
    /// Report only what lies in files that changed since the branch left REV (a branch, tag or commit)
    #[arg(long, value_name = "REV")]
    pub(super) since: Option<String>,
    /// Do not open archives, packages and images
    #[arg(long)]
    pub(super) no_archives: bool,
    /// Of a multi-platform image, look only at this platform; repeatable
    #[arg(long, value_name = "OS/ARCH", value_parser = Platform::parse)]
    pub(super) platform: Vec<Platform>,
    /// Archives inside archives, 1 to 64 [default: 8]
    #[arg(long, value_name = "N", value_parser = depth_text)]
    pub(super) max_depth: Option<usize>,
    /// Bytes unpacked from one file, at most; K, M, G and T are powers of 1024 [default: 64G]
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub(super) max_unpacked: Option<u64>,
    /// Unpacked bytes for each packed one, at most, once 64 MiB came out [default: 250]
    #[arg(long, value_name = "N")]
    pub(super) max_ratio: Option<u64>,
    /// Passwords to open keystores with, one a line; repeatable
    #[arg(long, value_name = "FILE")]
    pub(super) keystore_password_file: Vec<PathBuf>,
    /// Do not try the passwords that everybody knows (none, changeit, password …) on keystores
    #[arg(long)]
    pub(super) no_default_passwords: bool,
    /// Look at every file, whatever earlier scans saw, and keep nothing for later ones
    #[arg(long, env = "PQSCAN_NO_CACHE", value_parser = clap::builder::FalseyValueParser::new())]
    pub(super) no_cache: bool,
    /// Keep what files brought in this folder, so that the next scan looks only at those that changed [default: pqscan in the user's cache folder]
    #[arg(long, value_name = "DIR", env = "PQSCAN_CACHE_DIR")]
    pub(super) cache_dir: Option<PathBuf>,
    /// Bytes kept there, at most; K, M, G and T are powers of 1024
    #[arg(long, value_name = "SIZE", value_parser = size, default_value = "1G")]
    pub(super) cache_size: u64,
    /// Exit with 3 when something was not read
    #[arg(long, env = "PQSCAN_STRICT", value_parser = clap::builder::BoolishValueParser::new(), num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(super) strict: Option<bool>,
    /// Leave the time out of outputs; SOURCE_DATE_EPOCH sets it
    #[arg(long)]
    pub(super) reproducible: bool,
    /// Threads [default: one a core]
    #[arg(short = 'j', long, value_name = "N", env = "PQSCAN_THREADS")]
    pub(super) threads: Option<usize>,
    /// When to show a progress bar
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    pub(super) progress: When,
    /// The settings file [default: pqscan.toml at the scanned root]
    #[arg(long, value_name = "FILE", env = "PQSCAN_CONFIG")]
    pub(super) config: Option<PathBuf>,
    /// Do not read pqscan.toml at the scanned root, and let no comment in it accept anything
    #[arg(long, conflicts_with = "config")]
    pub(super) no_project_config: bool,
    /// Look only into the files and folders below the root that FILE names, each ended by a NUL: for parts of a repository
    #[arg(long, value_name = "FILE", hide = true)]
    pub(super) entries_from: Option<PathBuf>,
    /// Write outputs also where there was nothing to scan
    #[arg(long, hide = true)]
    pub(super) even_nothing: bool,
    // Groups with a heading of their own come last: what follows one stands below its heading.
    #[command(flatten)]
    pub(super) writing: WritingArgs,
    #[command(flatten)]
    pub(super) planning: PlanningArgs,
}

/// What to write, and how.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Output")]
pub(super) struct WritingArgs {
    /// Write to FILE (form by its ending), as FORM=FILE, or as FORM to stdout; `-` is stdout; repeatable
    #[arg(short, long, value_name = "[FORM=]FILE")]
    pub(super) output: Vec<String>,
    /// The form of the output that names none: text, table, tree, cyclonedx, json, jsonl, html, sarif, gitlab, csv, pqcc, md, junit,
    /// github, plan, plan-md
    #[arg(long, value_name = "FORM")]
    pub(super) format: Option<String>,
    /// The CycloneDX version to write
    #[arg(long, value_name = "VERSION", value_parser = ["1.6", "1.7"], env = "PQSCAN_SPEC_VERSION")]
    pub(super) spec_version: Option<String>,
    /// Places written for one asset in a CBOM, at most; their number is always said
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub(super) max_occurrences: usize,
    /// Results written as SARIF, at most, the most urgent; GitHub shows 5,000 and refuses more than 25,000
    #[arg(long, value_name = "N", default_value_t = crate::output::sarif::MAX_RESULTS)]
    pub(super) sarif_max: usize,
    /// Rows, and places, written in HTML, at most; their number is always said
    #[arg(long, value_name = "N", default_value_t = crate::output::html::MAX_FINDINGS)]
    pub(super) max_findings: usize,
    /// List every asset, not just the most urgent
    #[arg(long)]
    pub(super) all: bool,
    /// List what was skipped, and why
    #[arg(long)]
    pub(super) show_skipped: bool,
    /// Name the rule entry behind each place
    #[arg(long)]
    pub(super) explain: bool,
    /// When places are links that open their file (OSC 8): auto is in colour, on a terminal that is known to open them, not in CI
    /// [env: FORCE_HYPERLINK]
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    pub(super) hyperlinks: When,
}

/// What people decide and files cannot tell.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Planning")]
pub(super) struct PlanningArgs {
    /// Whose deadlines count; several: the strictest, and it is named [default: nist-ir8547]
    #[arg(
        long,
        value_name = "ID,…",
        value_delimiter = ',',
        env = "PQSCAN_POLICY"
    )]
    pub(super) policy: Vec<String>,
    /// A policy of your own; repeatable
    #[arg(long, value_name = "FILE")]
    pub(super) policy_file: Vec<PathBuf>,
    /// The year from which on a quantum computer is expected: a date to plan with [default: 2035]
    #[arg(long, value_name = "YEAR", value_parser = clap::value_parser!(i16).range(2020..=2100))]
    pub(super) quantum_year: Option<i16>,
    /// For how many years data must stay secret, where pqscan.toml says nothing of the place [default: 5, assumed]
    #[arg(long, value_name = "YEARS")]
    pub(super) shelf_life: Option<f64>,
    /// How much depends on the system: low, medium, high
    #[arg(long, value_name = "LEVEL", value_parser = criticality)]
    pub(super) criticality: Option<Criticality>,
    /// Who can reach it: local, at-rest, internal, internet
    #[arg(long, value_name = "REACH", value_parser = exposure)]
    pub(super) exposure: Option<Exposure>,
}

fn criticality(text: &str) -> Result<Criticality, String> {
    Criticality::from_name(text).ok_or_else(|| one_of(Criticality::ALL.iter().map(|c| c.name())))
}

fn exposure(text: &str) -> Result<Exposure, String> {
    Exposure::from_name(text).ok_or_else(|| one_of(Exposure::ALL.iter().map(|e| e.name())))
}

fn one_of<'a>(words: impl Iterator<Item = &'a str>) -> String {
    format!("one of {}", words.collect::<Vec<_>>().join(", "))
}

#[derive(Debug, clap::Args)]
pub(super) struct CheckArgs {
    #[command(flatten)]
    pub(super) scan: ScanArgs,
    /// What makes it fail, repeatable: a priority and what is more urgent (P0 to P4, or critical, high, medium, low, info), `new` (with
    /// --baseline), `policy:ID`, or a finding class
    #[arg(
        long,
        value_name = "GATE",
        default_value = "P1",
        value_delimiter = ',',
        value_parser = gate,
        env = "PQSCAN_FAIL_ON"
    )]
    pub(super) fail_on: Vec<Gate>,
    /// In GitHub Actions, do not write annotations to stdout
    #[arg(long)]
    pub(super) no_annotations: bool,
    /// Let only what this saved result or CBOM does not have fail
    #[arg(long, value_name = "FILE", env = "PQSCAN_BASELINE")]
    pub(super) baseline: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(super) struct ReportArgs {
    /// Results that a scan has written with `-o json=FILE`; `-` is stdin
    #[arg(required = true, value_name = "RESULT")]
    pub(super) results: Vec<PathBuf>,
    /// The day to judge by: YYYY-MM-DD, or `today` [default: that of the scan]
    #[arg(long, value_name = "DAY", value_parser = as_of)]
    pub(super) as_of: Option<AsOf>,
    /// A settings file whose contexts, waivers and policies count beside those of the scan
    #[arg(long, value_name = "FILE", env = "PQSCAN_CONFIG")]
    pub(super) config: Option<PathBuf>,
    #[command(flatten)]
    pub(super) writing: WritingArgs,
    #[command(flatten)]
    pub(super) planning: PlanningArgs,
}

/// The day of a judgement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AsOf {
    /// That of the run.
    Today,
    /// A day.
    Day(Date),
}

fn as_of(text: &str) -> Result<AsOf, String> {
    match text.trim() {
        "today" => Ok(AsOf::Today),
        day if day.len() == "2027-06-30".len() => day
            .parse()
            .ok()
            .filter(|day: &Date| (2000..=2200).contains(&day.year()))
            .map(AsOf::Day)
            .ok_or_else(|| format!("`{day}` is no day of the calendar from 2000 to 2200")),
        _ => Err("a day such as 2027-06-30, or `today`".to_owned()),
    }
}

#[derive(Debug, clap::Args)]
#[command(mut_arg("output", |arg| arg.help("Write the plan to FILE: Markdown where it ends in .md, JSON in .json, else text; or as FORM=FILE, with any form of scan; `-` is stdout; repeatable")))]
#[command(mut_arg("format", |arg| arg.help("The form of the output that names none: text, md, json [default: text]")))]
#[command(mut_arg("all", |arg| arg.help("Show every item, not just the first ten")))]
pub(super) struct PlanArgs {
    #[command(flatten)]
    pub(super) scan: ScanArgs,
}

/// How deep archives may lie in archives: from the command line and from the settings.
pub(super) fn depth(depth: usize) -> Result<usize, String> {
    if (1..=MAX_DEPTH).contains(&depth) {
        Ok(depth)
    } else {
        Err(depth_wanted())
    }
}

fn depth_text(text: &str) -> Result<usize, String> {
    text.trim()
        .parse()
        .map_err(|_| depth_wanted())
        .and_then(depth)
}

fn depth_wanted() -> String {
    format!(
        "a number from 1 to {MAX_DEPTH}; archives are opened inside each other, and a stack is no deeper"
    )
}

/// `64G`: bytes, with powers of 1024.
pub(super) fn size(text: &str) -> Result<u64, String> {
    let text = text.trim().to_ascii_uppercase();
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let power = match &text[digits.len()..] {
        "" | "B" => 0,
        "K" | "KB" | "KIB" => 1,
        "M" | "MB" | "MIB" => 2,
        "G" | "GB" | "GIB" => 3,
        "T" | "TB" | "TIB" => 4,
        _ => return Err("a number of bytes, as 500M or 64G".to_owned()),
    };
    digits
        .trim_end()
        .parse::<u64>()
        .ok()
        .and_then(|number| number.checked_mul(1 << (10 * power)))
        .ok_or_else(|| "a number of bytes, as 500M or 64G".to_owned())
}

/// What makes `check` fail.
fn gate(text: &str) -> Result<Gate, String> {
    let text = text.trim();
    if let Some(policy) = text.strip_prefix("policy:")
        && !policy.is_empty()
    {
        return Ok(Gate::Policy(policy.into()));
    }
    let lower = text.to_ascii_lowercase();
    Ok(match lower.as_str() {
        "p0" | "critical" => Gate::Band(Band::P0),
        "p1" | "high" => Gate::Band(Band::P1),
        "p2" | "medium" => Gate::Band(Band::P2),
        "p3" | "low" => Gate::Band(Band::P3),
        "p4" | "info" => Gate::Band(Band::P4),
        "new" => Gate::New,
        class => match FindingClass::from_name(class) {
            Some(class) => Gate::Class(class),
            None => {
                return Err(format!(
                    "{}; a gate is one of P0 to P4, critical, high, medium, low, info, new, policy:ID, or a finding class",
                    unknown_class(text)
                ));
            }
        },
    })
}

#[derive(Debug, clap::Args)]
pub(super) struct DiffArgs {
    /// The inventory before: a result (`-o json=FILE`) or a CBOM, of any tool; `-` is stdin
    pub(super) old: PathBuf,
    /// The inventory after
    pub(super) new: PathBuf,
    /// text, json, or md: Markdown
    #[arg(long, default_value = "text", value_name = "FORM", value_parser = ["text", "json", "md"])]
    pub(super) format: String,
    /// List everything, however much it is
    #[arg(long)]
    pub(super) all: bool,
    /// Exit with 1 when anything differs
    #[arg(long)]
    pub(super) exit_code: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct RulesArgs {
    #[command(subcommand)]
    pub(super) command: RulesCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum RulesCommand {
    /// The libraries that are known
    List {
        /// A folder or file of your own rules; repeatable
        #[arg(long, value_name = "DIR")]
        rules: Vec<PathBuf>,
        /// text, or md: the support table of the README
        #[arg(long, default_value = "text", value_parser = ["text", "md"])]
        format: String,
    },
    /// Run the examples in rule files
    Test {
        #[command(flatten)]
        files: RuleFiles,
        /// Drop each fact in turn and name those that no example notices
        #[arg(long)]
        mutants: bool,
    },
    /// Look for mistakes in rule files
    Lint {
        #[command(flatten)]
        files: RuleFiles,
    },
    /// Say in prose what a library's rules know
    Explain {
        /// A library (`java/jca`) or an entry (`java/jca#javax.crypto.Cipher.getInstance`)
        id: String,
        /// A folder or file of your own rules; repeatable
        #[arg(long, value_name = "DIR")]
        rules: Vec<PathBuf>,
    },
}

/// Which rule files a command is about.
#[derive(Debug, clap::Args)]
pub(super) struct RuleFiles {
    /// Rule files or folders [default: the built-in rules]
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    /// A folder or file of your own rules; repeatable
    #[arg(long, value_name = "DIR")]
    pub(super) rules: Vec<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(super) struct PolicyArgs {
    #[command(subcommand)]
    pub(super) command: PolicyCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum PolicyCommand {
    /// The policies that are known, each with its next date
    List {
        /// text, or md: the table of docs/policies.md
        #[arg(long, default_value = "text", value_parser = ["text", "md"])]
        format: String,
    },
    /// Everything that a policy says, where it stands, and how sure that is
    Show {
        /// A policy (`nist-ir8547`, `cnsa2`)
        id: String,
    },
    /// Print a file to begin a policy of your own with
    Init,
}

#[derive(Debug, clap::Args)]
pub(super) struct ExplainArgs {
    /// What an output names: a finding class (`rsa-key-transport`), an algorithm, curve, group or protocol (`RSA`, `ML-KEM-768`, `secp256r1`,
    /// `TLS`), an object identifier, a policy (`cnsa2`), a library (`OpenSSL`, `java/jca`), or the entry that saw something
    /// (`java/jca#javax.crypto.Cipher.getInstance`, `object/x509`)
    pub(super) name: String,
    /// A folder or file of your own rules; repeatable
    #[arg(long, value_name = "DIR")]
    pub(super) rules: Vec<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(super) struct SchemaArgs {
    /// result, diff, policy or settings; none: print which there are
    pub(super) document: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(super) struct CbomArgs {
    #[command(subcommand)]
    pub(super) command: CbomCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum CbomCommand {
    /// Look for what schemas do not check, in anybody's CBOM
    Validate(ValidateArgs),
    /// Put the cryptographic assets of CBOMs into an SBOM, or let it refer to them
    Merge(MergeArgs),
    /// Write a CBOM in another version of CycloneDX, another order or as a table
    Convert(ConvertArgs),
}

#[derive(Debug, clap::Args)]
pub(super) struct ValidateArgs {
    /// The CBOM; `-` is stdin
    pub(super) file: PathBuf,
}

#[derive(Debug, clap::Args)]
pub(super) struct MergeArgs {
    /// The SBOM, in CycloneDX JSON 1.2 to 1.7, of any tool; `-` is stdin
    pub(super) sbom: PathBuf,
    /// CBOMs to merge into it, of any tool
    #[arg(required = true, value_name = "CBOM")]
    pub(super) cboms: Vec<PathBuf>,
    /// Where to write [default: stdout]
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Leave the CBOMs apart, and refer to them and their parts by BOM-Link
    #[arg(long)]
    pub(super) link: bool,
    /// The folder that paths in the SBOM begin with, where they do not begin at what was scanned
    #[arg(long, value_name = "DIR")]
    pub(super) sbom_root: Option<String>,
    /// Leave out signatures that would no longer hold; without it, what is signed is not changed
    #[arg(long)]
    pub(super) drop_signature: bool,
    /// All on one line
    #[arg(long)]
    pub(super) compact: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct ConvertArgs {
    /// The CBOM, in CycloneDX JSON 1.2 to 1.7 or IBM's CBOM 1.0, of any tool; `-` is stdin
    pub(super) file: PathBuf,
    /// The CycloneDX version to write [default: the one that it has]
    #[arg(long, value_name = "VERSION", value_parser = ["1.6", "1.7"])]
    pub(super) spec_version: Option<String>,
    /// cyclonedx, or a row for each asset: csv, or jsonl, a JSON object a line
    #[arg(long, value_name = "FORM", default_value = "cyclonedx", value_parser = ["cyclonedx", "csv", "jsonl"])]
    pub(super) format: String,
    /// Where to write [default: stdout]
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Put components, dependencies, properties and places into an order that does not depend on who wrote them
    #[arg(long)]
    pub(super) sort: bool,
    /// Leave out signatures that would no longer hold; without it, what is signed is not changed
    #[arg(long)]
    pub(super) drop_signature: bool,
    /// All on one line
    #[arg(long)]
    pub(super) compact: bool,
}
