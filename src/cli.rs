//! Arguments to a request, and a scan to an exit code.

mod check;
mod configure;
mod fix;
mod outputs;
mod progress;
mod since;

use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::builder::{PossibleValue, PossibleValuesParser, StringValueParser, TypedValueParser};
use clap::{ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use crate::check::{Catalogue, PAGES};
use crate::policy::{FailOn, Policy, SettingsError, no_rule};
use crate::report::{self, FORMATS, Look};
use crate::scan::{GivenVariable, Request, Scan, scan};

/// Nothing at or above the level of `--fail-on` was found.
const CLEAN: u8 = 0;
/// Something was.
const FOUND: u8 = 1;
/// Usage, an unreadable path that was named, or an internal error.
const FAILED: u8 = 2;
/// The most that is read from standard input, in bytes.
const MAX_STDIN: u64 = crate::text::MAX_FILE_BYTES;

/// Says what the kubelet of every node that your infrastructure code launches will really run with, and who wrote it
#[derive(Debug, Parser)]
#[command(name = "kubelet-lint", version, styles = styles(), max_term_width = 80, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// When to use colour
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = Color::Auto, global = true, help_heading = "Output options")]
    color: Color,
}

const EXAMPLES: &str = "\
Examples:
  kubelet-lint check                       the current folder
  kubelet-lint check --fix                 and mend what is certain
  kubelet-lint show infra                  what the nodes there run with
  kubelet-lint explain replaced-zero       more of one rule";

const CHECK_EXAMPLES: &str = "\
Examples:
  kubelet-lint check infra templates
  kubelet-lint check --format sarif -o out.sarif --format github
  kubelet-lint check --since origin/main
  cat user-data.sh | kubelet-lint check -

Exit codes: 0 nothing at or above --fail-on, 1 something, 2 an error";

const SHOW_EXAMPLES: &str = "\
Examples:
  kubelet-lint show --all infra
  kubectl get --raw /api/v1/nodes/N/proxy/configz | kubelet-lint show --against - infra

Exit codes: 0; with --against 1 if something differs; 2 an error";

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Find kubelet timeouts that are set to zero
    #[command(after_help = CHECK_EXAMPLES)]
    Check(Box<Check>),
    /// Show the effective kubelet configuration of each node group
    #[command(after_help = SHOW_EXAMPLES)]
    Show(Box<Show>),
    /// Explain a rule
    Explain {
        /// Id of the rule
        #[arg(value_name = "RULE", value_parser = RuleIds)]
        rule: String,
    },
    /// List the rules
    Rules {
        /// Form of the list
        #[arg(long, value_name = "FORMAT", value_parser = ["text", "json"], default_value = "text")]
        format: String,
    },
    /// Print a script that completes commands in a shell
    Completions {
        /// The shell
        #[arg(value_name = "SHELL", value_enum)]
        shell: Completing,
    },
    /// Print the manual page
    Man,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Completing {
    Bash,
    Elvish,
    Fish,
    Powershell,
    Zsh,
}

#[derive(Debug, Args)]
struct Input {
    /// Files and directories to read; `-` is standard input
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,
    /// Name that standard input is read under, such as `user-data.sh`
    #[arg(long, value_name = "PATH", help_heading = "Input options")]
    stdin_filename: Option<PathBuf>,
    /// File of CloudFormation parameters, in any of the usual forms; may be repeated
    #[arg(long, value_name = "PATH", help_heading = "Input options")]
    parameters: Vec<PathBuf>,
    /// File of values for Terraform variables; may be repeated, also mixed with --var: the last one counts
    #[arg(long, value_name = "PATH", help_heading = "Input options")]
    var_file: Vec<PathBuf>,
    /// Value of a Terraform variable; may be repeated
    #[arg(long, value_name = "NAME=VALUE", help_heading = "Input options")]
    var: Vec<String>,
    /// The values for variables in the order in which they were typed
    #[arg(skip)]
    variables: Vec<GivenVariable>,
    /// Read files that .gitignore and .ignore exclude, too
    #[arg(long, alias = "no-ignore", help_heading = "Input options")]
    no_gitignore: bool,
    #[command(flatten)]
    configuration: Configuration,
}

#[derive(Debug, Args)]
struct Configuration {
    /// Configuration to use [default: the nearest kubelet-lint.toml]
    #[arg(
        long,
        value_name = "PATH",
        env = "KUBELET_LINT_CONFIG",
        conflicts_with = "isolated",
        help_heading = "Configuration"
    )]
    config: Option<PathBuf>,
    /// Use no configuration
    #[arg(long, env = "KUBELET_LINT_ISOLATED", value_parser = clap::builder::FalseyValueParser::new(), help_heading = "Configuration")]
    isolated: bool,
}

#[derive(Debug, Args)]
struct Check {
    #[command(flatten)]
    input: Input,
    /// Rules to use, separated by commas [default: all but those that have to be asked for]
    #[arg(long, value_name = "RULE", env = "KUBELET_LINT_SELECT", value_delimiter = ',', value_parser = RuleIds, hide_possible_values = true, help_heading = "Rules")]
    select: Vec<String>,
    /// Rules to use beside those
    #[arg(long, value_name = "RULE", value_delimiter = ',', value_parser = RuleIds, hide_possible_values = true, help_heading = "Rules")]
    extend_select: Vec<String>,
    /// Rules not to use, separated by commas
    #[arg(long, value_name = "RULE", env = "KUBELET_LINT_IGNORE", value_delimiter = ',', value_parser = RuleIds, hide_possible_values = true, help_heading = "Rules")]
    ignore: Vec<String>,
    /// Report what comments and the configuration ask to ignore, too
    #[arg(long, help_heading = "Rules")]
    no_ignores: bool,
    /// Report only what has to do with files that changed since this git revision
    #[arg(long, value_name = "REV", help_heading = "Rules")]
    since: Option<String>,
    /// Findings that are known: only others are reported
    #[arg(long, value_name = "FILE", help_heading = "Rules")]
    baseline: Option<PathBuf>,
    /// Write the findings to this file, as known from now on
    #[arg(long, value_name = "FILE", conflicts_with = "baseline", help_heading = "Rules")]
    write_baseline: Option<PathBuf>,
    /// Form of the report; may be repeated, each with its --output
    #[arg(long, value_name = "FORMAT", env = "KUBELET_LINT_FORMAT", value_parser = formats(), default_value = "human", help_heading = "Output options")]
    format: Vec<String>,
    /// File for the report of the --format before it [default: standard output]
    #[arg(short, long = "output", alias = "output-file", value_name = "FILE", help_heading = "Output options")]
    output: Vec<PathBuf>,
    /// Mend what can be mended for certain, in the files themselves
    #[arg(long, conflicts_with_all = ["diff", "add_ignore", "write_baseline"], help_heading = "Changes")]
    fix: bool,
    /// Show what --fix would change, as a patch
    #[arg(long, conflicts_with_all = ["add_ignore", "write_baseline"], help_heading = "Changes")]
    diff: bool,
    /// Write comments that ignore what is found, with this reason
    #[arg(long, value_name = "REASON", num_args = 0..=1, require_equals = true, default_missing_value = "", conflicts_with = "write_baseline", help_heading = "Changes")]
    add_ignore: Option<String>,
    /// Show findings that are ignored or known, too, marked as such (json and sarif)
    #[arg(long, help_heading = "Output options")]
    show_suppressed: bool,
    /// Lowest level that makes the exit code 1 [default: warning]
    #[arg(long, value_name = "LEVEL", env = "KUBELET_LINT_FAIL_ON", value_enum, help_heading = "Exit code")]
    fail_on: Option<Failing>,
    /// Exit with 0 whatever is found
    #[arg(long, help_heading = "Exit code")]
    exit_zero: bool,
    /// Exit with 2 if a file could not be read whole
    #[arg(long, help_heading = "Exit code")]
    strict: bool,
    /// Say what was not followed, and the way of each value
    #[arg(short, long, help_heading = "Output options")]
    verbose: bool,
    /// Print nothing but the report
    #[arg(short, long, conflicts_with = "verbose", help_heading = "Output options")]
    quiet: bool,
}

#[derive(Debug, Args)]
struct Show {
    #[command(flatten)]
    input: Input,
    /// Form of the list
    #[arg(long, value_name = "FORMAT", value_parser = ["table", "text", "json", "html"], default_value = "table", help_heading = "Output options")]
    format: String,
    /// File for it [default: standard output]
    #[arg(short, long = "output", alias = "output-file", value_name = "FILE", help_heading = "Output options")]
    output: Option<PathBuf>,
    /// Show settings that are at their default, too
    #[arg(long, help_heading = "Output options")]
    all: bool,
    /// Tell where the source differs from what was seen on nodes: a saved configz, ps, unit or configuration; `-` is standard
    /// input
    #[arg(long, value_name = "PATH", help_heading = "Input options")]
    against: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Failing {
    Note,
    Warning,
    Error,
    Never,
}

impl Failing {
    fn on(self) -> FailOn {
        match self {
            Self::Note => FailOn::Note,
            Self::Warning => FailOn::Warning,
            Self::Error => FailOn::Error,
            Self::Never => FailOn::Never,
        }
    }
}

/// Ids of rules. Shells complete the built-in ones; a configuration may have others, so nothing is refused here.
#[derive(Clone)]
struct RuleIds;

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
        Some(Box::new(PAGES.iter().map(|(id, _)| PossibleValue::new(*id))))
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

/// Runs the program with the arguments of the process.
pub fn main() -> ExitCode {
    let (cli, matches) = match parse() {
        Ok(parsed) => parsed,
        Err(error) => {
            let code = if error.use_stderr() { FAILED } else { CLEAN };
            // If even the message cannot be written there is nobody left to tell.
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    match run(&cli, &matches) {
        Ok(code) => ExitCode::from(code),
        // Whoever reads the report has seen enough.
        Err(Stop::Io(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::from(CLEAN),
        Err(stop) => {
            let message = match stop {
                Stop::Io(error) => error.to_string(),
                Stop::Failed(message) => message,
                Stop::Settings(error) => return complain(&error, cli.color),
            };
            let _ = writeln!(io::stderr(), "kubelet-lint: {message}");
            ExitCode::from(FAILED)
        }
    }
}

/// The arguments of the process. The order of options of different names is known only before they become a `Cli`.
fn parse() -> Result<(Cli, ArgMatches), clap::Error> {
    let matches = Cli::command().try_get_matches()?;
    let mut cli = Cli::from_arg_matches(&matches)?;
    let input = match &mut cli.command {
        Command::Check(check) => Some(&mut check.input),
        Command::Show(show) => Some(&mut show.input),
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

/// The manual page: the program, and each command with its options.
fn man(out: &mut dyn Write) -> io::Result<()> {
    let mut command = Cli::command();
    command.build();
    let page = clap_mangen::Man::new(command.clone());
    let mut text = Vec::new();
    page.render_title(&mut text)?;
    page.render_name_section(&mut text)?;
    page.render_synopsis_section(&mut text)?;
    page.render_description_section(&mut text)?;
    page.render_subcommands_section(&mut text)?;
    for sub in command.get_subcommands().filter(|c| c.get_name() != "help") {
        writeln!(text, ".SH \"COMMAND {}\"", sub.get_name().to_uppercase())?;
        let about = sub.get_about().map(ToString::to_string).unwrap_or_default();
        writeln!(text, "{}.", about.replace('\\', "\\\\"))?;
        let mut options = Vec::new();
        clap_mangen::Man::new(sub.clone()).render_options_section(&mut options)?;
        text.extend_from_slice(String::from_utf8_lossy(&options).replace(".SH OPTIONS", ".SS OPTIONS").as_bytes());
    }
    writeln!(text, ".SH \"EXIT CODES\"")?;
    writeln!(text, "0: nothing at or above the level of \\-\\-fail\\-on was found. 1: something was.")?;
    writeln!(text, "2: wrong usage, configuration or input, or a path that cannot be read.")?;
    page.render_version_section(&mut text)?;
    out.write_all(&text)
}

/// Shows what is wrong with a file that steers the run.
fn complain(error: &SettingsError, color: Color) -> ExitCode {
    let look =
        current().map(|here| Look { color: color_for(color, io::stderr().is_terminal()), ..look(color, false, here) });
    let err = &mut io::stderr().lock();
    let _ = match look {
        Ok(look) => report::complain(error, &look, err),
        Err(_) => writeln!(err, "kubelet-lint: {}", error.message),
    };
    ExitCode::from(FAILED)
}

/// Why a run ended early.
enum Stop {
    Io(io::Error),
    Failed(String),
    Settings(Box<SettingsError>),
}

impl From<SettingsError> for Stop {
    fn from(error: SettingsError) -> Self {
        Self::Settings(Box::new(error))
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

fn run(cli: &Cli, matches: &ArgMatches) -> Result<u8, Stop> {
    match &cli.command {
        Command::Check(args) => check::check(args, matches, cli.color),
        Command::Show(args) => show(args, cli.color),
        Command::Explain { rule } => {
            let built_in = Catalogue::default();
            let rules = if built_in.get(rule).is_some() { built_in } else { configure::catalogue(&current()?)? };
            let rule = rules.get(rule).ok_or_else(|| Stop::Failed(no_rule(rule, &rules)))?;
            report::explain(rule, &mut io::stdout().lock())?;
            Ok(CLEAN)
        }
        Command::Rules { format } => {
            let rules = configure::catalogue(&current()?)?;
            let out = &mut io::stdout().lock();
            if format == "json" { report::list_rules_json(&rules, out) } else { report::list_rules(&rules, out) }?;
            Ok(CLEAN)
        }
        Command::Completions { shell } => {
            use clap_complete::Shell;
            let shell = match shell {
                Completing::Bash => Shell::Bash,
                Completing::Elvish => Shell::Elvish,
                Completing::Fish => Shell::Fish,
                Completing::Powershell => Shell::PowerShell,
                Completing::Zsh => Shell::Zsh,
            };
            // What writes the script panics if the pipe closes, so it writes to memory.
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "kubelet-lint", &mut script);
            io::stdout().lock().write_all(&script)?;
            Ok(CLEAN)
        }
        Command::Man => {
            man(&mut io::stdout().lock())?;
            Ok(CLEAN)
        }
    }
}

fn show(args: &Show, color: Color) -> Result<u8, Stop> {
    let here = current()?;
    let (settings, catalogue, folder) = configure::settings(&args.input, &here)?;
    let policy = Policy { settings, catalogue, folder, now: std::time::SystemTime::now(), ..Policy::default() };
    if let Some(path) = &args.against {
        return against(args, path, policy, look(color, args.output.is_none(), here));
    }
    let request = request(&args.input, policy)?;
    let waiting = progress::show(&request.progress);
    let found = scan(&request).map_err(|e| Stop::Failed(e.to_string()))?;
    drop(waiting);
    let look = look(color, args.output.is_none(), here);
    let mut buffer = Vec::new();
    match args.format.as_str() {
        "html" => report::show_html(&found, args.all, &mut buffer)?,
        "json" => report::show_json(&found, args.all, &mut buffer)?,
        "text" => report::show_text(&found, args.all, &look, &mut buffer)?,
        _ => report::show_table(&found, args.all, &look, &mut buffer)?,
    }
    check::write(args.output.as_deref(), &buffer)?;
    report::notes(&found, &look, &mut io::stderr().lock())?;
    Ok(CLEAN)
}

/// Holds the source against what was seen on nodes.
fn against(args: &Show, path: &Path, policy: Policy, look: Look) -> Result<u8, Stop> {
    if args.format == "html" {
        return Err(Stop::Failed("--against has no page of HTML".to_owned()));
    }
    if path.as_os_str() == "-" && args.input.paths.iter().any(|p| p.as_os_str() == "-") {
        return Err(Stop::Failed("standard input cannot be both the source and what was seen".to_owned()));
    }
    let seen = Input {
        paths: vec![path.to_owned()],
        stdin_filename: args.input.stdin_filename.clone().filter(|_| path.as_os_str() == "-"),
        parameters: Vec::new(),
        var_file: Vec::new(),
        var: Vec::new(),
        variables: Vec::new(),
        no_gitignore: true,
        configuration: Configuration { config: None, isolated: true },
    };
    let nodes = scan(&request(&seen, Policy { now: policy.now, ..Policy::default() })?)
        .map_err(|e| Stop::Failed(e.to_string()))?;
    let source = scan(&request(&args.input, policy)?).map_err(|e| Stop::Failed(e.to_string()))?;
    let none = |scan: &Scan| scan.groups.iter().all(|g| !g.kubelet);
    if none(&nodes) {
        return Err(Stop::Failed(format!("nothing of a kubelet was seen in {}", path.display())));
    }
    if none(&source) {
        return Err(Stop::Failed("nothing of a kubelet was seen in the source".to_owned()));
    }
    let mut buffer = Vec::new();
    let differ = match args.format.as_str() {
        "json" => report::against_json(&source, &nodes, &mut buffer)?,
        _ => report::against_text(&source, &nodes, &look, &mut buffer)?,
    };
    check::write(args.output.as_deref(), &buffer)?;
    report::notes(&source, &look, &mut io::stderr().lock())?;
    Ok(if differ { FOUND } else { CLEAN })
}

fn current() -> Result<PathBuf, Stop> {
    let here = std::env::current_dir().and_then(|d| d.canonicalize());
    here.map_err(|e| Stop::Failed(format!("the current directory cannot be read: {e}")))
}

fn request(input: &Input, policy: Policy) -> Result<Request, Stop> {
    let piped = input.paths.iter().any(|p| p.as_os_str() == "-");
    let stdin = if piped {
        let mut bytes = Vec::new();
        io::stdin().lock().take(MAX_STDIN + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > MAX_STDIN {
            return Err(Stop::Failed(format!("standard input is larger than {} MiB", MAX_STDIN >> 20)));
        }
        Some(bytes)
    } else {
        None
    };
    Ok(Request {
        paths: input.paths.iter().filter(|p| p.as_os_str() != "-").cloned().collect(),
        stdin,
        stdin_name: input.stdin_filename.clone(),
        current: current()?,
        parameters: input.parameters.clone(),
        variables: input.variables.clone(),
        no_ignore: input.no_gitignore,
        policy,
        ..Request::default()
    })
}

fn look(color: Color, to_stdout: bool, current: PathBuf) -> Look {
    let terminal = to_stdout && io::stdout().is_terminal();
    let width = if terminal { columns() } else { 80 };
    let links = terminal && supports_hyperlinks::on(supports_hyperlinks::Stream::Stdout);
    Look { color: color_for(color, terminal), width, links, ..Look::plain(&current) }
}

/// Columns of the terminal, as the shell tells; 80 where it does not.
fn columns() -> usize {
    std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok()).unwrap_or(80).clamp(40, 160)
}

/// The usual order: the flag, `NO_COLOR`, `FORCE_COLOR`, `CLICOLOR_FORCE`, `CLICOLOR`, `TERM`, and then the terminal.
fn color_for(choice: Color, terminal: bool) -> bool {
    match choice {
        Color::Always => return true,
        Color::Never => return false,
        Color::Auto => {}
    }
    let set = |name: &str| std::env::var_os(name).is_some_and(|v| !v.is_empty() && v != "0");
    if std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty()) {
        return false;
    }
    if set("FORCE_COLOR") || set("CLICOLOR_FORCE") {
        return true;
    }
    let off =
        std::env::var_os("CLICOLOR").is_some_and(|v| v == "0") || std::env::var_os("TERM").is_some_and(|v| v == "dumb");
    terminal && !off
}
