//! The closed lists of words in our JSON, as its schema has them. Nothing is written with these types: fields are plain words, and name
//! the list that they are from.
//!
//! A list is closed for a version of the tool; a later one may add words to it.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::inventory::diff::By;
use crate::inventory::plan::{Kind, List};
use crate::inventory::waiver::{By as Who, State};
use crate::inventory::{Source, snapshot};
use crate::knowledge::catalog::Primitive;
use crate::knowledge::policy::{Binding, Ends, Evidence};
use crate::model::binary::Role;
use crate::model::finding::{Technique, Tier};
use crate::model::migration::{self, Track};
use crate::model::object::{Half, Opened};
use crate::model::{AssetKind, Confidence, Context, Facet, FindingClass, Operation, Origin};
use crate::output::words::{BANDS, CLASSES};
use crate::output::{band_name, class_name};

/// The words of a list as a schema.
fn one_of(about: &str, words: impl IntoIterator<Item = &'static str>) -> Schema {
    let words: Vec<&str> = words.into_iter().collect();
    json_schema!({ "description": about, "type": "string", "enum": words })
}

/// Defines lists: a type that only stands in schemas, what it is, and its words.
macro_rules! lists {
    ($($list:ident, $about:literal, $words:expr;)+) => {$(
        #[doc = $about]
        pub(crate) enum $list {}

        impl JsonSchema for $list {
            fn schema_name() -> Cow<'static, str> {
                stringify!($list).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                one_of($about, $words)
            }
        }
    )+};
}

/// The names of every value of an enum.
macro_rules! names {
    ($words:ty) => {
        <$words>::ALL.iter().map(|word| word.name())
    };
}

lists! {
    Priority, "How urgent it is: P0 is the most urgent, P4 needs nothing.",
        BANDS.iter().map(|band| band_name(*band));
    Class, "The list that it stands on. Lists are never added up.",
        CLASSES.iter().map(|(class, _)| class_name(*class));
    FindingClassName, "What is wrong, in one way that one kind of change mends; `pqscan explain` tells of each.",
        names!(FindingClass);
    KindOfAsset, "What kind of thing it is.", names!(AssetKind);
    Seen, "Whether a use of it was seen, a binary holds an implementation, other assets imply it, or it is only named.",
        ["used", "provided", "implied", "mentioned"];
    Parameter, "A parameter of an asset.", names!(Facet);
    OperationName, "What is done with it.", names!(Operation);
    OriginOfValue, "Where a value is from, the nearest first.", names!(Origin);
    PrimitiveName, "What an algorithm does, in CycloneDX's words; `unknown` is a key whose use is not known.", names!(Primitive);
    TierOfPlace, "What kind of thing a place shows, the strongest first.", names!(Tier);
    TechniqueOfReading, "How a place was read.", names!(Technique);
    Sureness, "How sure the scan is that the place shows what is said of it.", names!(Confidence);
    ContextOfPlace, "What role a place has in its project.", names!(Context);
    TrackName, "What is lost when a quantum computer breaks it: what was kept secret, or what is genuine.", names!(Track);
    Purpose, "What it is used for, as far as that decides what takes its place.", names!(migration::Purpose);
    Criticality, "How much depends on the system.", names!(migration::Criticality);
    SourceOfTerm, "Who says it: the files under scan, the user, or nobody, so that it is assumed.", names!(Source);
    BindingOfPolicy, "How much a policy binds those whom it addresses.", names!(Binding);
    EvidenceOfPolicy, "How sure the scan is of what a document says: it was read, what quotes it was read, or neither.", names!(Evidence);
    EndOfUse, "What becomes of it after the day.", names!(Ends);
    StateInTime, "Where a certificate stands at the report's time.", ["valid", "expired", "not yet valid"];
    Author, "Who says it: the scanned project, or whoever runs the scan.", names!(Who);
    StateOfWaiver, "What became of a waiver.", names!(State);
    ListOfPlan, "The list that a work item stands on.", names!(List);
    KindOfItem, "What kind of change it is.", names!(Kind);
    RoleOfBinary, "What a binary is for.", names!(Role);
    RoleOfCertificate, "What a certificate is for: a root and a CA sign others.", ["root", "CA", "leaf"];
    HalfOfKey, "What of a key lies there.", names!(Half);
    OpenedStore, "How a keystore was read.", names!(Opened);
    ReasonOfSkip, "Why something was not, or not wholly, read.", names!(crate::model::SkipReason);
    FormOfInventory, "What an inventory was read from.", snapshot::Form::ALL.iter().map(|form| super::diff::form_name(*form));
    ToldBy, "How assets of both were told to be the same: by our ids, or by kind, name and parameters.", names!(By);
}

/// A day, as `2035-12-31`.
pub(crate) enum Day {}

impl JsonSchema for Day {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Day".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date" })
    }
}

/// A time as RFC 3339 in UTC.
pub(crate) enum Time {}

impl JsonSchema for Time {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Time".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date-time" })
    }
}

/// A fingerprint of a judgement at a place: `pq1:` and 32 hexadecimal digits.
pub(crate) enum Print {}

impl JsonSchema for Print {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Print".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^pq1:[0-9a-f]{32}$" })
    }
}

/// A SHA-256 in hexadecimal digits.
pub(crate) enum Sha256 {}

impl JsonSchema for Sha256 {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Sha256".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[0-9a-f]{64}$" })
    }
}
