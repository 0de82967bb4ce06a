//! The parts of a form that belong together: its rows, results, objects, sections, lines.

use serde_json::Value as Json;

/// Each part, as text.
pub(crate) fn records(form: &str, text: &str) -> Vec<String> {
    match form {
        "json" => objects(
            text,
            &["assets", "waivers", "plan"],
            &["coverage", "planning"],
        ),
        "cyclonedx" => objects(text, &["components"], &["metadata"]),
        "sarif" => sarif(text),
        // Its descriptions are Markdown.
        "gitlab" => {
            let all = objects(text, &["vulnerabilities"], &["scan"]);
            all.into_iter().map(|one| one.replace("\\\\", "")).collect()
        }
        "jsonl" | "github" | "table" => text.lines().map(str::to_owned).collect(),
        "csv" | "pqcc" => csv(text),
        "html" => html(text),
        "junit" => split(text, "<testcase"),
        // A finding, an item, a section: what empty lines part; and sections of Markdown.
        "plan-md" => split(text, "\n## "),
        "md" => text
            .lines()
            .map(str::to_owned)
            .chain(split(text, "\n## "))
            .chain(split(text, "\n### "))
            .collect(),
        _ => text.split("\n\n").map(folded).collect(),
    }
}

fn split(text: &str, at: &str) -> Vec<String> {
    text.split(at).map(folded).collect()
}

/// Broken lines are one.
fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The members of some lists, and of some objects the parts.
fn objects(text: &str, lists: &[&str], wholes: &[&str]) -> Vec<String> {
    let json: Json = serde_json::from_str(text).expect("it is JSON");
    let members = lists
        .iter()
        .filter_map(|key| json[key].as_array())
        .flatten();
    let parts = wholes.iter().map(|key| &json[key]);
    let mut all: Vec<String> = members.map(Json::to_string).collect();
    for part in parts {
        all.push(part.to_string());
        for value in part
            .as_object()
            .into_iter()
            .flatten()
            .filter_map(|(_, value)| value.as_array())
        {
            all.extend(value.iter().map(Json::to_string));
        }
    }
    all
}

/// Results, each with its rule, and what the run tells of itself.
fn sarif(text: &str) -> Vec<String> {
    let json: Json = serde_json::from_str(text).expect("it is JSON");
    let mut all = Vec::new();
    for run in json["runs"].as_array().into_iter().flatten() {
        let rules = run["tool"]["driver"]["rules"].as_array();
        for result in run["results"].as_array().into_iter().flatten() {
            let mut rule = rules
                .into_iter()
                .flatten()
                .filter(|rule| rule["id"] == result["ruleId"]);
            all.push(format!("{result} {}", rule.next().unwrap_or(&Json::Null)));
        }
        for invocation in run["invocations"].as_array().into_iter().flatten() {
            let told = invocation["toolExecutionNotifications"].as_array();
            all.extend(told.into_iter().flatten().map(Json::to_string));
        }
    }
    all
}

fn csv(text: &str) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let rows = reader.records().map(|row| row.expect("it is CSV"));
    rows.map(|row| row.iter().collect::<Vec<_>>().join(" ; "))
        .collect()
}

/// Sections and rows of a page, without markup.
fn html(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    for ends in [
        "</tr>",
        "</article>",
        "</section>",
        "</details>",
        "</li>",
        "</header>",
    ] {
        all.extend(text.split(ends).map(|part| folded(&without_tags(part))));
    }
    all
}

fn without_tags(html: &str) -> String {
    let mut out = String::new();
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('<') {
        out.push_str(before);
        out.push(' ');
        rest = after.split_once('>').map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    for (entity, sign) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&#38;", "&"),
        ("&amp;", "&"),
    ] {
        out = out.replace(entity, sign);
    }
    out
}
