//! What is new since the run before, for a webhook or a file: schema `pqscan/news/1`. Small: a few rows of each list, in texts that are
//! harmless and cut, since they go into chats and mails.

use std::borrow::Cow;
use std::io;

#[cfg(test)]
use schemars::JsonSchema;
use serde::Serialize;

use super::figures::{next_deadline, sentence};
use super::json::{
    ChangeOut, CoverageOut, DeadlineOut, ListOut, PointOut, TotalsOut, changed, coverage, deadline,
    point, totals,
};
use super::{Form, Options};
use crate::fleet::organisation::{AssetRow, FailureRow, Listed, Organisation};
use crate::output::fit::{harmless, shortened};
#[cfg(test)]
use crate::output::json::closed;
use crate::output::{band_name, stream};

/// The schema's name and number.
const SCHEMA: &str = "pqscan/news/1";
/// Most rows of each list.
const MAX_ROWS: usize = 10;
/// Most characters of a text.
const MAX_TEXT: usize = 200;

/// What is new, for programs that tell people.
#[derive(Debug)]
pub struct News;

impl Form for News {
    fn name(&self) -> &'static str {
        "news"
    }

    fn write(
        &self,
        organisation: &Organisation,
        _options: &Options,
        to: &mut dyn io::Write,
    ) -> io::Result<()> {
        stream::pretty(to, &document(organisation))
    }
}

/// What is new since the run before. Fields are added within a schema number, never renamed; a value that is not known is absent, never null.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
struct NewsOut<'a> {
    /// The schema's name and number.
    #[cfg_attr(test, schemars(extend("const" = SCHEMA)))]
    schema: &'static str,
    /// What the fleet's settings call the organisation.
    name: String,
    /// The day of the judgement.
    #[cfg_attr(test, schemars(with = "closed::Day"))]
    as_of: String,
    /// Where it stands, in plain words.
    summary: String,
    /// The last run that has finished; absent where none has.
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<PointOut>,
    /// What share of the organisation was looked at.
    coverage: CoverageOut,
    /// Totals of all repositories.
    totals: TotalsOut,
    /// The next deadline that something is open for.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_deadline: Option<DeadlineOut<'a>>,
    /// What is different since the run before; absent where there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<ChangeOut>,
    /// What is there since the last run, and was not before: the first, and how many there are.
    new: ListOut<NewAssetOut>,
    /// What was there in the run before, and no more.
    gone: ListOut<NewAssetOut>,
    /// What failed.
    failures: ListOut<NewFailureOut>,
}

/// An asset in a repository. Texts are cut, and what would control a terminal or deceive is replaced.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
struct NewAssetOut {
    /// The repository's name.
    repository: String,
    /// The asset's id.
    id: String,
    /// Its name.
    name: String,
    /// The most urgent priority.
    #[cfg_attr(test, schemars(with = "closed::Priority"))]
    priority: &'static str,
    /// The finding class of that judgement.
    finding_class: String,
    /// Places.
    places: u64,
    /// The first of them: path and line.
    place: String,
}

/// What failed. Texts likewise.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
struct NewFailureOut {
    /// The repository's name.
    repository: String,
    /// How it is treated.
    #[cfg_attr(test, schemars(extend("enum" = ["transient", "permanent", "poison"])))]
    class: &'static str,
    /// What happened.
    reason: String,
    /// Since which run its head could not be scanned.
    since_run: i64,
}

fn fit(text: &str) -> String {
    shortened(&harmless(text), MAX_TEXT)
}

fn asset(row: &AssetRow) -> NewAssetOut {
    NewAssetOut {
        repository: fit(&row.repository),
        id: fit(&row.id),
        name: fit(&row.name),
        priority: band_name(row.band),
        finding_class: fit(&row.class),
        places: row.places,
        place: fit(&row.place),
    }
}

fn failure(row: &FailureRow) -> NewFailureOut {
    NewFailureOut {
        repository: fit(&row.repository),
        class: row.class.name(),
        reason: fit(&row.reason),
        since_run: row.since_run,
    }
}

fn first<T, O>(listed: &Listed<T>, out: fn(&T) -> O) -> ListOut<O> {
    super::json::list(listed, MAX_ROWS, out)
}

fn document(organisation: &Organisation) -> NewsOut<'_> {
    NewsOut {
        schema: SCHEMA,
        name: fit(&organisation.name),
        as_of: organisation.as_of.to_string(),
        summary: sentence(organisation),
        run: organisation.trend.last().map(point),
        coverage: coverage(&organisation.coverage),
        totals: totals(&organisation.totals),
        next_deadline: next_deadline(organisation).map(|next| {
            let mut next = deadline(organisation, next);
            next.policy = Cow::Owned(fit(&next.policy));
            next
        }),
        change: changed(organisation),
        new: first(&organisation.new, asset),
        gone: first(&organisation.gone, asset),
        failures: first(&organisation.failures, failure),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::schema::made::of_written;

    #[test]
    fn its_published_schema_is_that_of_the_type() {
        of_written::<NewsOut<'_>>(
            "news",
            "What is new in an organisation, by pqscan (pqscan/news/1)",
        );
    }
}
