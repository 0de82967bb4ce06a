//! What a stream can show: how wide it is, whether it takes colour, and whether it takes hyperlinks.
//!
//! NO_COLOR, CLICOLOR and CLICOLOR_FORCE are `anstream`'s to heed; FORCE_HYPERLINK is what other programs with hyperlinks heed.

use std::env;
use std::io::{self, IsTerminal};

use anstream::{AutoStream, ColorChoice};

use super::args::When;
use crate::output::Links;

/// Terminals that are known to open links, by what they call themselves (TERM_PROGRAM).
const PROGRAMS: [&str; 9] = [
    "iTerm.app",
    "WezTerm",
    "vscode",
    "ghostty",
    "Hyper",
    "rio",
    "Tabby",
    "WarpTerminal",
    "zed",
];
/// Likewise, by TERM.
const TERMS: [&str; 6] = [
    "xterm-kitty",
    "xterm-ghostty",
    "alacritty",
    "alacritty-direct",
    "foot",
    "foot-extra",
];
/// Others that say that they are there, by a variable that nobody else sets.
const MARKS: [&str; 4] = [
    "WT_SESSION",
    "KITTY_WINDOW_ID",
    "KONSOLE_VERSION",
    "DOMTERM",
];
/// VTE had errors in its first versions of links (0.50.0).
const VTE: u32 = 5001;

/// What a stream can show.
pub(super) struct Screen {
    /// Columns; `None` where there is no terminal, and nobody says how wide it is.
    pub(super) width: Option<usize>,
    pub(super) color: bool,
    pub(super) links: Option<Links>,
}

impl Screen {
    /// Of stdout, or of stderr.
    pub(super) fn of(stderr: bool, hyperlinks: When) -> Self {
        let (is_terminal, choice) = match stderr {
            true => (
                io::stderr().is_terminal(),
                AutoStream::choice(&io::stderr()),
            ),
            false => (
                io::stdout().is_terminal(),
                AutoStream::choice(&io::stdout()),
            ),
        };
        let color = choice != ColorChoice::Never;
        let width = match is_terminal {
            true => terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)),
            false => variable("COLUMNS").and_then(|columns| columns.parse().ok()),
        };
        let welcome = match hyperlinks {
            When::Always => true,
            When::Never => false,
            When::Auto => color && is_terminal && !in_ci() && opens_links(&variable),
        };
        Self {
            width,
            color,
            links: welcome.then(links).flatten(),
        }
    }
}

/// Whether this runs for nobody who looks on.
pub(super) fn in_ci() -> bool {
    variable("CI").is_some_and(|value| value != "false" && value != "0")
}

/// An environment variable that is set to something.
fn variable(name: &str) -> Option<String> {
    let value = env::var_os(name)?.to_string_lossy().into_owned();
    (!value.is_empty()).then_some(value)
}

/// Whether the terminal is known to open links; others may print them as rubbish.
fn opens_links(variable: &dyn Fn(&str) -> Option<String>) -> bool {
    if let Some(forced) = variable("FORCE_HYPERLINK") {
        return forced != "0";
    }
    let term = variable("TERM").unwrap_or_default();
    // What multiplexers pass on depends on their version and on what is outside of them.
    if term == "dumb" || term.starts_with("screen") || term.starts_with("tmux") {
        return false;
    }
    let program = variable("TERM_PROGRAM").unwrap_or_default();
    let vte = variable("VTE_VERSION").and_then(|version| version.parse::<u32>().ok());
    PROGRAMS.contains(&program.as_str())
        || TERMS.contains(&term.as_str())
        || vte.is_some_and(|version| version >= VTE)
        || MARKS.iter().any(|mark| variable(mark).is_some())
}

/// From the folder that the user stands in, on this machine.
fn links() -> Option<Links> {
    let folder = env::current_dir().ok()?;
    Some(Links::new(&host(), &folder.to_string_lossy()))
}

/// The machine's name; empty where it is not known.
fn host() -> String {
    let told = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let told = told.map(|name| name.trim().to_owned());
    told.or_else(|| variable("HOSTNAME"))
        .or_else(|| variable("COMPUTERNAME"))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_for_terminals_that_are_known_to_open_them() {
        let opens = |set: &[(&str, &str)]| {
            opens_links(&|name: &str| {
                let found = set.iter().find(|(key, _)| *key == name);
                found.map(|(_, value)| (*value).to_owned())
            })
        };
        assert!(!opens(&[]));
        assert!(!opens(&[("TERM", "xterm-256color")]));
        assert!(opens(&[("TERM", "xterm-kitty")]));
        assert!(opens(&[
            ("TERM", "xterm-256color"),
            ("VTE_VERSION", "7200")
        ]));
        assert!(!opens(&[
            ("TERM", "xterm-256color"),
            ("VTE_VERSION", "4800")
        ]));
        assert!(opens(&[("TERM_PROGRAM", "WezTerm")]));
        assert!(opens(&[("WT_SESSION", "1")]));
        assert!(!opens(&[
            ("TERM", "tmux-256color"),
            ("VTE_VERSION", "7200")
        ]));
        assert!(!opens(&[("TERM", "xterm-kitty"), ("FORCE_HYPERLINK", "0")]));
        assert!(opens(&[("TERM", "dumb"), ("FORCE_HYPERLINK", "1")]));
    }
}
