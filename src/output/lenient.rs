//! JSON of others, read leniently and within limits: a value of another type than was expected is as absent, a list is read item by item, and
//! ends with an error where it is longer than any document of use.
//!
//! Nothing is kept of what is not asked for, so that memory stays a small multiple of what is. Depth is limited by `serde_json`.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Most names in a list that is a value: cipher suites.
const MAX_NAMES: usize = 10_000;

/// A value that is a text, a number or a list of texts; anything else is nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) enum Plain<'a> {
    /// Absent, null, or something else.
    #[default]
    Nothing,
    /// A text.
    Text(Cow<'a, str>),
    /// A whole number that is not negative.
    Number(u64),
    /// The texts of a list.
    List(Vec<Cow<'a, str>>),
}

impl<'a> Plain<'a> {
    /// The text, or the number as one.
    pub(super) fn text(self) -> Option<Cow<'a, str>> {
        match self {
            Self::Text(text) => Some(text),
            Self::Number(number) => Some(number.to_string().into()),
            Self::Nothing | Self::List(_) => None,
        }
    }

    /// The text, if there is any in it.
    pub(super) fn some(self) -> Option<Cow<'a, str>> {
        self.text().filter(|text| !text.trim().is_empty())
    }

    /// The number, or the text as one.
    pub(super) fn number(&self) -> Option<u64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(text) => text.trim().parse().ok(),
            Self::Nothing | Self::List(_) => None,
        }
    }

    /// The texts, or the one.
    pub(super) fn texts(self) -> Vec<Cow<'a, str>> {
        match self {
            Self::List(all) => all,
            other => other.text().into_iter().collect(),
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Plain<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Any<'a>(PhantomData<&'a ()>);
        impl<'de: 'a, 'a> Visitor<'de> for Any<'a> {
            type Value = Plain<'a>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("any value")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Plain<'a>, E> {
                Ok(Plain::Text(Cow::Borrowed(text)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Plain<'a>, E> {
                Ok(Plain::Text(Cow::Owned(text.to_owned())))
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Plain<'a>, E> {
                Ok(Plain::Number(number))
            }

            fn visit_i64<E: Error>(self, _: i64) -> Result<Plain<'a>, E> {
                Ok(Plain::Nothing)
            }

            fn visit_f64<E: Error>(self, _: f64) -> Result<Plain<'a>, E> {
                Ok(Plain::Nothing)
            }

            fn visit_bool<E: Error>(self, _: bool) -> Result<Plain<'a>, E> {
                Ok(Plain::Nothing)
            }

            fn visit_unit<E: Error>(self) -> Result<Plain<'a>, E> {
                Ok(Plain::Nothing)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Plain<'a>, A::Error> {
                let mut names = Vec::new();
                while let Some(item) = items.next_element::<Item<'a>>()? {
                    if names.len() >= MAX_NAMES {
                        return Err(too_many(MAX_NAMES));
                    }
                    names.extend(item.0)
                }
                Ok(Plain::List(names))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Plain<'a>, A::Error> {
                while fields.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Plain::Nothing)
            }
        }
        from.deserialize_any(Any(PhantomData))
    }
}

/// The text or number of a list; lists in lists are nothing.
struct Item<'a>(Option<Cow<'a, str>>);

impl<'de: 'a, 'a> Deserialize<'de> for Item<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Plain::deserialize(from).map(|plain| Self(plain.text()))
    }
}

/// What is kept of the items of a list.
pub(super) trait Keep<'de>: Sized {
    /// An item as it is written.
    type Raw: Deserialize<'de>;
    /// Most of them in a document.
    const MAX: usize;

    /// Adds what is kept of an item.
    ///
    /// # Errors
    /// What is wrong with it, in a few words.
    fn keep(raw: Self::Raw, to: &mut Vec<Self>) -> Result<(), String>;

    /// How much it counts of the most.
    fn weight(&self) -> usize {
        1
    }
}

/// A list, of whose items only what is of use is kept. Null, or what is no list, is an empty one.
#[derive(Debug)]
pub(super) struct Kept<T>(pub(super) Vec<T>);

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Keep<'de>> Deserialize<'de> for Kept<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct List<T>(PhantomData<T>);
        impl<'de, T: Keep<'de>> Visitor<'de> for List<T> {
            type Value = Kept<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_unit<E: Error>(self) -> Result<Kept<T>, E> {
                Ok(Kept::default())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Kept<T>, A::Error> {
                let mut kept = Vec::new();
                let mut weight: usize = 0;
                while let Some(raw) = items.next_element::<T::Raw>()? {
                    let before = kept.len();
                    T::keep(raw, &mut kept).map_err(A::Error::custom)?;
                    let more = kept.iter().skip(before).map(T::weight);
                    weight = more.fold(weight, usize::saturating_add);
                    if weight > T::MAX {
                        return Err(too_many(T::MAX));
                    }
                }
                kept.shrink_to_fit();
                Ok(Kept(kept))
            }
        }
        from.deserialize_any(List(PhantomData))
    }
}

fn too_many<E: Error>(max: usize) -> E {
    E::custom(format_args!("more than {max} items in a list"))
}
