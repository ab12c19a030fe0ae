//! Patches of documents, as Kustomize, kind and kubeadm apply them.

pub(super) mod json;
pub(super) mod strategic;

#[cfg(test)]
mod tests;
