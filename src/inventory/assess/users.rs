//! What uses a key says what the key is for.

use std::collections::{BTreeMap, BTreeSet};

use crate::inventory::{Inventory, InventoryAsset};
use crate::knowledge::catalog::{Catalog, Primitive};
use crate::model::Operation;

/// From an algorithm over a key to what the key is used for.
const USER_HOPS: usize = 2;

/// Which assets of the code depend on an asset. What an object says of its key's use is said at the key.
pub(super) struct Users<'a>(BTreeMap<&'a str, Vec<&'a InventoryAsset>>);

impl<'a> Users<'a> {
    pub(super) fn of(inventory: &'a Inventory) -> Self {
        let mut users: BTreeMap<&str, Vec<&InventoryAsset>> = BTreeMap::new();
        let in_code = |asset: &&InventoryAsset| asset.asset.object.is_none();
        for asset in inventory.assets.iter().filter(in_code) {
            for id in &asset.depends_on {
                users.entry(id).or_default().push(asset)
            }
        }
        Self(users)
    }

    /// What others do with a key, or with the key of an algorithm that says no use.
    pub(super) fn operations(
        &self,
        asset: &InventoryAsset,
        catalog: &Catalog,
    ) -> BTreeSet<Operation> {
        self.within(asset, catalog, USER_HOPS)
    }

    fn within(
        &self,
        asset: &InventoryAsset,
        catalog: &Catalog,
        hops: usize,
    ) -> BTreeSet<Operation> {
        let Some(users) = self.0.get(&*asset.id).filter(|_| hops > 0) else {
            return BTreeSet::new();
        };
        let useless = asset
            .asset
            .algorithm()
            .and_then(|name| catalog.algorithm(name))
            .is_some_and(|a| a.primitive == Primitive::Unknown);
        if !useless {
            return BTreeSet::new();
        }
        let mut operations = BTreeSet::new();
        for user in users {
            match user
                .asset
                .algorithm()
                .and_then(|name| catalog.algorithm(name))
                .map(|a| a.primitive)
            {
                Some(Primitive::Signature) => {
                    operations.insert(Operation::Sign);
                }
                Some(Primitive::KeyAgree) => {
                    operations.insert(Operation::Agree);
                }
                Some(Primitive::Pke | Primitive::Kem) => {
                    operations.insert(Operation::Encrypt);
                }
                _ => operations.extend(&user.asset.operations),
            }
            operations.extend(self.within(user, catalog, hops - 1));
        }
        operations
    }
}
