//! Arguments to a request, and a scan to an exit code.

use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::builder::PossibleValuesParser;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use crate::check::{self, Level};
use crate::policy::Policy;
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
#[command(name = "kubelet-lint", version, styles = styles(), max_term_width = 80)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// When to use colour
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = Color::Auto, global = true, help_heading = "Output options")]
    color: Color,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Find kubelet timeouts that are set to zero
    Check(Check),
    /// Show the effective kubelet configuration of each node group
    Show(Show),
    /// Explain a rule
    Explain {
        /// Id of the rule
        #[arg(value_name = "RULE", value_parser = rule_ids())]
        rule: String,
    },
    /// List the rules
    Rules {
        /// Form of the list
        #[arg(long, value_name = "FORMAT", value_parser = ["text", "json"], default_value = "text")]
        format: String,
    },
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
    #[arg(long, help_heading = "Input options")]
    no_ignore: bool,
}

#[derive(Debug, Args)]
struct Check {
    #[command(flatten)]
    input: Input,
    /// Rules to use, separated by commas [default: all]
    #[arg(long, value_name = "RULE", value_delimiter = ',', value_parser = rule_ids(), hide_possible_values = true, help_heading = "Rules")]
    select: Vec<String>,
    /// Rules not to use, separated by commas
    #[arg(long, value_name = "RULE", value_delimiter = ',', value_parser = rule_ids(), hide_possible_values = true, help_heading = "Rules")]
    ignore: Vec<String>,
    /// Form of the report
    #[arg(long, value_name = "FORMAT", value_parser = formats(), default_value = "human", help_heading = "Output options")]
    format: String,
    /// File that the report is written to [default: standard output]
    #[arg(short, long, value_name = "PATH", help_heading = "Output options")]
    output_file: Option<PathBuf>,
    /// Lowest level that makes the exit code 1
    #[arg(long, value_name = "LEVEL", value_enum, default_value_t = FailOn::Warning, help_heading = "Exit code")]
    fail_on: FailOn,
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
    #[arg(long, value_name = "FORMAT", value_parser = ["text", "json"], default_value = "text", help_heading = "Output options")]
    format: String,
    /// Show settings that are at their default, too
    #[arg(long, help_heading = "Output options")]
    all: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FailOn {
    Note,
    Warning,
    Error,
    Never,
}

impl FailOn {
    fn level(self) -> Option<Level> {
        match self {
            Self::Note => Some(Level::Note),
            Self::Warning => Some(Level::Warning),
            Self::Error => Some(Level::Error),
            Self::Never => None,
        }
    }
}

fn rule_ids() -> PossibleValuesParser {
    PossibleValuesParser::new(check::PAGES.iter().map(|(id, _)| *id))
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
    let cli = match parse() {
        Ok(cli) => cli,
        Err(error) => {
            let code = if error.use_stderr() { FAILED } else { CLEAN };
            // If even the message cannot be written there is nobody left to tell.
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    match run(&cli) {
        Ok(code) => ExitCode::from(code),
        // Whoever reads the report has seen enough.
        Err(Stop::Io(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::from(CLEAN),
        Err(stop) => {
            let message = match stop {
                Stop::Io(error) => error.to_string(),
                Stop::Failed(message) => message,
            };
            let _ = writeln!(io::stderr(), "kubelet-lint: {message}");
            ExitCode::from(FAILED)
        }
    }
}

/// The arguments of the process. The order of options of different names is known only before they become a `Cli`.
fn parse() -> Result<Cli, clap::Error> {
    let matches = Cli::command().try_get_matches()?;
    let mut cli = Cli::from_arg_matches(&matches)?;
    if let (Some((_, own)), Command::Check(Check { input, .. }) | Command::Show(Show { input, .. })) =
        (matches.subcommand(), &mut cli.command)
    {
        let files = own.indices_of("var_file").into_iter().flatten();
        let values = own.indices_of("var").into_iter().flatten();
        let files = files.zip(input.var_file.iter().cloned().map(GivenVariable::File));
        let mut all: Vec<_> = files.chain(values.zip(input.var.iter().cloned().map(GivenVariable::Set))).collect();
        all.sort_by_key(|(index, _)| *index);
        input.variables = all.into_iter().map(|(_, given)| given).collect();
    }
    Ok(cli)
}

/// Why a run ended early.
enum Stop {
    Io(io::Error),
    Failed(String),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

fn run(cli: &Cli) -> Result<u8, Stop> {
    match &cli.command {
        Command::Check(args) => check(args, cli.color),
        Command::Show(args) => show(args, cli.color),
        Command::Explain { rule } => {
            let rule = check::rule(rule).ok_or_else(|| Stop::Failed(format!("no rule `{rule}`")))?;
            report::explain(rule, &mut io::stdout().lock())?;
            Ok(CLEAN)
        }
        Command::Rules { format } => {
            let out = &mut io::stdout().lock();
            if format == "json" { report::list_rules_json(out) } else { report::list_rules(out) }?;
            Ok(CLEAN)
        }
    }
}

fn check(args: &Check, color: Color) -> Result<u8, Stop> {
    let policy = Policy { select: args.select.clone(), ignore: args.ignore.clone() };
    let found = scan_input(&args.input, policy)?;
    let current = current()?;
    let format = report::format(&args.format).ok_or_else(|| Stop::Failed(format!("no format `{}`", args.format)))?;
    let mut buffer = Vec::new();
    let look = Look { verbose: args.verbose, ..look(color, args.output_file.is_none(), current.clone()) };
    format.write(&found, &look, &mut buffer)?;
    match &args.output_file {
        Some(path) => File::create(path)
            .and_then(|mut f| f.write_all(&buffer))
            .map_err(|e| Stop::Failed(format!("cannot write {}: {e}", path.display())))?,
        None => {
            let mut out = io::stdout().lock();
            out.write_all(&buffer)?;
            out.flush()?;
        }
    }
    if !args.quiet {
        let err_look = Look { color: color_for(color, io::stderr().is_terminal()), ..look };
        report::notes(&found, &err_look, &mut io::stderr().lock())?;
        if found.files == 0 && args.input.paths.iter().any(|p| p.is_dir()) {
            writeln!(io::stderr(), "kubelet-lint: no Terraform, CloudFormation, YAML, JSON or shell files here")?;
        }
    }
    if args.strict && !found.problems.is_empty() {
        return Ok(FAILED);
    }
    let fails = args.fail_on.level().is_some_and(|level| found.findings.iter().any(|f| f.level >= level));
    Ok(if fails && !args.exit_zero { FOUND } else { CLEAN })
}

fn show(args: &Show, color: Color) -> Result<u8, Stop> {
    let found = scan_input(&args.input, Policy::default())?;
    let look = look(color, true, current()?);
    let mut buffer = Vec::new();
    if args.format == "json" {
        report::show_json(&found, args.all, &mut buffer)?;
    } else {
        report::show_text(&found, args.all, &look, &mut buffer)?;
    }
    io::stdout().lock().write_all(&buffer)?;
    report::notes(&found, &look, &mut io::stderr().lock())?;
    Ok(CLEAN)
}

fn current() -> Result<PathBuf, Stop> {
    let here = std::env::current_dir().and_then(|d| d.canonicalize());
    here.map_err(|e| Stop::Failed(format!("the current directory cannot be read: {e}")))
}

fn scan_input(input: &Input, policy: Policy) -> Result<Scan, Stop> {
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
    let request = Request {
        paths: input.paths.iter().filter(|p| p.as_os_str() != "-").cloned().collect(),
        stdin,
        stdin_name: input.stdin_filename.clone(),
        current: current()?,
        parameters: input.parameters.clone(),
        variables: input.variables.clone(),
        no_ignore: input.no_ignore,
        policy,
    };
    scan(&request).map_err(|e| Stop::Failed(e.to_string()))
}

fn look(color: Color, to_stdout: bool, current: PathBuf) -> Look {
    let terminal = to_stdout && io::stdout().is_terminal();
    Look { color: color_for(color, terminal), width: if terminal { columns() } else { 80 }, verbose: false, current }
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
