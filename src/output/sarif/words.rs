//! Text for SARIF messages. Names and paths come from the code under scan: they can be no link, no placeholder, no markup.

use crate::inventory::Band;
use crate::output::fit::{cut, harmless};

/// Most columns of a name, a path or a reason that comes from the code under scan.
const MAX_TEXT: usize = 2000;

/// Text for a plain message: no placeholder (§3.11.5), no embedded link (§3.11.6), nothing that deceives.
pub(super) fn plain(text: &str) -> String {
    let text = harmless(&cut(text, MAX_TEXT));
    let text = text.replace('{', "{{").replace('}', "}}");
    text.replace("](", "] (")
}

/// The same for Markdown.
pub(super) fn markdown(text: &str) -> String {
    escaped(text).replace('{', "{{").replace('}', "}}")
}

/// Text for Markdown: every character that could mean something where it stands is escaped, and there is no HTML.
pub(in crate::output) fn escaped(text: &str) -> String {
    let text = harmless(&cut(text, MAX_TEXT));
    let mut out = String::with_capacity(text.len());
    let mut before = ' ';
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '|' | '~' | '!' | '@' => {
                out.push('\\');
                out.push(c)
            }
            // Of a link there is more after a bracket, of an address or a picture (`:tada:`) after a colon. Elsewhere they are read as they
            // are, also by those who see the text before it is rendered.
            '(' if before == ']' => out.push_str("\\("),
            ':' if chars.peek().is_some_and(|next| !next.is_whitespace()) => out.push_str("\\:"),
            c => out.push(c),
        }
        before = c;
    }
    out
}

/// The level of a result (§3.27.10).
pub(super) const fn level(band: Band) -> &'static str {
    match band {
        Band::P0 | Band::P1 => "error",
        Band::P2 => "warning",
        Band::P3 | Band::P4 => "note",
    }
}

/// GitHub's word for a severity is made of a number: critical above 9.0, high from 7.0, medium from 4.0, low from 0.1.
pub(super) const fn severity(band: Band) -> &'static str {
    match band {
        Band::P0 => "9.5",
        Band::P1 => "8.0",
        Band::P2 => "5.5",
        Band::P3 => "3.0",
        Band::P4 => "0.1",
    }
}

/// The rank of a result among those of a run, 0 to 100 (§3.27.25): by priority alone, since not every list has a score.
pub(super) const fn rank(band: Band) -> f64 {
    match band {
        Band::P0 => 95.0,
        Band::P1 => 80.0,
        Band::P2 => 55.0,
        Band::P3 => 30.0,
        Band::P4 => 5.0,
    }
}

/// `RsaKeyTransport` of `rsa-key-transport`.
pub(super) fn pascal(name: &str) -> String {
    let mut out = String::new();
    for word in name.split('-') {
        let mut letters = word.chars();
        out.extend(letters.next().map(|c| c.to_ascii_uppercase()));
        out.push_str(letters.as_str())
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_link_no_placeholder_and_no_markup() {
        assert_eq!(
            plain("CN=[here](1){0}\u{202e}"),
            "CN=[here] (1){{0}}\u{fffd}"
        );
        assert_eq!(
            markdown("<b>[x](javascript:1)</b> `a`"),
            "&lt;b&gt;\\[x\\]\\(javascript\\:1)&lt;/b&gt; \\`a\\`"
        );
        assert_eq!(
            markdown("RSA (2048 bits): see https://example.org :tada: a:"),
            "RSA (2048 bits): see https\\://example.org \\:tada: a:"
        );
    }

    #[test]
    fn a_name_for_people_is_one_word() {
        assert_eq!(pascal("rsa-key-transport"), "RsaKeyTransport");
    }
}
