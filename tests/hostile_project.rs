//! A hostile project injects nothing into any form of output.
//!
//! `corpus/hostile/project.rs` makes a project whose names, texts and labels try to become markup, links, commands or formulas. Every form
//! in `FORMATS` is read here by a reader that is not ours (a browser's HTML parser, CommonMark, XML, CSV, JSON), and held against what the
//! same form makes of the same project with plain words: an element, attribute, link or command that only the hostile one has was
//! injected. A new form fails here until it is said how it is read.
#![cfg(target_os = "linux")]

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

use serde_json::Value as Json;
use tempfile::TempDir;

#[path = "forms/mod.rs"]
mod forms;
#[path = "hostile_project/markup.rs"]
mod markup;
#[path = "../corpus/hostile/project.rs"]
mod project;
#[path = "hostile_project/prose.rs"]
mod prose;

use self::forms::Written;
use self::project::Manner;

/// What the outputs of one project are.
struct Outputs {
    /// As a run without flags writes them.
    usual: Written,
    /// With everything that can be shown.
    all: Written,
}

static HOSTILE: LazyLock<Outputs> = LazyLock::new(|| outputs(Manner::Hostile));
static PLAIN: LazyLock<Outputs> = LazyLock::new(|| outputs(Manner::Plain));

fn outputs(manner: Manner) -> Outputs {
    let folder = TempDir::new().expect("a folder");
    let root = folder.path().join("project");
    project::write(&root, manner);
    let policy = folder.path().join("hostile.toml");
    std::fs::write(&policy, project::policy(manner)).expect("it is written");
    let policy = policy.display().to_string();
    let usual = [
        "--policy-file",
        &policy,
        "--policy",
        "nist-ir8547",
        "--color",
        "always",
    ];
    let all = [
        &usual[..],
        &[
            "--all",
            "--show-skipped",
            "--explain",
            "--hyperlinks",
            "always",
        ],
    ]
    .concat();
    Outputs {
        usual: forms::written(&root, &usual),
        all: forms::written(&root, &all),
    }
}

/// Both runs of each, under the same name.
fn pairs() -> [(&'static Written, &'static Written); 2] {
    [(&HOSTILE.usual, &PLAIN.usual), (&HOSTILE.all, &PLAIN.all)]
}

/// How a form is read.
fn check(name: &str, hostile: &str, plain: &str) -> Vec<String> {
    match name {
        "text" | "plan" | "table" | "tree" => prose::terminal(hostile),
        "md" | "plan-md" => prose::markdown(hostile, plain),
        "html" => markup::html(hostile, plain),
        "junit" => markup::xml(hostile, plain),
        "csv" | "pqcc" => prose::csv(hostile, plain),
        "github" => prose::annotations(hostile, plain),
        "cyclonedx" | "json" | "gitlab" => json(hostile),
        "sarif" => sarif(hostile),
        "jsonl" => hostile.lines().flat_map(json).collect(),
        _ => vec![format!("nobody says here how `{name}` is read")],
    }
}

#[test]
fn nothing_is_injected_into_any_form() {
    let mut wrong = Vec::new();
    for (hostile, plain) in pairs() {
        for (name, text) in &hostile.forms {
            let mut problems = check(name, text, &plain.forms[name]);
            problems.extend(never(name, text));
            let number = problems.len();
            wrong.extend(problems.into_iter().take(8).map(|p| format!("{name}: {p}")));
            if number > 8 {
                wrong.push(format!("{name}: … {number} in all"))
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nothing_is_injected_into_a_terminal() {
    let mut wrong = Vec::new();
    for (hostile, _) in pairs() {
        for (name, text) in [("stdout", &hostile.stdout), ("stderr", &hostile.stderr)] {
            wrong.extend(
                prose::terminal(text)
                    .into_iter()
                    .map(|p| format!("{name}: {p}")),
            );
        }
        assert!(
            hostile.stdout.contains("\u{1b}["),
            "there is colour to look at"
        );
    }
    assert!(HOSTILE.all.stdout.contains("\u{1b}]8;;file://"));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The project is as hostile as it says: its texts reach the outputs, each on every way.
#[test]
fn every_hostile_text_is_there() {
    let json: Json = serde_json::from_str(&HOSTILE.usual.forms["json"]).expect("it is JSON");
    let assets = json["assets"].as_array().expect("a list");
    let all =
        |of: &dyn Fn(&Json) -> Vec<String>| -> String { assets.iter().flat_map(of).collect() };
    let occurrences = |asset: &Json, key: &str| -> Vec<String> {
        let list = asset["occurrences"].as_array().expect("a list");
        list.iter()
            .map(|o| o[key].as_str().unwrap_or_default().to_owned())
            .collect()
    };
    let ways = [
        ("paths", all(&|a| occurrences(a, "path"))),
        ("lines of code", all(&|a| occurrences(a, "text"))),
        ("names", all(&|a| vec![a["name"].to_string()])),
        ("parameters", all(&|a| vec![a["parameters"].to_string()])),
        ("objects", all(&|a| vec![a["object"].to_string()])),
        ("packages", json["packages"].to_string()),
        ("waivers", json["waivers"].to_string()),
        ("skips", json["coverage"]["skips"].to_string()),
        ("work items", json["plan"].to_string()),
    ];
    for (way, text) in &ways {
        let missing: Vec<String> = (0..project::NUMBER)
            .map(project::mark)
            .filter(|mark| !text.contains(mark.as_str()))
            .collect();
        let most = match *way {
            // The empty rest of a reference, and what no package may be called.
            "packages" | "names" | "work items" => project::NUMBER - 10,
            _ => 4,
        };
        assert!(missing.len() <= most, "{way}: {}", missing.join(" "));
    }
}

/// What belongs into no form whatever: what somebody logs in with, and bytes that no text has. JSON holds every character but the ASCII
/// controls as it is (RFC 8259 §7).
fn never(name: &str, text: &str) -> Vec<String> {
    let secret = text
        .contains("hx61password")
        .then(|| "a password of the remote".to_owned());
    let is_json = ["json", "jsonl", "cyclonedx", "sarif", "gitlab"].contains(&name);
    let mut controls = text
        .chars()
        .filter(|c| c.is_control() && !"\n\r\t\u{1b}".contains(*c));
    let byte = controls.find(|c| *c < ' ' || !is_json);
    let byte = byte.map(|c| format!("{c:?} as it is"));
    secret.into_iter().chain(byte).collect()
}

/// Characters that make text look like other text or that control a terminal, but for the tab.
fn deceives(c: char) -> bool {
    c.is_control() && c != '\t'
        || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// A context of a few characters around something, to tell where it is.
fn around(text: &str, at: usize) -> String {
    let mut start = at.saturating_sub(60);
    while !text.is_char_boundary(start) {
        start -= 1
    }
    let mut end = (at + 60).min(text.len());
    while !text.is_char_boundary(end) {
        end += 1
    }
    format!("{:?}", &text[start..end])
}

/// Every text of a document, with where it stands.
fn strings<'a>(json: &'a Json, path: &str, all: &mut Vec<(String, &'a str)>) {
    match json {
        Json::String(text) => all.push((path.to_owned(), text)),
        Json::Array(list) => list.iter().for_each(|one| strings(one, path, all)),
        Json::Object(fields) => {
            for (key, value) in fields {
                strings(value, &format!("{path}.{key}"), all)
            }
        }
        _ => {}
    }
}

/// JSON holds any text; what it holds as an address is one.
fn json(text: &str) -> Vec<String> {
    let json: Json = match serde_json::from_str(text) {
        Ok(json) => json,
        Err(error) => return vec![format!("is no JSON: {error}: {}", around(text, 0))],
    };
    let mut all = Vec::new();
    strings(&json, "", &mut all);
    let addresses = all.iter().filter(|(path, _)| {
        let key = path.rsplit('.').next().unwrap_or_default();
        ["url", "uri", "helpUri", "href", "link"].contains(&key)
    });
    addresses
        .filter(|(_, address)| !is_address(address))
        .map(|(path, address)| format!("{path} is {address:?}"))
        .collect()
}

/// An RFC 3986 reference that leads nowhere but to a file of the project, a page or a repository.
fn is_address(address: &str) -> bool {
    let of_uri = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(c);
    let first = address.split(['/', '?', '#']).next().unwrap_or_default();
    let scheme = first.split_once(':').map(|(scheme, _)| scheme);
    address.chars().all(of_uri)
        && scheme.is_none_or(|s| ["https", "http", "ssh", "git", "urn", "file", "pkg"].contains(&s))
}

fn sarif(text: &str) -> Vec<String> {
    let mut problems = json(text);
    let Ok(document) = serde_json::from_str::<Json>(text) else {
        return problems;
    };
    let mut all = Vec::new();
    strings(&document, "", &mut all);
    for (path, text) in &all {
        // SARIF 2.1.0 §3.11.6: in a message's text, `[a](b)` is a link, unless its brackets are escaped.
        let is_message = path.ends_with(".message.text")
            || path.ends_with("escription.text")
            || path.ends_with("help.text");
        if is_message {
            let mut rest = text
                .replace("\\\\", "")
                .replace("\\[", "")
                .replace("\\]", "");
            rest.retain(|c| c != '\n');
            if rest.contains("](") {
                problems.push(format!(
                    "{path} has a link: {}",
                    around(&rest, rest.find("](").unwrap_or(0))
                ))
            }
        }
        if path.ends_with(".markdown") {
            problems.extend(
                prose::inert(text)
                    .into_iter()
                    .map(|p| format!("{path}: {p}")),
            )
        }
        if is_message && let Some(at) = text.find(|c| deceives(c) && c != '\n') {
            problems.push(format!("{path}: {}", around(text, at)))
        }
    }
    problems
}

/// `check`, `diff` and `plan` print words of the project too.
#[test]
fn nothing_is_injected_by_other_commands() {
    let folder = TempDir::new().expect("a folder");
    let (hostile, plain) = (
        folder.path().join("hostile.json"),
        folder.path().join("plain.json"),
    );
    std::fs::write(&hostile, &HOSTILE.usual.forms["json"]).expect("it is written");
    std::fs::write(&plain, &PLAIN.usual.forms["json"]).expect("it is written");
    let said = |arguments: &[&str], files: [&Path; 2]| {
        let run = forms::pqscan()
            .args(arguments)
            .args(files)
            .output()
            .expect("it runs");
        let text = String::from_utf8(run.stdout).expect("it is UTF-8");
        assert!(!text.is_empty(), "{}", String::from_utf8_lossy(&run.stderr));
        (text, String::from_utf8(run.stderr).expect("it is UTF-8"))
    };
    let (text, errors) = said(&["diff", "--all", "--color", "always"], [&plain, &hostile]);
    let mut problems = prose::terminal(&text);
    problems.extend(prose::terminal(&errors));
    let (text, _) = said(&["diff", "--all", "--format", "md"], [&plain, &hostile]);
    let other = folder.path().join("other.json");
    let audit = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/audit/before");
    std::fs::write(&other, &forms::written(&audit, &[]).forms["json"]).expect("it is written");
    let (usual, _) = said(&["diff", "--all", "--format", "md"], [&plain, &other]);
    problems.extend(prose::markdown(&text, &usual));
    let (text, _) = said(&["diff", "--format", "json"], [&plain, &hostile]);
    problems.extend(json(&text));
    assert!(problems.is_empty(), "{}", problems.join("\n"));

    let root = folder.path().join("project");
    project::write(&root, Manner::Hostile);
    let run = forms::pqscan()
        .args(["check", "--color", "always", "--fail-on", "P3"])
        .arg(&root)
        .output()
        .expect("it runs");
    assert_eq!(run.status.code(), Some(1));
    let marks: BTreeSet<String> = (0..project::NUMBER).map(project::mark).collect();
    for text in [run.stdout, run.stderr] {
        let text = String::from_utf8(text).expect("it is UTF-8");
        assert!(
            marks.iter().any(|mark| text.contains(mark.as_str())),
            "{text}"
        );
        problems.extend(prose::terminal(&text));
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// In GitHub Actions `check` writes its report and annotations to one log: only the annotations are commands.
#[test]
fn a_log_of_github_actions_has_no_command_but_ours() {
    let folder = TempDir::new().expect("a folder");
    let root = folder.path().join("project");
    project::write(&root, Manner::Hostile);
    let run = forms::pqscan()
        .env("GITHUB_ACTIONS", "true")
        .args(["check", "--fail-on", "P0"])
        .arg(&root)
        .output()
        .expect("it runs");
    let log = String::from_utf8(run.stdout).expect("it is UTF-8");
    let (annotations, report): (Vec<&str>, Vec<&str>) =
        log.lines().partition(|line| line.starts_with("::"));
    assert!(annotations.len() > 10 && report.len() > 10, "{log}");
    let annotations = annotations.join("\n");
    let mut problems = prose::annotations(&annotations, &annotations);
    problems.extend(prose::terminal(&report.join("\n")));
    problems.extend(prose::terminal(&String::from_utf8_lossy(&run.stderr)));
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// What a CBOM of strangers says is told on the terminal.
#[test]
fn nothing_is_injected_by_a_cbom() {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("hostile.cdx.json");
    // Every text is hostile, and many are wrong where they stand.
    let texts = project::texts(Manner::Hostile);
    let components: Vec<Json> = texts
        .iter()
        .map(|text| {
            serde_json::json!({
                "type": text, "bom-ref": text, "name": text, "version": text, "purl": text,
                "cryptoProperties": { "assetType": text, "algorithmProperties": { "primitive": text, "mode": text } },
            })
        })
        .collect();
    let dependencies: Vec<Json> = texts
        .iter()
        .map(|text| serde_json::json!({ "ref": format!("{text}x"), "dependsOn": [text] }))
        .collect();
    let document = serde_json::json!({
        "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
        "components": components, "dependencies": dependencies,
    });
    std::fs::write(&file, document.to_string()).expect("it is written");
    let run = forms::pqscan()
        .args(["cbom", "validate"])
        .arg(&file)
        .output()
        .expect("it runs");
    let mut said = String::from_utf8(run.stdout).expect("it is UTF-8");
    said.push_str(&String::from_utf8_lossy(&run.stderr));
    assert!(said.contains("hx12"), "{said}");
    let problems = prose::terminal(&said);
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// A reader that sees nothing proves nothing: each is shown what it has to see.
#[test]
fn each_reader_sees_what_is_injected() {
    let sees = |problems: Vec<String>, what: &str| {
        let seen = problems.iter().any(|problem| problem.contains(what));
        assert!(seen, "{what}: {problems:?}")
    };
    for (text, what) in [
        ("a \u{1b}[2J b", "controls"),
        ("a\u{202e}b", "controls"),
        ("a\u{9b}31mb", "controls"),
        ("x\n  ::error file=a::b", "a command"),
        ("a ##vso[task.x]b", "a command"),
        ("x\nFORGED", "a line of its own"),
        ("\u{1b}]8;;javascript:x\u{7}a\u{1b}]8;;\u{7}", "a link"),
        ("\u{1b}]0;a\u{7}", "controls"),
    ] {
        sees(prose::terminal(text), what)
    }
    assert_eq!(prose::terminal("a \u{1b}[1;31mb\u{1b}[0m\n"), [""; 0]);
    let link = "\u{1b}]8;;file://host/a%20b\u{1b}\\a\u{1b}]8;;\u{1b}\\";
    assert_eq!(prose::terminal(link), [""; 0]);

    let plain = "# a\n\n| a | b |\n|---|---|\n| `x` | y |\n";
    for (text, what) in [
        ("a <img src=x>", "html"),
        ("![x](https://y.example.org)", "an image"),
        ("[x](javascript:y)", "a link to"),
        ("to @everyone", "a mention"),
        ("see www.hx31.example.org", "a link by itself"),
        ("* a", "injected"),
        ("| a | b |\n|---|---|\n| `x|y` | z |", "other cells"),
        ("a\n# FORGED", "a line of its own"),
    ] {
        sees(prose::markdown(text, plain), what)
    }
    assert_eq!(prose::markdown(plain, plain), [""; 0]);
    assert_eq!(prose::markdown("`@everyone <b> ![x](y)`", "`x`"), [""; 0]);

    sees(
        prose::csv("a,b\r\n=1+1,x\r\n", "a,b\r\nc,d\r\n"),
        "a formula",
    );
    sees(
        prose::csv("a,b\r\n x,\"\u{1b}\"\r\n", "a,b\r\n"),
        "controls",
    );
    sees(prose::csv("a,b\r\nx,y,z\r\n", "a,b\r\n"), "3 cells");
    assert_eq!(prose::csv("a,b\r\n'=1,-3.2\r\n", "a,b\r\n"), [""; 0]);

    let plain = "::error file=a,line=1,title=t::b\n";
    for (text, what) in [
        ("::error::b\n", "no annotation of ours"),
        (
            "::error file=a,line=1::b\n::stop-commands::c\n",
            "no annotation",
        ),
        ("::error file=a,name=c::b\n", "\"name\""),
        ("::error file=a,line=x::b\n", "no number"),
        ("::error file=a%0Ab,line=1::b\n", "not escaped"),
        (
            "::error file=a,line=1::b\n::error file=a,line=2::b\n",
            "2 of ::error",
        ),
    ] {
        sees(prose::annotations(text, plain), what)
    }
    assert_eq!(prose::annotations(plain, plain), [""; 0]);

    let plain = "<html><body><p class='a'>x</p><a href='#b'>y</a><script>z</script></body></html>";
    for (text, what) in [
        ("<p>x<img src=x onerror=y>", "onerror"),
        ("<p class='b'>x", "class b"),
        ("<a href='javascript:y'>x</a>", "a link"),
        ("<script>y</script>", "another script"),
        ("<p>x\u{202e}y", "controls"),
        (
            "<script type='application/json'>{\"a\":\"\\u202e\"}</script>",
            "data.a",
        ),
        ("<!-- hx05 -->", "a comment"),
    ] {
        sees(markup::html(text, plain), what)
    }
    let plain = "<a b='c'><d/></a>";
    for (text, what) in [
        ("<a b='c' e='f'><d/></a>", "<a e>"),
        ("<a b='c'><d></a>", "no XML"),
        ("<a b='c'><!-- x --></a>", "a comment"),
        ("<a b='\u{fffe}'/>", "none of XML"),
        ("<a b='&#x202e;'/>", "<a b="),
    ] {
        sees(markup::xml(text, plain), what)
    }
    assert_eq!(markup::xml(plain, plain), [""; 0]);

    sees(json("{\"url\":\"javascript:x\"}"), "url");
    sees(json("{\"a\":1"), "no JSON");
    let link = r#"{"runs":[{"results":[{"message":{"text":"[a](b)"}}]}]}"#;
    sees(sarif(link), "a link");
    let html = r#"{"rules":[{"help":{"markdown":"<b>x</b>"}}]}"#;
    sees(sarif(html), "HTML");
}
