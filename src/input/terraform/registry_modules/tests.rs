//! The models as data, and how calls find them.

use std::path::Path;

use super::*;

#[test]
fn every_model_file_is_listed_and_sound() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/input/terraform/models");
    let mut files: Vec<String> =
        std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    files.sort();
    assert_eq!(files, MODELS.iter().map(|(name, _)| *name).collect::<Vec<_>>());
    let mut blocks = 0;
    for (name, text) in MODELS {
        let mut texts = Texts::new();
        let id = texts.add_source(Arc::new(Source::new(*name, text.as_bytes())));
        let parsed = hcl::parse(&texts.view(id));
        assert_eq!(parsed.errors, [], "{name}");
        for model in &parsed.tree.blocks {
            blocks += 1;
            assert_eq!(&*model.kind, "model", "{name}");
            check_ignored(name, model);
        }
    }
    assert_eq!(INDEX.len(), blocks, "every model has a range of versions");
}

/// Every ignored input of a model has a reason, and the model does not use it.
fn check_ignored(name: &str, model: &Block) {
    let Some(ignored) = model.body.attribute("ignored") else { return };
    let hcl::ExprKind::Object(entries) = &ignored.value.kind else { panic!("{name}: ignored is a map") };
    for (key, reason) in entries {
        let key = match key {
            hcl::Key::Name(text, _) => text.to_text().into_owned(),
            hcl::Key::Expr(hcl::Expr { kind: hcl::ExprKind::Template(t), .. }) => {
                t.as_literal().unwrap().to_text().into_owned()
            }
            hcl::Key::Expr(_) => panic!("{name}: a key is a name"),
        };
        // A null removes a reason of the base model.
        if matches!(reason.kind, hcl::ExprKind::Null) && model.body.attribute("like").is_some() {
            continue;
        }
        let hcl::ExprKind::Template(reason) = &reason.kind else { panic!("{name}: {key} has no reason") };
        assert!(reason.as_literal().is_some_and(|r| !r.is_empty()), "{name}: {key} has no reason");
        let declared = |body: &hcl::Body, key: &str| body.blocks.iter().any(|b| b.label(0) == key);
        assert!(!declared(&model.body, &key), "{name}: {} declares {key}", model.label(0));
    }
}

#[test]
fn versions_of_one_module_do_not_overlap() {
    for (n, a) in INDEX.iter().enumerate() {
        for b in &INDEX[n + 1..] {
            assert!(a.source != b.source || !a.versions.meets(&b.versions), "{}: two models of a version", a.source);
        }
    }
}

#[test]
fn sources_are_known_by_the_name_in_the_registry() {
    for (source, address, reference) in [
        ("terraform-aws-modules/eks/aws", "terraform-aws-modules/eks/aws", None),
        (
            "registry.terraform.io/terraform-aws-modules/eks/aws//modules/x",
            "terraform-aws-modules/eks/aws//modules/x",
            None,
        ),
        (
            "git::https://github.com/terraform-aws-modules/terraform-aws-eks.git//modules/x?ref=v20.1.0",
            "terraform-aws-modules/eks/aws//modules/x",
            Some("v20.1.0"),
        ),
        ("github.com/aws-ia/terraform-aws-eks-blueprints?ref=v4.32.1", "aws-ia/eks-blueprints/aws", Some("v4.32.1")),
        ("git::ssh://git@github.com/cloudposse/terraform-aws-eks-workers.git", "cloudposse/eks-workers/aws", None),
        ("git@github.com:cloudposse/terraform-aws-eks-workers.git", "cloudposse/eks-workers/aws", None),
        ("https://example.com/a.zip", "example.com/a.zip", None),
    ] {
        assert_eq!(address_of(source), (address.to_owned(), reference.map(str::to_owned)), "{source}");
    }
}
