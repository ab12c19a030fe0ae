//! Arguments to a request, and a scan to an exit code.

mod args;
mod check;
mod configure;
mod files;
mod fix;
mod git;
mod init;
mod lsp;
mod man;
mod outputs;
mod progress;
mod report;
mod request;
mod roots;
mod settings;
mod show;
mod since;
mod stop;
mod terminal;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{ArgMatches, CommandFactory};

use crate::check::Catalogue;
use crate::policy::{SettingsError, no_rule};
use crate::report::{self as reports, Kind, harmless};
use crate::scan::{caught, keep_panics_quiet, leave};

use args::{Cli, Color, Command, Completing};
use outputs::{say, write};
use request::current;
use stop::{CLEAN, FAILED, Stop};
use terminal::{color_on_stderr, look, look_on_stderr};

/// Runs the program: does what the arguments of the process ask for, and answers with its exit code.
pub fn main() -> ExitCode {
    let (cli, matches) = match args::parse() {
        Ok(parsed) => parsed,
        Err(error) => {
            let code = if error.use_stderr() { FAILED } else { CLEAN };
            // If even the message cannot be written, there is nothing left to do.
            let _ = match code {
                FAILED => {
                    let (text, color) = (error.render(), color_on_stderr(Color::Auto));
                    let text = if color { text.ansi().to_string() } else { text.to_string() };
                    say(color, |err| err.write_all(text.as_bytes()))
                }
                _ => error.print(),
            };
            return ExitCode::from(code);
        }
    };
    keep_panics_quiet();
    let done = caught(|| run(&cli, &matches)).unwrap_or_else(|why| Err(Stop::Failed(why)));
    leave();
    match done {
        Ok(code) => ExitCode::from(code),
        // The reader of the report has closed the pipe.
        Err(Stop::Io(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::from(CLEAN),
        Err(stop) => {
            let message = match stop {
                Stop::Io(error) => error.to_string(),
                Stop::Failed(message) => message,
                Stop::Settings(error) => return complain(&error, cli.color),
            };
            let _ = say(false, |err| writeln!(err, "error: {}", harmless(&message)));
            ExitCode::from(FAILED)
        }
    }
}

/// Shows an error in a file that controls the run.
fn complain(error: &SettingsError, color: Color) -> ExitCode {
    let look = current().map(|here| look_on_stderr(color, &here));
    let _ = match look {
        Ok(look) => say(look.color, |err| reports::complain(error, &look, err)),
        Err(_) => say(false, |err| writeln!(err, "error: {}", harmless(&error.message))),
    };
    ExitCode::from(FAILED)
}

fn run(cli: &Cli, matches: &ArgMatches) -> Result<u8, Stop> {
    match &cli.command {
        Command::Check(args) => check::check(args, matches, cli.color),
        Command::Show(args) => show::show(args, cli.color),
        Command::Report(args) => report::report(args, cli.color),
        Command::Explain { rule } => {
            let built_in = Catalogue::default();
            let rules = if built_in.has(rule) { built_in } else { configure::catalogue(&current()?)? };
            let look = look(cli.color, true, current()?);
            if !rules.has(rule) {
                return Err(Stop::Failed(no_rule(rule, &rules)));
            }
            write(None, Kind::Text, look.color, |out| match rules.get(rule) {
                Some(rule) => reports::explain(rule, &look, out),
                None => reports::explain_group(rule, &rules, &look, out),
            })?;
            Ok(CLEAN)
        }
        Command::Rules { format } => {
            let rules = configure::catalogue(&current()?)?;
            let look = look(cli.color, true, current()?);
            let is_json = format == "json";
            write(None, if is_json { Kind::Json } else { Kind::Text }, look.color, |out| {
                if is_json { reports::list_rules_json(&rules, out) } else { reports::list_rules(&rules, &look, out) }
            })?;
            Ok(CLEAN)
        }
        Command::Lsp { configuration } => lsp::lsp(configuration),
        Command::Init => init::init(),
        Command::Schema => {
            write(None, Kind::Exact, false, |out| out.write_all(init::schema().as_bytes()))?;
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
            // The generator of the script panics if the pipe closes, so it writes to memory.
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "kubelet-lint", &mut script);
            io::stdout().lock().write_all(&script)?;
            Ok(CLEAN)
        }
        Command::Man => {
            man::man(&mut io::stdout().lock())?;
            Ok(CLEAN)
        }
    }
}
