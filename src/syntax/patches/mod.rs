//! Patches of documents, as Kustomize, kind and kubeadm apply them.

pub(crate) mod json;
pub(crate) mod strategic;

#[cfg(test)]
mod tests;
