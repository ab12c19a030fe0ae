//! What several units of a scan read: once for all of them.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

type Slots = HashMap<(TypeId, PathBuf), Arc<dyn Any + Send + Sync>>;

/// Things that were made of files, by their type and their path.
#[derive(Debug, Default)]
pub struct Shared(Mutex<Slots>);

impl Shared {
    /// The place for what is made of `path` as a `T`: empty until the first one has made it. Who fills it must not wait for
    /// another place.
    pub fn slot<T: Any + Send + Sync>(&self, path: &Path) -> Arc<OnceLock<T>> {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (TypeId::of::<T>(), path.to_owned());
        let empty = || Arc::new(OnceLock::<T>::new()) as Arc<dyn Any + Send + Sync>;
        let slot = Arc::clone(slots.entry(key).or_insert_with(empty));
        drop(slots);
        // The type is a part of the key.
        slot.downcast().unwrap_or_default()
    }
}
