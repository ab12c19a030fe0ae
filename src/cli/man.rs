//! The manual page.

use std::io::{self, Write};

use clap::CommandFactory;

use super::args::Cli;

/// The manual page: the program, and each command with its options.
pub(super) fn man(out: &mut dyn Write) -> io::Result<()> {
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
    writeln!(text, "0: no findings at or above the level of \\-\\-fail\\-on. 1: findings.")?;
    writeln!(text, "2: a usage error, an invalid configuration, or an unreadable path.")?;
    page.render_version_section(&mut text)?;
    out.write_all(&text)
}
