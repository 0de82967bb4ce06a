//! A score in a line.

use crate::inventory::{Need, Score, Source, Term};
use crate::output::band_name;

/// `69: time 42.9 (slack 2.9 years), exposure 8*, role 6, criticality 5*; P0 if in 2030, P2 if in 2040 (* assumed)`.
pub(super) fn line(score: &Score) -> String {
    let urgency = f64::from(score.urgency) / 100.0;
    let mut line = format!("{}: time {urgency:.1} (", score.points);
    let slack = score.slack.in_years();
    line.push_str(&match slack {
        slack if slack < 0.0 => format!("{:.1} years late", -slack),
        slack => format!("{slack:.1} years left to begin"),
    });
    line.push_str(&format!(
        "), exposure {}, role {}, criticality {}",
        term(&score.exposure),
        term(&score.role),
        term(&score.criticality)
    ));
    for limit in &score.limits {
        let word = if limit.floor { "at least" } else { "at most" };
        line.push_str(&format!("; {word} {}: {}", limit.points, limit.because));
    }
    let first = score.at.first().map(|(_, band)| band);
    if score.at.iter().any(|(_, band)| Some(band) != first) {
        let years: Vec<String> = score
            .at
            .iter()
            .map(|(year, band)| format!("{} for {year}", band_name(*band)))
            .collect();
        line.push_str(&format!("; {}", years.join(", ")));
    }
    let terms = [
        score.exposure.source,
        score.role.source,
        score.criticality.source,
    ];
    if terms.contains(&Source::Default) {
        line.push_str(" (* assumed)")
    }
    line
}

fn term(term: &Term<u8>) -> String {
    match term.source {
        Source::Default => format!("{}*", term.value),
        Source::Observed | Source::User => term.value.to_string(),
    }
}

/// `shelf-life (P2 if 1 year, P0 if 25 years), criticality (P1 if low, P0 if high)`.
pub(super) fn needs(needs: &[Need]) -> String {
    let need = |need: &Need| {
        format!(
            "{} ({} if {}, {} if {})",
            need.what,
            band_name(need.least.0),
            need.least.1,
            band_name(need.most.0),
            need.most.1
        )
    };
    needs.iter().map(need).collect::<Vec<_>>().join(", ")
}
