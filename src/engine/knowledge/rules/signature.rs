//! `api = "…"`: a call signature in the library's own notation, expanded over its alternatives.

use std::sync::Arc;

/// One call signature, all alternatives chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The qualified name, joined with `.`.
    pub path: String,
    /// What kind of use of the name it describes.
    pub form: Form,
    /// Type parameters, in the order of the path.
    pub types: Vec<String>,
    /// Parameters in order, which all alternatives have in common.
    pub params: Arc<[Param]>,
    /// `...`: anything may follow.
    pub rest: bool,
    /// What the braces chose: `{1}` is the first.
    pub chosen: Vec<String>,
}

/// What kind of use of a name a signature describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `path(params)`: a call, constructor or composite literal.
    Call,
    /// `path = value`: a property assignment.
    Assignment,
    /// `path.*`: any name below `path`, read.
    Below,
}

/// One parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Param {
    /// Its name.
    pub name: String,
    /// It may be left out.
    pub optional: bool,
    /// The kind of value it accepts.
    pub guard: Option<Guard>,
}

/// What an argument must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Guard {
    /// Of a kind; what is not known passes.
    Kind(Kind),
    /// Of a type, by qualified name; what is not known passes.
    Type(String),
    /// This very text; what is not known does not pass.
    Text(String),
    /// This very truth value; what is not known does not pass.
    Bool(bool),
    /// This very number; what is not known does not pass.
    Number(i128),
    /// One of these names, written so: `SSH_OPTIONS_KEY_EXCHANGE`.
    Name(Vec<String>),
    /// Null.
    Null,
}

/// The kind of an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the variants are the words themselves")]
pub enum Kind {
    Int,
    Str,
    Bytes,
    Object,
    List,
}

impl Guard {
    fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "int" => Self::Kind(Kind::Int),
            "str" => Self::Kind(Kind::Str),
            "bytes" => Self::Kind(Kind::Bytes),
            "object" => Self::Kind(Kind::Object),
            "list" => Self::Kind(Kind::List),
            "true" => Self::Bool(true),
            "false" => Self::Bool(false),
            "null" => Self::Null,
            text if text.len() >= 2 && text.starts_with('"') && text.ends_with('"') => {
                Self::Text(text[1..text.len() - 1].to_owned())
            }
            number if number.parse::<i128>().is_ok() => Self::Number(number.parse().ok()?),
            names if names.split('|').all(is_constant) => {
                Self::Name(names.split('|').map(str::to_owned).collect())
            }
            ty if ty.contains('.') && !ty.contains(char::is_whitespace) => {
                Self::Type(ty.replace("::", "."))
            }
            _ => return None,
        })
    }
}

/// A name as C writes constants: capitals, and nothing that could be a kind's name.
fn is_constant(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase())
        && name
            .chars()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

/// More alternatives than any real API has: a slip in the braces.
const MAX_ALTERNATIVES: usize = 512;

impl Signature {
    /// Reads a signature and expands its alternatives.
    ///
    /// # Errors
    /// A sentence saying what is wrong with the text.
    pub fn parse(text: &str) -> Result<Vec<Self>, String> {
        let text = text.trim();
        let (head, tail) = split_head(text)?;
        let (form, params, rest) = match tail {
            Tail::Params(inner) => {
                let (params, rest) = params(inner)?;
                (Form::Call, params, rest)
            }
            Tail::Value(name) => (
                Form::Assignment,
                vec![Param {
                    name: name.to_owned(),
                    optional: false,
                    guard: None,
                }],
                false,
            ),
            Tail::Below => (Form::Below, Vec::new(), false),
        };
        let params: Arc<[Param]> = params.into();
        let mut signatures = Vec::new();
        for (path, chosen) in expand(head)? {
            let (path, types) = split_types(&path)?;
            let path = path.replace("::", ".").replace("->", ".");
            if path.is_empty()
                || path.split('.').any(str::is_empty)
                    && !path.contains('/')
                    && !path.starts_with("...")
            {
                return Err(format!("`{path}` is no qualified name"));
            }
            signatures.push(Self {
                path,
                form,
                types,
                params: params.clone(),
                rest,
                chosen,
            });
        }
        Ok(signatures)
    }

    /// How many positional arguments it takes: least and most.
    pub fn arity(&self) -> (usize, usize) {
        let least = self.params.iter().filter(|p| !p.optional).count();
        (
            least,
            if self.rest {
                usize::MAX
            } else {
                self.params.len()
            },
        )
    }
}

enum Tail<'t> {
    Params(&'t str),
    Value(&'t str),
    Below,
}

fn split_head(text: &str) -> Result<(&str, Tail<'_>), String> {
    let assignment = text
        .split_once(" = ")
        .filter(|(head, _)| !head.contains('('));
    if let Some((head, value)) = assignment {
        return Ok((head.trim(), Tail::Value(value.trim())));
    }
    if let Some(head) = text.strip_suffix(".*") {
        return Ok((head, Tail::Below));
    }
    let open = text
        .find('(')
        .ok_or_else(|| format!("`{text}` has no parameter list"))?;
    let inner = text[open + 1..]
        .strip_suffix(')')
        .ok_or_else(|| format!("`{text}` does not end with `)`"))?;
    Ok((&text[..open], Tail::Params(inner)))
}

fn params(inner: &str) -> Result<(Vec<Param>, bool), String> {
    let mut params = Vec::new();
    let mut rest = false;
    for part in split_outside_quotes(inner)
        .into_iter()
        .map(str::trim)
        .filter(|p| !p.is_empty())
    {
        if rest {
            return Err("nothing may follow `...`".to_owned());
        }
        if part == "..." {
            rest = true;
            continue;
        }
        let (name, guard) = match part.split_once(':') {
            Some((name, guard)) => {
                let guard = guard.trim();
                (
                    name.trim(),
                    Some(
                        Guard::from_name(guard)
                            .ok_or_else(|| format!("unknown guard `{guard}`"))?,
                    ),
                )
            }
            None => (part, None),
        };
        let (name, optional) = match name.strip_suffix('?') {
            Some(name) => (name, true),
            None => (name, false),
        };
        if name.is_empty()
            || !name
                .chars()
                .all(|c| c.is_alphanumeric() || c == '_' || c == '$' || c == '-')
        {
            return Err(format!("`{part}` is no parameter"));
        }
        params.push(Param {
            name: name.to_owned(),
            optional,
            guard,
        });
    }
    Ok((params, rest))
}

/// The parts between commas; a comma inside a quoted text parts nothing.
fn split_outside_quotes(text: &str) -> Vec<&str> {
    let mut quoted = false;
    text.split(|c| {
        quoted ^= c == '"';
        c == ',' && !quoted
    })
    .collect()
}

/// Every choice of the braces: the text and what was chosen.
fn expand(text: &str) -> Result<Vec<(String, Vec<String>)>, String> {
    let mut done = vec![(String::new(), Vec::new())];
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        let close = rest[open..]
            .find('}')
            .ok_or_else(|| format!("`{text}` has an unclosed brace"))?
            + open;
        let choices: Vec<(&str, &str)> = rest[open + 1..close]
            .split(',')
            .map(str::trim)
            .map(|choice| {
                choice
                    .split_once('=')
                    .map_or((choice, choice), |(a, b)| (a.trim(), b.trim()))
            })
            .collect();
        let mut next = Vec::with_capacity(done.len() * choices.len());
        for (path, chosen) in &done {
            for (written, meaning) in &choices {
                let mut chosen: Vec<String> = chosen.clone();
                chosen.push((*meaning).to_owned());
                next.push((format!("{path}{}{written}", &rest[..open]), chosen));
            }
        }
        if next.len() > MAX_ALTERNATIVES {
            return Err(format!(
                "`{text}` has more than {MAX_ALTERNATIVES} alternatives"
            ));
        }
        done = next;
        rest = &rest[close + 1..];
    }
    for (path, _) in &mut done {
        path.push_str(rest)
    }
    Ok(done)
}

/// `Hmac<D>.new` is `Hmac.new` with the type parameter `D`.
fn split_types(path: &str) -> Result<(String, Vec<String>), String> {
    let mut plain = String::new();
    let mut types = Vec::new();
    let mut rest = path;
    while let Some(open) = rest.find('<') {
        let close = rest[open..]
            .find('>')
            .ok_or_else(|| format!("`{path}` has an unclosed `<`"))?
            + open;
        types.extend(
            rest[open + 1..close]
                .split(',')
                .map(|t| t.trim().to_owned()),
        );
        plain.push_str(&rest[..open]);
        rest = &rest[close + 1..];
        if plain.ends_with("::") && rest.is_empty() {
            plain.truncate(plain.len() - 2)
        }
    }
    plain.push_str(rest);
    Ok((plain, types))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alternatives_multiply_and_are_numbered() {
        let all = Signature::parse("EVP_aes_{128,256}_{cbc=CBC,gcm=GCM}()").expect("well-formed");
        assert_eq!(all.len(), 4);
        assert_eq!(
            (all[1].path.as_str(), all[1].chosen.join("/")),
            ("EVP_aes_128_gcm", "128/GCM".to_owned())
        );
    }

    #[test]
    fn type_parameters_are_taken_out_of_the_path() {
        let one = &Signature::parse("hmac::Hmac<D>::new_from_slice(key)").expect("well-formed")[0];
        assert_eq!(
            (one.path.as_str(), one.types.join(",")),
            ("hmac.Hmac.new_from_slice", "D".to_owned())
        );
    }

    #[test]
    fn optional_parameters_guards_and_the_rest() {
        let one = &Signature::parse("a.B.c(x: int, y?, ...)").expect("well-formed")[0];
        assert_eq!(one.arity(), (1, usize::MAX));
        assert_eq!(one.params[0].guard, Some(Guard::Kind(Kind::Int)));
    }

    #[test]
    fn a_property_assignment_has_one_parameter() {
        let one =
            &Signature::parse("ssl.SSLContext.minimum_version = value").expect("well-formed")[0];
        assert_eq!(
            (one.form, one.params[0].name.as_str()),
            (Form::Assignment, "value")
        );
    }

    #[test]
    fn slips_are_refused() {
        for wrong in [
            "a.b",
            "a.b(x",
            "a.{b,c(x)",
            "a.b(x: float)",
            "a.b(..., x)",
            "(x)",
        ] {
            assert!(Signature::parse(wrong).is_err(), "{wrong}");
        }
    }
}
