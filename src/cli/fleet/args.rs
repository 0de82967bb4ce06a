//! What can be said to `pqscan fleet`.

use std::path::PathBuf;

use clap::Subcommand;
use jiff::civil::Date;

use super::super::args::PlanningArgs;

/// What its exit codes mean.
const EXIT_CODES: &str = "\
Exit codes:
  0   it was done; what failed of the organisation is in the report
  2   the command could not do its job: usage, settings, a store or
      database that does not answer
  3   run --strict: something of the organisation was not looked at
  42  it failed for good: to try again without a change is of no use";

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct FleetArgs {
    #[command(subcommand)]
    pub(in crate::cli) command: FleetCommand,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum FleetCommand {
    /// Write a fleet.toml with every key explained
    Init(InitArgs),
    /// Find the repositories, scan what changed, judge, report; to be called as often as you like
    #[command(after_help = EXIT_CODES)]
    Run(RunArgs),
    /// Work on what a run elsewhere has planned, until stopped
    #[command(after_help = EXIT_CODES)]
    Worker(WorkerArgs),
    /// Run at the ticks of a schedule, and show where the organisation stands on a page
    #[command(after_help = EXIT_CODES)]
    Serve(ServeArgs),
    /// Say where the organisation stands, in short
    Status(StatusArgs),
    /// Ask the database
    Query(QueryArgs),
    /// Write reports of the organisation
    Report(ReportArgs),
    /// Write a CBOM for each repository, and one that links them
    Export(ExportArgs),
    /// Say how the organisation moved from run to run
    Trend(TrendArgs),
    /// Remove what is not needed any more, and make few large Parquet files of many small ones
    Tidy(TidyArgs),
    /// Plan into a file, for shards without a database
    Plan(PlanFileArgs),
    /// Put what shards made into the database
    Merge(MergeArgs),
}

/// Where the fleet is.
#[derive(Debug, Clone, clap::Args)]
pub(in crate::cli) struct Where {
    /// The fleet's settings
    #[arg(long, value_name = "FILE", default_value = crate::fleet::settings::FILE_NAME, env = "PQSCAN_FLEET_CONFIG")]
    pub(in crate::cli) config: PathBuf,
    /// The database: a SQLite file or postgres://…
    #[arg(
        long,
        value_name = "URL",
        env = "PQSCAN_FLEET_DB",
        hide_env_values = true
    )]
    pub(in crate::cli) db: Option<String>,
    /// Where results are kept: a folder, s3://…, gs://… or az://…
    #[arg(long, value_name = "URL", env = "PQSCAN_FLEET_STORE")]
    pub(in crate::cli) store: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct InitArgs {
    /// The file to write
    #[arg(default_value = crate::fleet::settings::FILE_NAME)]
    pub(in crate::cli) file: PathBuf,
}

/// How work is done here.
#[derive(Debug, Clone, clap::Args)]
pub(in crate::cli) struct WorkArgs {
    /// Tasks at once [default: one a core]
    #[arg(long, value_name = "N")]
    pub(in crate::cli) hands: Option<usize>,
    /// Threads of each scan [default: 1]
    #[arg(short = 'j', long, value_name = "N")]
    pub(in crate::cli) threads: Option<usize>,
    /// Do not keep what files brought for scans to come
    #[arg(long)]
    pub(in crate::cli) no_cache: bool,
}

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct RunArgs {
    #[command(flatten)]
    pub(in crate::cli) place: Where,
    #[command(flatten)]
    pub(in crate::cli) work: WorkArgs,
    /// Judge as on that day
    #[arg(long, value_name = "DAY")]
    pub(in crate::cli) as_of: Option<Date>,
    /// Leave the work to workers elsewhere
    #[arg(long)]
    pub(in crate::cli) no_work: bool,
    /// Write a report after the run, FORM=FILE or a file with a known ending; repeatable
    #[arg(short, long, value_name = "[FORM=]FILE")]
    pub(in crate::cli) output: Vec<String>,
    /// Exit with 3 where something of the organisation was not looked at
    #[arg(long)]
    pub(in crate::cli) strict: bool,
    /// Scan a part of a plan, without a database
    #[arg(long, value_name = "FILE", requires = "out")]
    pub(in crate::cli) plan: Option<PathBuf>,
    /// Which part: I/N, counted from 1 [default: what Kubernetes, GitLab, AWS Batch, Cloud Run or Slurm say]
    #[arg(long, value_name = "I/N", requires = "plan")]
    pub(in crate::cli) shard: Option<String>,
    /// Where the part's results go: a folder, s3://…, gs://… or az://…
    #[arg(long, value_name = "DIR", requires = "plan")]
    pub(in crate::cli) out: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) planning: PlanningArgs,
}

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct WorkerArgs {
    #[command(flatten)]
    pub(in crate::cli) place: Where,
    #[command(flatten)]
    pub(in crate::cli) work: WorkArgs,
    /// Stop when nothing waits
    #[arg(long)]
    pub(in crate::cli) until_idle: bool,
    /// Results bear that day
    #[arg(long, value_name = "DAY")]
    pub(in crate::cli) as_of: Option<Date>,
}

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct ServeArgs {
    #[command(flatten)]
    pub(in crate::cli) place: Where,
    #[command(flatten)]
    pub(in crate::cli) work: WorkArgs,
    /// When to run: minute hour day month weekday, as in a crontab, or @hourly, @daily, @weekly, @monthly
    #[arg(long, value_name = "SCHEDULE", default_value = "0 3 * * *")]
    pub(in crate::cli) cron: String,
    /// The schedule's time zone: Europe/Berlin
    #[arg(long, value_name = "NAME", default_value = "UTC")]
    pub(in crate::cli) time_zone: String,
    /// Also run at once
    #[arg(long)]
    pub(in crate::cli) now: bool,
    /// Where the page is served; it has no users and no TLS: for more than this machine put a proxy before it
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:8080")]
    pub(in crate::cli) listen: String,
    /// Names by which browsers know the page, beside localhost; repeatable
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) host: Vec<String>,
    /// Leave the work to workers elsewhere
    #[arg(long)]
    pub(in crate::cli) no_work: bool,
    /// Write a report after each run, FORM=FILE or a file with a known ending; repeatable
    #[arg(short, long, value_name = "[FORM=]FILE")]
    pub(in crate::cli) output: Vec<String>,
    #[command(flatten)]
    pub(in crate::cli) planning: PlanningArgs,
}

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct StatusArgs {
    #[command(flatten)]
    pub(in crate::cli) place: Where,
    /// As OpenMetrics, for Prometheus and others
    #[arg(long)]
    pub(in crate::cli) metrics: bool,
}

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct QueryArgs {
    #[command(flatten)]
    pub(in crate::cli) place: Where,
    /// A statement that reads; docs/fleet.md describes the views
    pub(in crate::cli) sql: String,
    /// The form of the answer
    #[arg(long, value_name = "FORM", default_value = "table")]
    pub(in crate::cli) format: QueryForm,
    /// Rows at most
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    pub(in crate::cli) max_rows: usize,
}

/// The form of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(in crate::cli) enum QueryForm {
    /// For people
    Table,
    /// For spreadsheets
    Csv,
    /// An object a row
    Jsonl,
}

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct ReportArgs {
    #[command(flatten)]
    pub(in crate::cli) place: Where,
    /// FORM=FILE, a file with a known ending, or a form for stdout; repeatable
    #[arg(short, long, value_name = "[FORM=]FILE")]
    pub(in crate::cli) output: Vec<String>,
    /// Rows of each list, at most; their number is always said
    #[arg(long, value_name = "N", default_value_t = 200)]
    pub(in crate::cli) rows: u32,
    /// Judge as on that day [default: that of the last run]
    #[arg(long, value_name = "DAY")]
    pub(in crate::cli) as_of: Option<Date>,
    #[command(flatten)]
    pub(in crate::cli) planning: PlanningArgs,
}

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct ExportArgs {
    #[command(flatten)]
    pub(in crate::cli) place: Where,
    /// The folder to write CBOMs to
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli) cbom: PathBuf,
    /// Judge as on that day [default: that of the last run]
    #[arg(long, value_name = "DAY")]
    pub(in crate::cli) as_of: Option<Date>,
    #[command(flatten)]
    pub(in crate::cli) planning: PlanningArgs,
}

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct TrendArgs {
    #[command(flatten)]
    pub(in crate::cli) place: Where,
    /// The form of the answer
    #[arg(long, value_name = "FORM", default_value = "table")]
    pub(in crate::cli) format: QueryForm,
}

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct TidyArgs {
    #[command(flatten)]
    pub(in crate::cli) place: Where,
    /// Only say what would be removed
    #[arg(long)]
    pub(in crate::cli) dry_run: bool,
    /// Also merge segments into parts
    #[arg(long)]
    pub(in crate::cli) compact: bool,
}

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct PlanFileArgs {
    #[command(flatten)]
    pub(in crate::cli) place: Where,
    /// The file to write, one task a line
    #[arg(short, long, value_name = "FILE")]
    pub(in crate::cli) output: PathBuf,
}

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct MergeArgs {
    #[command(flatten)]
    pub(in crate::cli) place: Where,
    /// What shards wrote: folders, s3://…, gs://… or az://…
    #[arg(required = true, value_name = "DIR")]
    pub(in crate::cli) from: Vec<String>,
    /// Judge as on that day
    #[arg(long, value_name = "DAY")]
    pub(in crate::cli) as_of: Option<Date>,
    /// Write a report, FORM=FILE or a file with a known ending; repeatable
    #[arg(short, long, value_name = "[FORM=]FILE")]
    pub(in crate::cli) output: Vec<String>,
    #[command(flatten)]
    pub(in crate::cli) planning: PlanningArgs,
}
