//! What the owner of a fleet says, and what work needs besides.

use std::env;
use std::ffi::{OsStr, OsString};
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use jiff::civil::Date;

use super::super::args::PlanningArgs;
use super::super::planning;
use super::super::settings::Settings as ScanSettings;
use super::args::{Where, WorkArgs};
use super::settings;
use crate::fleet::rollup::Decide;
use crate::fleet::run::{self, Judge};
use crate::fleet::settings::Settings;
use crate::fleet::state::State;
use crate::fleet::store::Store;
use crate::fleet::target;
use crate::fleet::task::Engine;
use crate::fleet::work::{How, Worker};
use crate::fleet::worker::Bench;
use crate::inventory::planning::Planning;
use crate::knowledge::Knowledge;

/// What the owner of the fleet says of scans and judgements.
pub(super) struct Owner {
    scan: Arc<ScanSettings>,
    known: Arc<Knowledge>,
}

impl Owner {
    pub(super) fn of(settings: &Settings) -> Result<Self> {
        let scan = ScanSettings::read(settings.settings.as_deref(), None)?;
        let known = Knowledge::load(&scan.rules)?;
        Ok(Self {
            scan: Arc::new(scan),
            known: Arc::new(known),
        })
    }

    /// The flags of every scan: what is read, and by which rules.
    fn scan_args(&self) -> Result<Vec<OsString>> {
        let scan = &self.scan;
        let mut args: Vec<OsString> = Vec::new();
        let mut valued = |flag: &str, value: &OsStr| {
            let mut arg = OsString::from(flag);
            arg.push("=");
            arg.push(value);
            args.push(arg)
        };
        for pattern in &scan.include {
            valued("--include", pattern.as_ref())
        }
        for pattern in &scan.exclude {
            valued("--exclude", pattern.as_ref())
        }
        for rules in &scan.rules {
            let rules = std::path::absolute(rules)?;
            valued("--rules", rules.as_os_str())
        }
        for platform in &scan.platform {
            valued("--platform", platform.to_string().as_ref())
        }
        if let Some(depth) = scan.max_depth {
            valued("--max-depth", depth.to_string().as_ref())
        }
        if let Some(bytes) = scan.max_unpacked {
            valued("--max-unpacked", bytes.to_string().as_ref())
        }
        if let Some(ratio) = scan.max_ratio {
            valued("--max-ratio", ratio.to_string().as_ref())
        }
        for (flag, is_set) in [
            ("--respect-gitignore", scan.respect_gitignore),
            ("--no-archives", scan.no_archives),
            ("--no-default-passwords", scan.no_default_passwords),
        ] {
            if is_set {
                args.push(flag.into())
            }
        }
        Ok(args)
    }

    /// How results are judged.
    pub(super) fn judge(
        &self,
        args: &PlanningArgs,
        settings: &Settings,
        day: Date,
        moment: i64,
    ) -> Result<Judge> {
        // What is wrong with it is said before anything is scanned.
        let mut probe = Planning::usual(&self.known.policies, Some(moment));
        planning::again(&mut probe, args, &self.scan, &self.known)?;
        let (args, scan) = (args.clone(), Arc::clone(&self.scan));
        let known = Arc::clone(&self.known);
        let trust = settings.trust_projects;
        let decide: Decide = Arc::new(move |planning| {
            if !trust {
                planning.ignore_comments = true
            }
            planning::again(planning, &args, &scan, &known).map_err(|error| format!("{error:#}"))
        });
        Ok(Judge {
            known: Arc::clone(&self.known),
            decide,
            moment,
            day,
        })
    }
}

/// Everything that work needs.
pub(super) struct Open {
    pub(super) settings: Settings,
    pub(super) owner: Owner,
    pub(super) bench: Bench,
    pub(super) engine: Engine,
    pub(super) hands: usize,
}

impl Open {
    pub(super) async fn new(place: &Where, work: &WorkArgs, moment: i64) -> Result<Self> {
        let settings = settings(place)?;
        let state = State::open(&settings.db).await?;
        Self::with(settings, state, work, moment)
    }

    pub(super) fn with(
        settings: Settings,
        state: State,
        work: &WorkArgs,
        moment: i64,
    ) -> Result<Self> {
        let owner = Owner::of(&settings)?;
        let scan_args = owner.scan_args()?;
        let engine = run::engine(&owner.known, &settings, &scan_args);
        let store = Store::open(&settings.store)?;
        let scratch = settings.work.scratch.clone();
        let scratch = scratch.unwrap_or_else(|| env::temp_dir().join("pqscan-fleet"));
        let cache = match &settings.work.cache {
            _ if work.no_cache => None,
            Some(cache) => Some(cache.clone()),
            None => Some(scratch.join("cache")),
        };
        let how = How {
            program: env::current_exe().context("cannot find pqscan itself")?,
            scan_args,
            trust_projects: settings.trust_projects,
            scratch,
            cache,
            authorities: target::authorities(&settings.targets),
            limits: settings.work.limits(),
            epoch: moment,
            threads: work.threads.unwrap_or(settings.work.threads),
        };
        let hands = match work.hands.unwrap_or(settings.work.hands) {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            hands => hands,
        };
        let bench = Bench {
            state,
            store,
            worker: Arc::new(Worker::open(how)?),
            known: Arc::clone(&owner.known),
            targets: Arc::new(settings.targets.clone()),
        };
        Ok(Self {
            settings,
            owner,
            bench,
            engine,
            hands,
        })
    }

    /// Says so where nothing tells where repositories are.
    pub(super) fn need_targets(&self, place: &Where) -> Result<()> {
        if self.settings.targets.is_empty() {
            bail!(
                "{} names no [[target]]: nothing says where repositories are",
                place.config.display()
            )
        }
        Ok(())
    }
}
