//! The page of a policy: whom it addresses, what it says, where that stands, and how sure that is.

use jiff::civil::Date;

use super::page::Page;
use crate::knowledge::policy::{
    Asks, Binding, Deadline, Ends, Evidence, Listed, Policy, STALE_DAYS, Target,
};

/// Everything that a policy's file says. With a day, how long ago somebody looked whether it still holds.
pub fn page(policy: &Policy, today: Option<Date>) -> String {
    let mut page = Page::new(&policy.title);
    page.section(
        "What it is",
        &format!(
            "{}; {}, {}. Its deadlines: {}.",
            policy.document, policy.version, policy.date, policy.section
        ),
    );
    page.section(
        "Whom it addresses",
        &format!("{}.", super::capital(&policy.scope)),
    );
    page.section("How much it binds them", binding(policy.binding));
    page.section("How sure this is", &sure(policy, today));
    let deadlines = policy.deadlines.iter().map(|d| deadline(policy, d));
    page.table("Deadlines", &deadlines.collect::<Vec<_>>());
    if policy.deadlines.is_empty() {
        page.section(
            "Deadlines",
            "None: no day ends what is in use. Priorities take no deadline from it.",
        )
    }
    let milestones = policy.milestones.iter().map(|milestone| {
        let aside = aside(milestone.section.as_deref(), milestone.evidence);
        (
            milestone.day.to_string(),
            format!("{}{aside}", milestone.words),
        )
    });
    page.table("Other dates", &milestones.collect::<Vec<_>>());
    page.section(
        "Hybrids",
        &format!(
            "{}: {}.",
            policy.hybrids.position.name(),
            policy.hybrids.words
        ),
    );
    page.table("What it allows by name", &allowed(policy));
    let covers = policy.covers.join(", ");
    if !covers.is_empty() {
        page.section(
            "What it speaks of",
            &format!("{covers}, with all their cases. Of others that a quantum computer breaks it says nothing."),
        )
    }
    let targets = policy.targets.iter().flat_map(|found| {
        let purposes = found.purposes.iter();
        purposes.map(|purpose| (purpose.name().to_owned(), target(found)))
    });
    page.table("What takes the place", &targets.collect::<Vec<_>>());
    page.section("Sources", &policy.source.join("\n"));
    page.section(
        "What is not said with it",
        "Whether somebody complies: whom a policy addresses stands in no file.",
    );
    page.text
}

fn binding(binding: Binding) -> &'static str {
    match binding {
        Binding::Binding => "It binds those in its scope.",
        Binding::Guideline => "A guideline: those in its scope should.",
        Binding::Draft => "A draft, not final. Every sentence that cites it says so.",
        Binding::Proposed => "Proposed, not in force. Every sentence that cites it says so.",
    }
}

fn sure(policy: &Policy, today: Option<Date>) -> String {
    let read = match policy.evidence {
        Evidence::Primary => "The document itself was read.",
        Evidence::SecondHand => "Second-hand: what quotes the document was read, not the document.",
        Evidence::Unconfirmed => {
            "Unconfirmed: nothing that quotes it was read, or sources contradict each other."
        }
    };
    let age = match today.map(|today| policy.age(today)) {
        Some(days) if days > STALE_DAYS => {
            format!(", {days} days ago: somebody should see whether it still says this")
        }
        Some(days) if days > 1 => format!(", {days} days ago"),
        _ => String::new(),
    };
    format!("{read} Last looked at {}{age}.", policy.last_verified)
}

fn deadline(policy: &Policy, deadline: &Deadline) -> (String, String) {
    let concerns: Vec<&str> = deadline.concerns.iter().map(|c| c.name()).collect();
    let becomes = match (deadline.ends, policy.asks) {
        (Ends::Deprecated, _) => "deprecated after that",
        (Ends::Disallowed, Asks::End) => "disallowed after that",
        (Ends::Disallowed, Asks::Replacement) => "replaced by then",
    };
    let mut text = format!("{}: {becomes}", concerns.join(" and "));
    if let Some(bits) = deadline.up_to_bits {
        text += &format!(", up to {bits} bits of strength")
    }
    if let Some(criticality) = deadline.criticality {
        text += &format!(", where criticality is {}", criticality.name())
    }
    if let Some(case) = &deadline.case {
        text += &format!("; {case}")
    }
    text += &aside(deadline.section.as_deref(), deadline.evidence);
    (deadline.last_day.to_string(), text)
}

fn allowed(policy: &Policy) -> Vec<(String, String)> {
    let name = |list: Listed| match list {
        Listed::Kem => "key establishment",
        Listed::Signature => "signatures",
        Listed::Firmware => "software and firmware too",
        Listed::Cipher => "ciphers",
        Listed::Hash => "hashes",
    };
    let rows = Listed::ALL.iter().map(|list| {
        let mut text = policy.allowed.list(*list).join(", ");
        for until in &policy.allowed_until {
            let names = until.what.list(*list).join(", ");
            if !names.is_empty() {
                text += &format!("; until {}: {names}", until.last_day)
            }
        }
        (name(*list).to_owned(), text)
    });
    rows.filter(|(_, names)| !names.is_empty()).collect()
}

/// `ML-KEM-768 or ML-KEM-1024: note [source]`.
fn target(target: &Target) -> String {
    let names = target.names.join(" or ");
    let text = match &target.note {
        Some(note) if names.is_empty() => note.clone(),
        Some(note) => format!("{names}: {note}"),
        None => names,
    };
    format!("{text}{}", aside(Some(&target.source), target.evidence))
}

/// ` [§4; unconfirmed]`.
fn aside(section: Option<&str>, evidence: Option<Evidence>) -> String {
    let parts: Vec<&str> = section
        .into_iter()
        .chain(evidence.map(Evidence::name))
        .collect();
    if parts.is_empty() {
        String::new()
    } else {
        format!(" [{}]", parts.join("; "))
    }
}
