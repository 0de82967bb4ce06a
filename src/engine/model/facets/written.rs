//! How parameters are written and read again, for people and for the cache.

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Facet, Facets, Origin, Scalar, Value};

/// The value itself.
#[derive(Serialize, Deserialize)]
#[serde(untagged, remote = "Scalar")]
enum Plain {
    Number(u64),
    Name(String),
    List(Vec<String>),
}

/// Its kind, and it.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Scalar")]
enum Told {
    Number(u64),
    Name(String),
    List(Vec<String>),
}

/// People read the value itself; where nothing describes what comes, the kind goes before it.
impl Serialize for Scalar {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match to.is_human_readable() {
            true => Plain::serialize(self, to),
            false => Told::serialize(self, to),
        }
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        match from.is_human_readable() {
            true => Plain::deserialize(from),
            false => Told::deserialize(from),
        }
    }
}

/// As a list of pairs: a scalar is no key of a document.
pub(super) mod scalars {
    use super::*;

    pub(in crate::model::facets) fn serialize<S: Serializer>(
        scalars: &BTreeMap<Scalar, Origin>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.collect_seq(scalars)
    }

    pub(in crate::model::facets) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<BTreeMap<Scalar, Origin>, D::Error> {
        let pairs = Vec::<(Scalar, Origin)>::deserialize(from)?;
        Ok(pairs.into_iter().collect())
    }
}

impl Serialize for Facets {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.list())
    }
}

impl<'de> Deserialize<'de> for Facets {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let pairs = Vec::<(Facet, Value)>::deserialize(from)?;
        let fits = |(facet, value): &(Facet, Value)| {
            value.scalars.keys().all(|scalar| match scalar {
                Scalar::Number(_) => facet.is_number(),
                Scalar::List(_) => facet.is_list(),
                // A list of one may be told as that one.
                Scalar::Name(_) => !facet.is_number(),
            })
        };
        if !pairs.iter().all(fits) {
            return Err(D::Error::custom("a parameter with a value of another kind"));
        }
        Ok(pairs.into_iter().collect())
    }
}
