//! pqscan: what cryptography is in here, what of it does a quantum computer break, and what comes first.
//!
//! # The map
//!
//! The modules are floors; each uses only those below it (`tests/architecture.rs` checks). Floors 0 to 2 are the crate `pqscan-engine`, in
//! `src/engine/`, and stand here under the same names.
//!
//! | floor | module | what |
//! |---|---|---|
//! | 6 | [`cli`] | flags, progress, exit codes; the only place that prints |
//! | 5 | `fleet` | many repositories over time: find, scan what changed, remember, report |
//! | 4 | [`output`] | a report becomes bytes: CycloneDX, JSON, text; and saved results become inventories again |
//! | 3 | [`inventory`] | findings become assets, with what a quantum computer means for them, what is accepted, and a plan |
//! | 3 | [`scan`] | many artifacts: walk, open, unpack, detect, collect; the only place with threads |
//! | 2 | [`detect`] | one artifact in, findings out |
//! | 1 | [`knowledge`] | what the world's cryptography looks like: catalogue, spellings, rules; who wants what by when: policies |
//! | 0 | [`model`] | the vocabulary |
//!
//! # How one file travels
//!
//! [`scan::scan`] walks the root, opens what is an archive member by member, and gives each file to every [`detect::Detector`] that claims
//! it. For `Keys.java`, in a folder or in `app.war!/WEB-INF/lib/keys.jar!/Keys.java`, that is [`detect::source`]: it searches the bytes for any anchor of any Java library ([`knowledge::rules::prefilter`]); finding
//! `java.security`, it parses the file and *lowers* the tree to [`detect::facts::Facts`]: what is imported under which name, what each
//! variable is bound to, which calls happen. [`detect::facts::resolve`] turns `kpg.initialize(BITS)` into
//! "`java.security.KeyPairGenerator.initialize` with 2048", and [`detect::facts::matcher`] looks that name up in the rules: the earlier
//! `getInstance` made an asset, this call refines it. Out comes a [`model::Finding`]: key, RSA, 2048 bits, keygen, at
//! `Keys.java:5:32`, because of the entry `java/jca#java.security.KeyPairGenerator.getInstance`. What could not be read becomes a
//! [`model::Skip`] with its reason. [`inventory::report_by`] folds findings into assets, relates them, judges them by what people decided
//! ([`inventory::planning`]), holds waivers against the judgements and makes the plan; [`output`] writes it all.
//!
//! # Where to start
//!
//! `rules/go/crypto.toml` is what we know, `src/engine/detect/source/` how we see it, [`detect::facts::matcher`] how the two meet.

pub mod cli;
#[cfg(feature = "fleet")]
pub mod fleet;
pub mod inventory;
pub mod output;
pub mod scan;

pub use pqscan_engine::{detect, knowledge, model};
