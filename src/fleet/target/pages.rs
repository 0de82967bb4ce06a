//! Lists that come in pages: the next one, and an end to those that have none.

use std::collections::HashSet;

use url::Url;

use super::address;
use crate::fleet::failure::Failure;

/// Pages of one list: 500,000 repositories of one owner at a hundred a page.
const MAX_PAGES: usize = 5_000;
/// Pages in a row that bring nothing new. A forge hides what the token may not see, so that one may be empty.
const MAX_BARREN: usize = 20;

/// What was read of one list.
#[derive(Debug, Default)]
pub(super) struct Pages {
    seen: HashSet<String>,
    count: usize,
    barren: usize,
}

impl Pages {
    /// Before the next page is asked for: its address or cursor, and how much new the last one brought.
    ///
    /// # Errors
    ///
    /// The list does not seem to end.
    pub(super) fn turn(&mut self, next: &str, brought: usize) -> Result<(), Failure> {
        self.count += 1;
        self.barren = if brought == 0 { self.barren + 1 } else { 0 };
        if !self.seen.insert(next.to_owned()) {
            return Err(Failure::permanent("the pages of its list go in a circle"));
        }
        if self.barren >= MAX_BARREN {
            return Err(Failure::permanent(format!(
                "{MAX_BARREN} pages of its list in a row brought nothing new"
            )));
        }
        if self.count >= MAX_PAGES {
            return Err(Failure::permanent(format!(
                "its list has more than {MAX_PAGES} pages"
            )));
        }
        Ok(())
    }
}

/// The target of `rel="next"` in a `Link` header (RFC 8288 section 3).
pub(super) fn next_link(header: &str) -> Option<&str> {
    let mut rest = header;
    while let Some(start) = rest.find('<') {
        let inner = &rest[start + 1..];
        let end = inner.find('>')?;
        let (target, after) = (&inner[..end], &inner[end + 1..]);
        // A comma ends the parameters, unless it stands in quotes; what forges quote has none.
        let parameters = after.split(',').next().unwrap_or_default();
        let is_next = parameters.split(';').any(|parameter| {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            let mut words = value.trim().trim_matches('"').split_ascii_whitespace();
            name.trim().eq_ignore_ascii_case("rel")
                && words.any(|word| word.eq_ignore_ascii_case("next"))
        });
        if is_next {
            return Some(target);
        }
        rest = &after[parameters.len()..];
    }
    None
}

/// The address of the next page, where it is the same scheme, host and port: any other would be shown the token.
///
/// # Errors
///
/// It is another one.
pub(super) fn within(here: &Url, next: &str) -> Result<Url, Failure> {
    let url = here
        .join(next)
        .map_err(|_| Failure::permanent("the address of its next page is none"))?;
    if !address::same_origin(here, &url) || !url.username().is_empty() || url.password().is_some() {
        let host = url.host_str().unwrap_or_default();
        let host = crate::output::fit::harmless(host);
        return Err(Failure::permanent(format!(
            "its next page is to come from {}://{host}, which is not shown the token; `url` is to be the address that the forge has for itself",
            url.scheme()
        )));
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_the_link_that_says_so() {
        let header = "<https://git.example.org/x?page=1,2>; rel=\"prev\", <https://git.example.org/x?page=3>; title=a; rel=\"next last\"";
        assert_eq!(next_link(header), Some("https://git.example.org/x?page=3"));
        assert_eq!(
            next_link("<https://git.example.org/x?page=3>; rel=next"),
            Some("https://git.example.org/x?page=3")
        );
        assert_eq!(
            next_link("<https://git.example.org/x>; rel=\"first\""),
            None
        );
        assert_eq!(next_link("<https://git.example.org/x"), None);
        assert_eq!(next_link(""), None);
    }

    #[test]
    fn no_other_host_is_asked_for_a_page() {
        let here = Url::parse("https://git.example.org/api/x").unwrap();
        for next in [
            "https://evil.example/x",
            "http://git.example.org/x",
            "https://git.example.org:8443/x",
            "https://git.example.org@evil.example/x",
            "//evil.example/x",
            "https://a:b@git.example.org/x",
        ] {
            assert!(within(&here, next).is_err(), "{next}")
        }
        assert_eq!(
            within(&here, "?page=2").unwrap().as_str(),
            "https://git.example.org/api/x?page=2"
        );
        assert!(within(&here, "https://git.example.org:443/api/x?page=2").is_ok());
    }

    #[test]
    fn a_list_ends_at_some_time() {
        let mut pages = Pages::default();
        assert!(pages.turn("a", 1).is_ok());
        assert!(pages.turn("b", 1).is_ok());
        assert!(pages.turn("a", 1).is_err());

        let mut pages = Pages::default();
        let turned = (0..)
            .take_while(|n: &usize| pages.turn(&n.to_string(), 100).is_ok())
            .count();
        assert_eq!(turned, MAX_PAGES - 1);

        let mut pages = Pages::default();
        let turned = (0..)
            .take_while(|n: &usize| pages.turn(&n.to_string(), 0).is_ok())
            .count();
        assert_eq!(turned, MAX_BARREN - 1);
    }
}
