//! What docs/deploy/ holds is what the schemas of its readers want, its commands are commands, and docs/fleet.md names every column of the
//! database's views and every key of the settings.
#![cfg(feature = "fleet")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use jsonschema::Validator;
use pqscan::fleet::settings::Settings;
use pqscan::fleet::state::State;
use pqscan::output::schema::published;
use serde_json::{Value, json};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The documents of a YAML file.
fn documents(path: &str) -> Vec<Value> {
    serde_saphyr::from_multiple(&text(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn schema(name: &str) -> Value {
    serde_json::from_str(&text(&format!("tests/schemas/deploy/{name}"))).expect("JSON")
}

fn assert_valid(validator: &Validator, document: &Value, what: &str) {
    let wrong: Vec<String> = validator
        .iter_errors(document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(wrong.is_empty(), "{what}: {}", wrong.join("\n"));
}

const MANIFESTS: [&str; 4] = ["config", "cronjob", "shards", "worker"];

fn manifests() -> Vec<(String, Value)> {
    let mut all = Vec::new();
    for name in MANIFESTS {
        let path = format!("docs/deploy/kubernetes/{name}.yaml");
        all.extend(documents(&path).into_iter().map(|d| (path.clone(), d)));
    }
    all
}

fn kubernetes(kind: &str) -> Validator {
    let definition = match kind {
        "CronJob" => "io.k8s.api.batch.v1.CronJob",
        "Job" => "io.k8s.api.batch.v1.Job",
        "Deployment" => "io.k8s.api.apps.v1.Deployment",
        "ConfigMap" => "io.k8s.api.core.v1.ConfigMap",
        "PersistentVolumeClaim" => "io.k8s.api.core.v1.PersistentVolumeClaim",
        _ => panic!("no schema of {kind}"),
    };
    let mut schema = schema("kubernetes-1.37.json");
    schema["$ref"] = format!("#/$defs/{definition}").into();
    jsonschema::validator_for(&schema).expect("a schema")
}

#[test]
fn manifests_are_what_kubernetes_takes() {
    let mut kinds = BTreeSet::new();
    for (path, document) in manifests() {
        let kind = document["kind"].as_str().expect("a kind").to_owned();
        assert_valid(&kubernetes(&kind), &document, &format!("{path}, {kind}"));
        kinds.insert(kind);
    }
    let wanted = [
        "ConfigMap",
        "CronJob",
        "Deployment",
        "Job",
        "PersistentVolumeClaim",
    ];
    assert_eq!(kinds, BTreeSet::from(wanted.map(str::to_owned)));
    // The schema is strict: a misspelt key is seen, however deep.
    let mut wrong = documents("docs/deploy/kubernetes/worker.yaml").remove(0);
    wrong["spec"]["template"]["spec"]["containers"][0]["readOnlyRootFilesytem"] = true.into();
    assert!(!kubernetes("Deployment").is_valid(&wrong));
}

/// The specifications of a manifest's pods.
fn pods(document: &Value) -> Option<&Value> {
    let spec = &document["spec"];
    let template = match document["kind"].as_str()? {
        "CronJob" => &spec["jobTemplate"]["spec"]["template"],
        _ => &spec["template"],
    };
    template.get("spec")
}

#[test]
fn pods_may_do_nothing_that_they_need_not() {
    let mut seen = 0;
    for (path, document) in manifests() {
        let Some(pod) = pods(&document) else { continue };
        assert_eq!(pod["automountServiceAccountToken"], false, "{path}");
        assert_eq!(pod["securityContext"]["runAsNonRoot"], true, "{path}");
        let mounted: BTreeSet<&str> = pod["volumes"]
            .as_array()
            .expect("volumes")
            .iter()
            .map(|volume| volume["name"].as_str().expect("a name"))
            .collect();
        for container in pod["containers"].as_array().expect("containers") {
            seen += 1;
            let context = &container["securityContext"];
            assert_eq!(context["allowPrivilegeEscalation"], false, "{path}");
            assert_eq!(context["readOnlyRootFilesystem"], true, "{path}");
            assert_eq!(context["capabilities"]["drop"], json!(["ALL"]), "{path}");
            assert!(container["resources"]["limits"]["memory"].is_string());
            // Secrets come from a Secret; none is written down.
            for variable in container["env"].as_array().into_iter().flatten() {
                assert_eq!(variable["name"], "PQSCAN_SHARDS", "{path}");
            }
            for mount in container["volumeMounts"].as_array().expect("mounts") {
                let name = mount["name"].as_str().expect("a name");
                assert!(mounted.contains(name), "{path}: {name}");
            }
        }
    }
    assert_eq!(seen, 5);
}

#[test]
fn shards_know_how_many_they_are_and_end_for_good_with_42() {
    let jobs = documents("docs/deploy/kubernetes/shards.yaml");
    let job = jobs
        .iter()
        .find(|job| job["metadata"]["name"] == "pqscan-shards")
        .expect("the job");
    let spec = &job["spec"];
    assert_eq!(spec["completionMode"], "Indexed");
    let container = &pods(job).expect("pods")["containers"][0];
    let shards = container["env"][0]["value"].as_str().expect("a number");
    assert_eq!(
        spec["completions"],
        shards.parse::<u64>().expect("a number")
    );
    let rule = &spec["podFailurePolicy"]["rules"][0];
    assert_eq!(rule["action"], "FailJob");
    assert_eq!(rule["onExitCodes"]["containerName"], container["name"]);
    assert_eq!(rule["onExitCodes"]["values"], json!([42]));
    // Kubernetes wants it where there is such a policy.
    assert_eq!(pods(job).expect("pods")["restartPolicy"], "Never");
}

#[test]
fn the_settings_of_the_manifests_are_settings() {
    let config = documents("docs/deploy/kubernetes/config.yaml").remove(0);
    let written = config["data"]["fleet.toml"].as_str().expect("a text");
    let settings = Settings::parse(written, Path::new("/etc/pqscan")).expect("settings");
    assert_eq!(settings.targets.len(), 1);
    assert_eq!(
        settings.work.scratch.as_deref(),
        Some(Path::new("/scratch"))
    );
}

#[test]
fn workflows_are_what_github_and_gitlab_take() {
    for (path, schema_name) in [
        ("docs/deploy/github-schedule.yml", "github-workflows.json"),
        ("docs/deploy/gitlab-schedule.yml", "gitlab-ci.json"),
    ] {
        let validator = jsonschema::validator_for(&schema(schema_name)).expect("a schema");
        let mut documents = documents(path);
        assert_eq!(documents.len(), 1, "{path}");
        assert_valid(&validator, &documents[0], path);
        let job = match schema_name {
            "gitlab-ci.json" => &mut documents[0]["scan"],
            _ => &mut documents[0]["jobs"]["scan"],
        };
        job["no-such-key"] = true.into();
        assert!(!validator.is_valid(&documents[0]), "{path}");
    }
    // An action is named by its commit: tags move.
    let workflow = &documents("docs/deploy/github-schedule.yml")[0];
    for job in workflow["jobs"].as_object().expect("jobs").values() {
        for step in job["steps"].as_array().expect("steps") {
            let Some(action) = step["uses"].as_str() else {
                continue;
            };
            let (_, commit) = action.split_once('@').expect("a commit");
            assert!(
                commit.len() == 40 && commit.bytes().all(|b| b.is_ascii_hexdigit()),
                "{action}"
            );
        }
    }
}

/// What may stand in a shell's line and the parser of pqscan does not see.
fn words(line: &str) -> Vec<String> {
    let mut plain = String::new();
    let mut rest = line;
    // `${{ … }}` of GitHub is one word.
    while let Some((before, after)) = rest.split_once("${{") {
        plain += before;
        plain += "1";
        rest = after.split_once("}}").expect("its end").1;
    }
    plain += rest;
    // A comment of the line, and quotation marks.
    let plain = plain.split(" #").next().unwrap_or_default().to_owned();
    let mut words = vec![String::new()];
    let mut quoted = None;
    for c in plain.chars() {
        match (quoted, c) {
            (None, '\'' | '"') => quoted = Some(c),
            (Some(mark), c) if c == mark => quoted = None,
            (None, ' ') => words.push(String::new()),
            _ => words.last_mut().expect("one").push(c),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Every command line of pqscan in the files, with the file.
fn commands() -> Vec<(String, Vec<String>)> {
    let mut all = Vec::new();
    for (path, document) in manifests() {
        let Some(pod) = pods(&document) else { continue };
        for container in pod["containers"].as_array().expect("containers") {
            let parts = [&container["command"], &container["args"]].into_iter();
            let words = parts.flat_map(|part| part.as_array().into_iter().flatten());
            let words = words.map(|word| word.as_str().expect("a word").to_owned());
            all.push((path.clone(), words.collect()));
        }
    }
    let mut lines = |path: &str, text: &str| {
        for line in text.lines().map(str::trim) {
            if line.starts_with("pqscan ") {
                all.push((path.to_owned(), words(line)));
            }
        }
    };
    let path = "docs/deploy/github-schedule.yml";
    let workflow = &documents(path)[0];
    for job in workflow["jobs"].as_object().expect("jobs").values() {
        for step in job["steps"].as_array().expect("steps") {
            lines(path, step["run"].as_str().unwrap_or_default());
        }
    }
    let path = "docs/deploy/gitlab-schedule.yml";
    for job in documents(path)[0].as_object().expect("jobs").values() {
        for line in job["script"].as_array().into_iter().flatten() {
            lines(path, line.as_str().expect("a line"));
        }
    }
    let path = "docs/deploy/pqscan-fleet.service";
    for line in text(path).lines() {
        if let Some(command) = line.strip_prefix("ExecStart=/usr/local/bin/") {
            lines(path, command);
        }
    }
    for path in ["docs/fleet.md", "README.md"] {
        lines(path, &text(path));
    }
    all
}

fn parses(words: &[String], more: &[&str]) -> Result<(), String> {
    // The parser looks at what stands before `--help`.
    let output = Command::new(env!("CARGO_BIN_EXE_pqscan"))
        .args(&words[1..])
        .args(more)
        .arg("--help")
        .env_clear()
        .output()
        .expect("it runs");
    match output.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}

#[test]
fn every_command_is_one() {
    let commands = commands();
    for path in [
        "docs/deploy/kubernetes/cronjob.yaml",
        "docs/deploy/kubernetes/shards.yaml",
        "docs/deploy/kubernetes/worker.yaml",
        "docs/deploy/github-schedule.yml",
        "docs/deploy/gitlab-schedule.yml",
        "docs/deploy/pqscan-fleet.service",
        "docs/fleet.md",
    ] {
        assert!(commands.iter().any(|(of, _)| of == path), "{path}");
    }
    for (path, words) in commands.iter().filter(|(path, _)| path != "README.md") {
        assert_eq!(words[..2], ["pqscan", "fleet"], "{path}");
        if let Err(why) = parses(words, &[]) {
            panic!("{path}: {}: {why}", words.join(" "))
        }
    }
    // The check sees a flag that is none.
    let (_, words) = &commands[0];
    assert!(parses(words, &["--no-such-flag"]).is_err());
}

#[test]
fn the_image_runs_a_command_as_nobody_in_particular() {
    let file = text("docs/deploy/Containerfile");
    let line = |word: &str| {
        file.lines()
            .filter_map(|line| line.strip_prefix(word))
            .next_back()
            .unwrap_or_else(|| panic!("no {word}"))
    };
    let list = |text: &str| serde_json::from_str::<Vec<String>>(text).expect("a list");
    let words = [list(line("ENTRYPOINT ")), list(line("CMD "))].concat();
    assert_eq!(words[0], "pqscan");
    parses(&words, &[]).expect("a command");
    assert_eq!(line("USER "), "10001:10001");
    for copied in file.lines().filter_map(|line| line.strip_prefix("COPY ")) {
        for path in copied.split(' ').filter(|path| !path.starts_with("--from")) {
            let is_source = !copied.starts_with("--from") && path != "./";
            assert!(!is_source || root().join(path).exists(), "{path}");
        }
    }
    let manifest: toml::Value = toml::from_str(&text("Cargo.toml")).expect("TOML");
    let rust = manifest["workspace"]["package"]["rust-version"]
        .as_str()
        .expect("a version");
    assert!(line("FROM docker.io/library/rust:").starts_with(rust));
    let features = manifest["features"].as_table().expect("features");
    assert!(file.contains("--features fleet-shared") && features.contains_key("fleet-shared"));
}

#[test]
#[ignore = "needs systemd-analyze"]
fn systemd_takes_the_unit_and_the_timer() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = folder.path().join("pqscan");
    fs::copy(env!("CARGO_BIN_EXE_pqscan"), &program).expect("copied");
    for name in ["pqscan-fleet.service", "pqscan-fleet.timer"] {
        let unit = text(&format!("docs/deploy/{name}"));
        // The program is where this machine has it.
        let unit = unit.replace("/usr/local/bin/pqscan", &program.to_string_lossy());
        fs::write(folder.path().join(name), unit).expect("written");
    }
    let output = Command::new("systemd-analyze")
        .arg("verify")
        .arg(folder.path().join("pqscan-fleet.timer"))
        .arg(folder.path().join("pqscan-fleet.service"))
        .output()
        .expect("systemd-analyze is there");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    assert!(!said.contains("pqscan-fleet"), "{said}");
}

const EXAMPLE: &str = "src/cli/fleet/fleet-example.toml";

/// The example with every line that could count counting.
fn uncommented() -> String {
    let example = text(EXAMPLE);
    let lines = example.lines().map(|line| {
        let Some(rest) = line.strip_prefix("# ") else {
            return line;
        };
        let key = rest.split(" = ").next().unwrap_or_default();
        let is_key =
            rest.contains(" = ") && key.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
        if is_key || rest.starts_with("[[") {
            rest
        } else {
            line
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_example_is_settings_with_and_without_what_it_leaves_out() {
    let folder = Path::new("/srv/fleet");
    let plain = Settings::parse(&text(EXAMPLE), folder).expect("settings");
    assert!(plain.targets.is_empty());
    // What it says is what counts where it says nothing.
    let usual = Settings::parse("name = \"Example organisation\"", folder).expect("settings");
    assert_eq!(format!("{plain:?}"), format!("{usual:?}"));
    let whole = Settings::parse(&uncommented(), folder).expect("settings");
    assert_eq!(whole.targets.len(), 4);
    assert!(whole.settings.is_some() && whole.work.cache.is_some());
}

/// The keys of the settings, as `work.hands`, from their schema; those of targets are in docs/fleet-targets.md.
fn keys() -> BTreeSet<String> {
    let schema: Value =
        serde_json::from_str(published("fleet").expect("published")).expect("a schema");
    let mut keys = BTreeSet::new();
    for (key, value) in schema["properties"].as_object().expect("keys") {
        let definition = value["$ref"].as_str().map(|path| {
            let name = path.rsplit('/').next().unwrap_or_default();
            &schema["$defs"][name]["properties"]
        });
        match definition.and_then(Value::as_object) {
            Some(inner) => keys.extend(inner.keys().map(|inner| format!("{key}.{inner}"))),
            None => {
                keys.insert(key.clone());
            }
        }
    }
    keys
}

#[test]
fn the_example_and_the_manual_have_every_key() {
    let keys = keys();
    assert!(keys.contains("work.clone-minutes") && keys.contains("trust-projects"));
    let example: toml::Value = toml::from_str(&uncommented()).expect("TOML");
    let manual = text("docs/fleet.md");
    for key in &keys {
        let mut value = Some(&example);
        for part in key.split('.') {
            value = value.and_then(|value| value.get(part));
        }
        assert!(value.is_some(), "{EXAMPLE} has no {key}");
        assert!(
            manual.contains(&format!("| `{key}` |")),
            "docs/fleet.md: {key}"
        );
    }
}

#[tokio::test]
async fn the_manual_has_every_column_of_every_view() {
    let state = State::in_memory().await.expect("a database");
    let ask = async |sql: String| -> Vec<String> {
        let table = state.ask(&sql, 1_000).await.expect("an answer");
        table
            .rows
            .into_iter()
            .map(|row| row[0].clone().expect("a name"))
            .collect()
    };
    let views = "SELECT name FROM sqlite_master WHERE type = 'view' ORDER BY name";
    let views = ask(views.to_owned()).await;
    assert!(views.len() >= 9, "{views:?}");
    let manual = text("docs/fleet.md");
    let written: BTreeSet<String> = manual
        .lines()
        .filter_map(|line| line.strip_prefix("### `v_"))
        .map(|name| format!("v_{}", name.trim_end_matches('`')))
        .collect();
    assert_eq!(written, views.iter().cloned().collect());
    for view in &views {
        let columns = ask(format!(
            "SELECT name FROM pragma_table_info('{view}') ORDER BY cid"
        ))
        .await;
        let (_, section) = manual
            .split_once(&format!("### `{view}`\n"))
            .expect("its section");
        let section = section.split("\n#").next().unwrap_or_default();
        let described: Vec<&str> = section
            .lines()
            .filter_map(|line| line.strip_prefix("| `")?.split_once("` |"))
            .map(|(name, _)| name)
            .collect();
        assert_eq!(described, columns, "{view}");
    }
}
