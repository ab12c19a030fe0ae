use super::{Commands, PACKER, PULUMI, TERRAFORM, follow_references, leave_out_hidden};

fn commands(text: &str) -> Commands {
    super::commands(text, &TERRAFORM)
}

#[test]
fn files_named_together_belong_together() {
    for (text, files) in [
        ("terraform plan -var-file=envs/prod.tfvars\n", &["envs/prod.tfvars"][..]),
        ("tofu apply --var-file \"a.tfvars\" -var-file='b.tfvars.json'\n", &["a.tfvars b.tfvars.json"]),
        ("terraform plan \\\n  -var-file=a.tfvars \\\n  -var-file=b.tfvars\n", &["a.tfvars b.tfvars"]),
        ("terraform plan -var-file=a.tfvars\nterraform plan -var-file=b.tfvars\n", &["a.tfvars", "b.tfvars"]),
        ("\tterraform plan -var-file=envs/$(ENV).tfvars\n", &["envs/*.tfvars"]),
        ("run: terraform plan -var-file=${{ matrix.env }}/x.tfvars\n", &["*/x.tfvars"]),
        ("terraform plan -var-file=env/${ENV}-$1.tfvars -var-file=$X\n", &["env/*-*.tfvars"]),
        ("var_file: |\n  a.tfvars\n  b.tfvars\nx: y\n", &["a.tfvars b.tfvars"]),
        ("var_file: envs/a.tfvars\n", &["envs/a.tfvars"]),
        ("extra_args: [\"-var-file\", \"a.tfvars\"]\n", &["a.tfvars"]),
        ("args:\n  - -var-file=a.tfvars\n  - -var-file=b.tfvars\n", &["a.tfvars b.tfvars"]),
        ("# terraform plan -var-file=a.tfvars\n", &[]),
        ("-var-file=$(terraform workspace show).tfvars\n", &["*.tfvars"]),
        ("-var-file=", &[]),
    ] {
        let found: Vec<String> = commands(text).calls.iter().map(|call| call.files.join(" ")).collect();
        assert_eq!(found, files, "{text}");
    }
}

#[test]
fn an_option_sets_a_variable() {
    for (text, found) in [
        ("\tterraform apply -var idle=0s\n", &["idle=0s"][..]),
        ("terraform apply -var=\"idle=0s\" --var 'size=2 x'\n", &["idle=0s", "size=2 x"]),
        ("terraform apply -var idle=\"0s\";\n", &["idle=0s"]),
        ("args: [\"-var\", \"idle=0s\"]\n", &["idle=0s"]),
        ("terraform apply \\\n  -var-file=a.tfvars \\\n  -var idle=$IDLE \\\n", &["?idle=$IDLE"]),
        ("\tterraform apply -var idle=$(IDLE) -var size=2\n", &["?idle=$(IDLE)", "size=2"]),
        ("args:\n  - \"-var=idle=0s --a=1\"\n", &["idle=0s --a=1"]),
        ("packer build \\\n  -var idle=0s .\n", &[]),
        ("packer build . && terraform apply -var idle=0s\n", &["idle=0s"]),
        ("terraform apply -variable idle=0s -var-file=idle=0s\n", &[]),
        ("packer build -var idle=0s .\n", &[]),
        ("terraform apply -var idle\n", &[]),
    ] {
        let calls = commands(text).calls;
        let options = calls.iter().flat_map(|call| &call.options);
        let options: Vec<String> = options
            .map(|(_, one)| {
                format!("{}{}={}", if one.known { "" } else { "?" }, one.name, text.get(one.value.clone()).unwrap())
            })
            .collect();
        assert_eq!(options, found, "{text}");
        assert!(calls.len() <= 1, "{text}");
    }
}

#[test]
fn packer_has_its_own() {
    for (text, found) in [
        ("packer build -var-file=a.pkrvars.hcl -var idle=0s .\n", "a.pkrvars.hcl idle"),
        ("packer build -var-file=a.json\n", "a.json "),
        ("packer validate -var idle=0s .\n", " "),
        ("terraform apply -var idle=0s\n", " "),
        ("packer build .; terraform apply -var idle=0s\n", " "),
    ] {
        let calls = super::commands(text, &PACKER).calls;
        let files: Vec<&str> = calls.iter().flat_map(|call| &call.files).map(String::as_str).collect();
        let names: Vec<&str> = calls.iter().flat_map(|call| &call.options).map(|(_, one)| &*one.name).collect();
        assert_eq!(format!("{} {}", files.join(" "), names.join(" ")), found, "{text}");
    }
    let set = super::commands("PKR_VAR_idle=0s packer build .\n", &PACKER).environment;
    assert_eq!(set.iter().map(|set| &*set.name).collect::<Vec<_>>(), ["idle"]);
}

#[test]
fn pulumi_has_its_own() {
    for (text, found) in [
        ("pulumi up -y -c idle=0s\n", "idle=0s"),
        ("pulumi up \\\n  --config=p:idle=0s --config \"a=b c\"\n", "p:idle=0s a=b c"),
        ("pulumi config set --stack prod idle 0s --plaintext\n", "idle=0s"),
        ("pulumi config set p:idle -- '0s'\n", "p:idle=0s"),
        ("bash -c idle=0s\nnpx x --config a=b\n", ""),
        ("pulumi preview -c idle=0s\npulumi destroy\nx -c a=b\n", ""),
    ] {
        let read = super::commands(text, &PULUMI);
        let all = read.calls.iter().flat_map(|call| &call.options).map(|(_, one)| one).chain(&read.environment);
        let all: Vec<_> = all.map(|one| format!("{}={}", one.name, text.get(one.value.clone()).unwrap())).collect();
        assert_eq!(all.join(" "), found, "{text}");
    }
}

#[test]
fn the_environment_sets_variables() {
    for (text, name, value, known) in [
        ("  TF_VAR_idle: \"0s\"\n", "idle", "0s", true),
        ("  TF_VAR_idle: 0s # why\n", "idle", "0s", true),
        ("env: {TF_VAR_idle: 0s, B: x}\n", "idle", "0s", true),
        ("export TF_VAR_idle=0s\n", "idle", "0s", true),
        ("TF_VAR_idle='0s' terraform apply\n", "idle", "0s", true),
        ("TF_VAR_idle=0s terraform apply\n", "idle", "0s", true),
        ("  - run: echo \"TF_VAR_idle=0s\" >> $GITHUB_ENV\n", "idle", "0s", true),
        ("docker run -e 'TF_VAR_idle=0s' terraform\n", "idle", "0s", true),
        ("  - name: TF_VAR_idle\n    value: \"0s\" # why\n", "idle", "0s", true),
        ("    - { name: TF_VAR_idle, value: 0s }\n", "idle", "0s", true),
        ("export TF_VAR_idle := 0s\n", "idle", "0s", true),
        ("  TF_VAR_idle: ${{ secrets.IDLE }}\n", "idle", "${{ secrets.IDLE }}", false),
    ] {
        let found = commands(text).environment;
        assert_eq!(found.len(), 1, "{text}");
        let one = &found[0];
        assert_eq!(
            (&*one.name, text.get(one.value.clone()).unwrap_or_default(), one.known),
            (name, value, known),
            "{text}"
        );
    }
    assert_eq!(commands("echo $TF_VAR_idle ${TF_VAR_x}\n").environment, []);
}

#[test]
fn the_same_file_may_give_the_value() {
    for (text, found) in [
        ("matrix:\n  idle: [0s, \"4h\"]\nenv:\n  TF_VAR_idle: ${{ matrix.idle }}\n", &["0s", "4h"][..]),
        ("matrix:\n  idle:\n    - 0s\n    - 4h\nenv:\n  TF_VAR_idle: ${{ matrix.idle }}\n", &["0s", "4h"]),
        ("include:\n  - idle: 0s\n    x: y\n  - idle: 4h\nenv:\n  TF_VAR_idle: ${{ matrix.idle }}\n", &["0s", "4h"]),
        ("strategy: {matrix: {idle: [4h, '0s']}}\nenv: {TF_VAR_idle: \"${{ matrix.idle }}\"}\n", &["4h", "0s"]),
        ("env: {a: b, IDLE: 0s}\nx:\n  TF_VAR_idle: $IDLE\n", &["0s"]),
        ("variables:\n  IDLE: 0s # why\njob:\n  TF_VAR_idle: $IDLE\n", &["0s"]),
        ("IDLE := 0s\nexport TF_VAR_idle=$(IDLE)\n", &["0s"]),
        ("export IDLE='0s'; x\nexport TF_VAR_idle=${IDLE}\n", &["0s"]),
        ("env:\n  IDLE: ${{ secrets.X }}\n  TF_VAR_idle: ${{ env.IDLE }}\n", &["?${{ env.IDLE }}"]),
        ("IDLES: 0s\nTF_VAR_idle: $IDLE\n", &["?$IDLE"]),
        ("TF_VAR_idle: a$IDLE\nIDLE: 0s\n", &["?a$IDLE"]),
    ] {
        let shown = |one: &super::Assigned| {
            format!("{}{}", if one.known { "" } else { "?" }, text.get(one.value.clone()).unwrap())
        };
        let mut read = commands(text);
        follow_references(text, false, &mut read);
        let values: Vec<String> = read.environment.iter().map(shown).collect();
        assert_eq!(values, found, "{text}");
    }
    for (text, found) in [
        ("env:\n  IDLE: 0s\n  TF_VAR_idle: $IDLE\n", "$IDLE"),
        ("env:\n  IDLE: 0s\n  TF_VAR_idle: ${{ env.IDLE }}\n", "0s"),
        ("env:\n  IDLE: 0s\nrun: |\n  export TF_VAR_idle=$IDLE\n", "0s"),
    ] {
        let mut read = commands(text);
        follow_references(text, true, &mut read);
        assert_eq!(text.get(read.environment[0].value.clone()), Some(found), "{text}");
    }
}

fn left(text: &str) -> Vec<String> {
    let mut found = commands(text);
    leave_out_hidden(text, &TERRAFORM, &mut found);
    found.environment.iter().map(|set| format!("{}={}", set.name, text.get(set.value.clone()).unwrap())).collect()
}

#[test]
fn a_nearer_assignment_hides_one_around_it() {
    let job = |name: &str, env: &str| format!("  {name}:\n{env}    steps:\n      - run: terraform apply\n");
    let own = "    env:\n      TF_VAR_idle: 4h\n";
    let both = format!("env:\n  TF_VAR_idle: 0s\njobs:\n{}", job("a", own));
    assert_eq!(left(&both), ["idle=4h"]);
    assert_eq!(left(&format!("{both}{}", job("b", ""))), ["idle=0s", "idle=4h"]);
    let steps = "env: {TF_VAR_idle: 0s}\nsteps:\n  - run: terraform plan\n    env:\n      TF_VAR_idle: 4h\n";
    assert_eq!(left(steps), ["idle=4h"]);
    assert_eq!(left(&format!("{steps}  - run: terraform apply\n")), ["idle=0s", "idle=4h"]);
}

#[test]
fn a_job_of_gitlab_overrides_what_it_takes_over() {
    let global = "variables:\n  TF_VAR_idle: 0s\n";
    let base = ".base:\n  variables:\n    TF_VAR_idle: 4h\n";
    let run = "  script:\n    - terraform apply\n";
    for (jobs, found) in [
        (format!("{base}a:\n  extends: .base\n{run}"), &["4h"][..]),
        (format!("{base}a:\n  extends: [.x, .base]\n{run}"), &["4h"]),
        (format!("{base}a:\n  extends:\n    - .base\n{run}"), &["4h"]),
        (format!("{base}{run}a:\n  extends: .base\n"), &["4h"]),
        (format!(".base:\n{run}a:\n  extends: .base\n  variables:\n    TF_VAR_idle: 4h\n"), &["4h"]),
        (format!("{base}a:\n  variables: !reference [.base, variables]\n{run}"), &["4h"]),
        (format!(".b: &b\n  variables:\n    TF_VAR_idle: 4h\na:\n  <<: *b\n{run}"), &["4h"]),
        (format!(".v: &v\n  TF_VAR_idle: 4h\na:\n  variables: *v\n{run}"), &["4h"]),
        (format!("{base}a:\n{run}b:\n  extends: .base\n{run}"), &["0s", "4h"]),
        (format!("default:\n  before_script:\n    - export TF_VAR_idle=4h\na:\n{run}"), &["4h"]),
        ("a:\n  script:\n    - export TF_VAR_idle=4h\n    - terraform apply\n".to_owned(), &["4h"]),
        ("a:\n  script:\n    - terraform apply\n    - export TF_VAR_idle=4h\n".to_owned(), &["0s", "4h"]),
        ("a:\n  script:\n    - TF_VAR_idle=4h terraform apply\n".to_owned(), &["4h"]),
    ] {
        let found: Vec<_> = found.iter().map(|value| format!("idle={value}")).collect();
        assert_eq!(left(&format!("{global}{jobs}")), found, "{jobs}");
    }
}
