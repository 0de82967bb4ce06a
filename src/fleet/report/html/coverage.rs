//! What share of the organisation was looked at. The parts add up, and what failed is always there.

use askama::Template;

use crate::fleet::organisation::Organisation;
use crate::fleet::report::figures::{
    covered, current, in_scope, not_adding_up, parts, repositories,
};
use crate::output::fit::{counted, grouped};

#[derive(Template)]
#[template(
    ext = "html",
    source = r##"<section id="coverage">
<h2 id="coverage-h">What was looked at</h2>
<p>{{ said }}</p>
{% if let Some(warning) = warning %}<p class="warn">{{ warning }}</p>{% endif %}
<div class="scroll" tabindex="0" role="group" aria-labelledby="coverage-h">
<table class="numbers"><thead><tr><th scope="col">Repositories<th scope="col" class="r">How many</thead><tbody>
{%- for (words, number, link) in parts %}
<tr><th scope="row">{{ words }}<td class="r">{% if let Some(link) = link %}<a href="{{ link }}">{{ number }}</a>{% else %}{{ number }}{% endif %}
{%- endfor %}
<tr class="sum"><th scope="row">all that the targets name<td class="r">{{ all }}</tbody></table></div>
<p>{{ files }}</p>
</section>"##
)]
pub(super) struct Coverage {
    said: String,
    warning: Option<String>,
    parts: Vec<(&'static str, String, Option<&'static str>)>,
    all: String,
    files: String,
}

impl Coverage {
    pub(super) fn of(organisation: &Organisation) -> Self {
        let coverage = &organisation.coverage;
        let said = match covered(coverage) {
            None if coverage.repositories == 0 => {
                "The targets name no repository: there is nothing to look at.".to_owned()
            }
            None => "The settings leave out every repository that the targets name.".to_owned(),
            Some(percent) => format!(
                "Of {} to look at, {} ({percent}%) {} covered as they are now.",
                repositories(in_scope(coverage)),
                grouped(current(coverage)),
                if current(coverage) == 1 { "is" } else { "are" },
            ),
        };
        let parts = parts(coverage).into_iter();
        let parts = parts.map(|(key, words, number)| {
            let link = (number > 0 && matches!(key, "failed" | "stale")).then_some("#failures");
            (words, grouped(number), link)
        });
        Self {
            said,
            warning: not_adding_up(coverage),
            parts: parts.collect(),
            all: grouped(coverage.repositories),
            files: format!(
                "{} read in all; {} could not be read, or not wholly: the report of each repository names them.",
                counted(coverage.files, "file"),
                grouped(coverage.gaps)
            ),
        }
    }
}
