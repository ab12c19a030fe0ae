//! The arguments of the program.

use std::mem::ManuallyDrop;
use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, StringValueParser, TypedValueParser};
use clap::{ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use crate::check::{Catalogue, PAGES};
use crate::policy::FailOn;
use crate::report::FORMATS;
use crate::scan::GivenVariable;

/// Show the kubelet timeouts your nodes will run with, and where each value is set
#[derive(Debug, Parser)]
#[command(name = "kubelet-lint", version, styles = styles(), max_term_width = 80, after_help = EXAMPLES)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Command,
    /// When to use colour
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = Color::Auto, global = true, help_heading = "Output options")]
    pub(super) color: Color,
}

const EXAMPLES: &str = "\
Examples:
  kubelet-lint check                       the current folder
  kubelet-lint check --fix                 ... and apply safe fixes
  kubelet-lint show infra                  the effective timeouts of its nodes
  kubelet-lint explain replaced-zero       describe a rule";

const CHECK_EXAMPLES: &str = "\
Examples:
  kubelet-lint check infra templates
  kubelet-lint check --format sarif -o out.sarif --format github
  kubelet-lint check --since origin/main
  cat user-data.sh | kubelet-lint check -

Exit codes: 0 no findings at or above --fail-on, 1 findings, 2 an error, or a
file that could not be read";

const SHOW_EXAMPLES: &str = "\
Examples:
  kubelet-lint show --all infra
  kubelet-lint show --field authentication infra
  kubectl get --raw /api/v1/nodes/N/proxy/configz | kubelet-lint show --against - infra

Exit codes: 0 success, 1 differences (with --against), 2 an error";

const REPORT_EXAMPLES: &str = "\
Examples:
  kubelet-lint report infra
  kubelet-lint report --format csv -o controls.csv infra

Exit codes: 0 success, 2 an error";

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Find kubelet timeouts set to zero
    #[command(after_help = CHECK_EXAMPLES)]
    Check(Box<Check>),
    /// Show the effective kubelet timeouts of each node group
    #[command(after_help = SHOW_EXAMPLES)]
    Show(Box<Show>),
    /// Report the controls of the CIS benchmarks for each node group
    #[command(after_help = REPORT_EXAMPLES)]
    Report(Box<Report>),
    /// Describe a rule, or list the rules of a group
    Explain {
        /// Id of the rule, or the group
        #[arg(value_name = "RULE", value_parser = RuleIds)]
        rule: String,
    },
    /// List the rules
    Rules {
        /// Output format
        #[arg(short, long, value_name = "FORMAT", value_parser = ["text", "json"], default_value = "text")]
        format: String,
    },
    /// Serve an editor over standard input and output (Language Server Protocol)
    Lsp {
        #[command(flatten)]
        configuration: Configuration,
    },
    /// Write a commented kubelet-lint.toml to the current folder
    Init,
    /// Print the JSON schema of kubelet-lint.toml
    Schema,
    /// Print shell completions
    Completions {
        /// The shell
        #[arg(value_name = "SHELL", value_enum)]
        shell: Completing,
    },
    /// Print the manual page
    Man,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Completing {
    Bash,
    Elvish,
    Fish,
    Powershell,
    Zsh,
}

#[derive(Debug, Args)]
pub(super) struct Input {
    /// Files and directories to read (`-` for standard input)
    #[arg(value_name = "PATH", default_value = ".")]
    pub(super) paths: Vec<PathBuf>,
    /// File name for standard input, such as `user-data.sh`
    #[arg(long, value_name = "PATH", help_heading = "Input options")]
    pub(super) stdin_filename: Option<PathBuf>,
    /// CloudFormation parameter file; may be repeated
    #[arg(long, value_name = "PATH", help_heading = "Input options")]
    pub(super) parameters: Vec<PathBuf>,
    /// Terraform variables file; may be repeated and mixed with --var, the last one wins
    #[arg(long, value_name = "PATH", help_heading = "Input options")]
    pub(super) var_file: Vec<PathBuf>,
    /// Set a Terraform variable; may be repeated
    #[arg(long, value_name = "NAME=VALUE", help_heading = "Input options")]
    pub(super) var: Vec<String>,
    /// Read the source of a Terraform module from a folder, which may be outside the repository; may be repeated
    #[arg(long, value_name = "SOURCE=DIR", value_parser = module, help_heading = "Input options")]
    pub(super) module: Vec<(String, PathBuf)>,
    /// The values for variables in the order in which they were typed
    #[arg(skip)]
    pub(super) variables: Vec<GivenVariable>,
    /// Files to skip, in addition to those that configurations exclude; may be repeated
    #[arg(long, value_name = "PATTERN", value_delimiter = ',', help_heading = "Input options")]
    pub(super) exclude: Vec<String>,
    /// Number of threads [default: one for each processor]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=512), help_heading = "Input options")]
    pub(super) jobs: Option<u16>,
    /// Also read files that git does not track and .gitignore excludes
    #[arg(long, alias = "no-ignore", help_heading = "Input options")]
    pub(super) no_gitignore: bool,
    #[command(flatten)]
    pub(super) configuration: Configuration,
}

#[derive(Clone, Debug, Args)]
pub(super) struct Configuration {
    /// Configuration file [default: the nearest kubelet-lint.toml]
    #[arg(
        long,
        value_name = "PATH",
        env = "KUBELET_LINT_CONFIG",
        conflicts_with = "isolated",
        help_heading = "Configuration"
    )]
    pub(super) config: Option<PathBuf>,
    /// Ignore all configuration files
    #[arg(long, env = "KUBELET_LINT_ISOLATED", value_parser = clap::builder::FalseyValueParser::new(), help_heading = "Configuration")]
    pub(super) isolated: bool,
}

#[derive(Debug, Args)]
pub(super) struct Check {
    #[command(flatten)]
    pub(super) input: Input,
    /// The only rules or groups to use, separated by commas [default: all that are not opt-in]
    #[arg(long, value_name = "RULE", env = "KUBELET_LINT_SELECT", value_delimiter = ',', value_parser = RuleIds, hide_possible_values = true, help_heading = "Rules")]
    pub(super) select: Vec<String>,
    /// Additional rules or groups to enable
    #[arg(long, value_name = "RULE", value_delimiter = ',', value_parser = RuleIds, hide_possible_values = true, help_heading = "Rules")]
    pub(super) extend_select: Vec<String>,
    /// Rules or groups to disable, separated by commas
    #[arg(long, value_name = "RULE", env = "KUBELET_LINT_IGNORE", value_delimiter = ',', value_parser = RuleIds, hide_possible_values = true, help_heading = "Rules")]
    pub(super) ignore: Vec<String>,
    /// Report suppressed findings as well
    #[arg(long, help_heading = "Rules")]
    pub(super) no_ignores: bool,
    /// Report only findings that the merge base with this git revision does not have
    #[arg(long, value_name = "REV", help_heading = "Rules")]
    pub(super) since: Option<String>,
    /// Whose configuration decides: that of the files at hand, or that of the base
    #[arg(long, value_name = "WHICH", value_enum, default_value_t = Configured::Head, requires = "since", help_heading = "Rules")]
    pub(super) config_from: Configured,
    /// Hide the findings recorded in this file
    #[arg(long, value_name = "FILE", help_heading = "Rules")]
    pub(super) baseline: Option<PathBuf>,
    /// Record the current findings in this file
    #[arg(long, value_name = "FILE", conflicts_with = "baseline", help_heading = "Rules")]
    pub(super) write_baseline: Option<PathBuf>,
    /// Output format; may be repeated, each with its own --output
    #[arg(short, long, value_name = "FORMAT", env = "KUBELET_LINT_FORMAT", value_parser = formats(), default_value = "human", help_heading = "Output options")]
    pub(super) format: Vec<String>,
    /// Output file of the preceding --format [default: standard output]
    #[arg(short, long = "output", alias = "output-file", value_name = "FILE", help_heading = "Output options")]
    pub(super) output: Vec<PathBuf>,
    /// Apply safe fixes
    #[arg(long, conflicts_with_all = ["diff", "add_ignore", "write_baseline"], help_heading = "Changes")]
    pub(super) fix: bool,
    /// Print the changes that --fix would make as a patch
    #[arg(long, conflicts_with_all = ["add_ignore", "write_baseline"], help_heading = "Changes")]
    pub(super) diff: bool,
    /// Insert comments that ignore the current findings, with this reason
    #[arg(long, value_name = "REASON", num_args = 0..=1, require_equals = true, default_missing_value = "", conflicts_with = "write_baseline", help_heading = "Changes")]
    pub(super) add_ignore: Option<String>,
    /// Count the findings of each rule instead of listing them (human)
    #[arg(long, help_heading = "Output options")]
    pub(super) statistics: bool,
    /// Show the settings that count for each PATH, and the file that says so, instead of checking
    #[arg(long, help_heading = "Configuration")]
    pub(super) show_settings: bool,
    /// Address of the files, to link places to (markdown), such as `https://github.com/o/r/blob/COMMIT`
    #[arg(long, value_name = "URL", value_parser = address, help_heading = "Output options")]
    pub(super) source_url: Option<String>,
    /// Include suppressed findings, marked as such (json and sarif)
    #[arg(long, help_heading = "Output options")]
    pub(super) show_suppressed: bool,
    /// Lowest level that makes the exit code 1 [default: warning]
    #[arg(long, value_name = "LEVEL", env = "KUBELET_LINT_FAIL_ON", value_enum, help_heading = "Exit code")]
    pub(super) fail_on: Option<Failing>,
    /// Exit with 0 even if there are findings
    #[arg(long, help_heading = "Exit code")]
    pub(super) exit_zero: bool,
    /// Exit with 2 if anything could not be read, or a folder has no node group
    #[arg(long, help_heading = "Exit code")]
    pub(super) strict: bool,
    /// Exit with 0 or 1 even if a file has a syntax error
    #[arg(long, conflicts_with = "strict", help_heading = "Exit code")]
    pub(super) lenient: bool,
    /// Exit with 2 if an unresolved value could hold a timeout
    #[arg(long, help_heading = "Exit code")]
    pub(super) fail_on_unresolved: bool,
    /// List unresolved values and how each value reached the node
    #[arg(short, long, help_heading = "Output options")]
    pub(super) verbose: bool,
    /// Print nothing but the report
    #[arg(short, long, conflicts_with = "verbose", help_heading = "Output options")]
    pub(super) quiet: bool,
}

#[derive(Debug, Args)]
pub(super) struct Show {
    #[command(flatten)]
    pub(super) input: Input,
    /// Output format
    #[arg(short, long, value_name = "FORMAT", value_parser = ["table", "text", "json", "yaml", "html"], default_value = "table", help_heading = "Output options")]
    pub(super) format: String,
    /// Output file [default: standard output]
    #[arg(short, long = "output", alias = "output-file", value_name = "FILE", help_heading = "Output options")]
    pub(super) output: Option<PathBuf>,
    /// Include settings at their default
    #[arg(long, help_heading = "Output options")]
    pub(super) all: bool,
    /// Only node groups whose name matches this pattern (`*` matches anything)
    #[arg(long, value_name = "PATTERN", help_heading = "Input options")]
    pub(super) node_group: Option<String>,
    /// Only this field and those below it, such as `authentication`; includes defaults
    #[arg(long, value_name = "PATH", conflicts_with = "against", help_heading = "Output options")]
    pub(super) field: Option<String>,
    /// Compare with a running node: a saved configz, ps, unit or configuration (`-` for standard input)
    #[arg(long, value_name = "PATH", help_heading = "Input options")]
    pub(super) against: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct Report {
    #[command(flatten)]
    pub(super) input: Input,
    /// Output format
    #[arg(short, long, value_name = "FORMAT", value_parser = ["table", "csv", "json", "html"], default_value = "table", help_heading = "Output options")]
    pub(super) format: String,
    /// Output file [default: standard output]
    #[arg(short, long = "output", alias = "output-file", value_name = "FILE", help_heading = "Output options")]
    pub(super) output: Option<PathBuf>,
    /// Only node groups whose name matches this pattern (`*` matches anything)
    #[arg(long, value_name = "PATTERN", help_heading = "Input options")]
    pub(super) node_group: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Failing {
    Note,
    Warning,
    Error,
    Never,
}

impl Failing {
    /// The word on the command line.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Never => "never",
        }
    }

    pub(super) fn on(self) -> FailOn {
        match self {
            Self::Note => FailOn::Note,
            Self::Warning => FailOn::Warning,
            Self::Error => FailOn::Error,
            Self::Never => FailOn::Never,
        }
    }
}

/// Where the configuration, own rules and the baseline are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Configured {
    Head,
    Base,
}

/// Rule ids. Shells complete the built-in ones; custom rules are possible, so nothing is rejected here.
#[derive(Clone)]
pub(super) struct RuleIds;

impl TypedValueParser for RuleIds {
    type Value = String;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&clap::Arg>,
        value: &std::ffi::OsStr,
    ) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let groups = Catalogue::default().groups().into_iter();
        Some(Box::new(PAGES.iter().map(|(id, _)| *id).chain(groups).map(PossibleValue::new)))
    }
}

/// A source and its folder. A source may contain `=`.
fn module(text: &str) -> Result<(String, PathBuf), String> {
    match text.rsplit_once('=') {
        Some((source, dir)) if !source.is_empty() && !dir.is_empty() => Ok((source.to_owned(), PathBuf::from(dir))),
        _ => Err("expected SOURCE=DIR, such as `git::https://example.com/nodes.git=../nodes`".to_owned()),
    }
}

/// The address of a web page, which can stand in markup as it is.
fn address(text: &str) -> Result<String, String> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"%/:._~-@+".contains(&b);
    if (text.starts_with("https://") || text.starts_with("http://")) && text.bytes().all(plain) {
        Ok(text.to_owned())
    } else {
        Err("expected an address such as `https://github.com/o/r/blob/COMMIT`".to_owned())
    }
}

fn formats() -> PossibleValuesParser {
    PossibleValuesParser::new(FORMATS.iter().map(|f| f.name()))
}

fn styles() -> clap::builder::Styles {
    use clap::builder::styling::{AnsiColor, Effects};
    clap::builder::Styles::styled()
        .header(AnsiColor::Green.on_default() | Effects::BOLD)
        .usage(AnsiColor::Green.on_default() | Effects::BOLD)
        .literal(AnsiColor::Cyan.on_default() | Effects::BOLD)
        .placeholder(AnsiColor::Cyan.on_default())
}

/// The options of a command, where an environment variable that is empty, or says no to a switch, counts as not set:
/// systems of CI define variables that way.
fn without_unset(command: clap::Command) -> clap::Command {
    const NO: [&str; 7] = ["", "0", "f", "false", "n", "no", "off"];
    command.mut_args(|arg| {
        let value = arg.get_env().and_then(std::env::var_os);
        let switch = matches!(arg.get_action(), clap::ArgAction::SetTrue);
        let said = |v: std::ffi::OsString| match v.to_str().map(str::trim) {
            Some(text) if switch => !NO.contains(&text.to_ascii_lowercase().as_str()),
            text => text != Some(""),
        };
        if value.is_some_and(|v| !said(v)) { arg.env(None::<&str>) } else { arg }
    })
}

/// The arguments of the process. The order of options of different names is known only before they become a `Cli`.
pub(super) fn parse() -> Result<(Cli, ManuallyDrop<ArgMatches>), clap::Error> {
    // To take these apart takes time, and the process ends soon.
    let mut command = ManuallyDrop::new(without_unset(Cli::command()).mut_subcommands(without_unset));
    let matches = ManuallyDrop::new(command.try_get_matches_from_mut(std::env::args_os())?);
    let mut cli = Cli::from_arg_matches(&matches)?;
    let input = match &mut cli.command {
        Command::Check(check) => Some(&mut check.input),
        Command::Show(show) => Some(&mut show.input),
        Command::Report(report) => Some(&mut report.input),
        _ => None,
    };
    if let (Some((_, own)), Some(input)) = (matches.subcommand(), input) {
        let files = own.indices_of("var_file").into_iter().flatten();
        let values = own.indices_of("var").into_iter().flatten();
        let files = files.zip(input.var_file.iter().cloned().map(GivenVariable::File));
        let mut all: Vec<_> = files.chain(values.zip(input.var.iter().cloned().map(GivenVariable::Set))).collect();
        all.sort_by_key(|(index, _)| *index);
        input.variables = all.into_iter().map(|(_, given)| given).collect();
    }
    Ok((cli, matches))
}

impl Check {
    /// A check without arguments, of which nothing is said but where its configuration is.
    pub(super) fn configured(configuration: &Configuration) -> Result<Self, clap::Error> {
        #[derive(Parser)]
        struct Alone {
            #[command(flatten)]
            check: Check,
        }
        let matches = without_unset(Alone::command()).try_get_matches_from(["check", "--quiet"])?;
        let mut check = Alone::from_arg_matches(&matches)?.check;
        check.input.configuration = configuration.clone();
        Ok(check)
    }
}
