//! Patches of documents, as Kustomize, kind and kubeadm apply them.

pub mod json;
pub mod strategic;

#[cfg(test)]
mod tests;
