//! The tree of a shell script. Every literal keeps the source of its bytes.

use std::sync::{Arc, OnceLock};

use crate::text::{Span, Traced};

use super::super::SyntaxError;

/// Commands in order.
pub(crate) type List = Vec<Item>;

/// A parsed script.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    /// Its commands.
    pub tree: List,
    /// Its syntax errors.
    pub errors: Vec<SyntaxError>,
    /// Set if the first error is a closing keyword without an opening one: bash runs the commands before it.
    pub stray: Option<Span>,
}

/// Pipelines joined by `&&` and `||`.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    /// The first pipeline.
    pub first: Pipeline,
    /// The others, each with the operator before it.
    pub rest: Vec<(Connector, Pipeline)>,
    /// True if `&` ends it.
    pub background: bool,
}

/// The operator between two pipelines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Connector {
    /// `&&`
    And,
    /// `||`
    Or,
}

/// Commands joined by `|`.
#[derive(Clone, Debug)]
pub(crate) struct Pipeline {
    /// True after an odd number of `!`.
    pub negated: bool,
    /// The commands; none after a bare `!` or `time`.
    pub commands: Vec<Command>,
    /// Its source range.
    pub span: Span,
}

/// One command with its redirections.
#[derive(Clone, Debug)]
pub(crate) struct Command {
    /// Its kind.
    pub kind: CommandKind,
    /// Redirections in order.
    pub redirects: Vec<Redirect>,
    /// Its source range, without the bodies of here-documents.
    pub span: Span,
}

/// The kinds of commands.
#[derive(Clone, Debug)]
pub(crate) enum CommandKind {
    /// Assignments and words.
    Simple {
        /// Assignments before the first word.
        assignments: Vec<Assignment>,
        /// The program and its arguments.
        words: Vec<Word>,
    },
    /// `( … )`
    Subshell(List),
    /// `{ … }`
    Group(List),
    /// `if`
    If {
        /// Each `if` or `elif`: its condition and its commands.
        branches: Vec<(List, List)>,
        /// `else`
        otherwise: Option<List>,
    },
    /// `case`
    Case {
        /// The word to match.
        subject: Word,
        /// The arms in order.
        arms: Vec<Arm>,
    },
    /// `for name in …`; also `select`.
    For {
        /// The variable.
        name: String,
        /// Its values; `None` means the positional parameters.
        items: Option<Vec<Word>>,
        /// The body.
        body: List,
        /// True for `select`.
        select: bool,
    },
    /// `for ((…))`
    ForArithmetic {
        /// The expression between the parentheses.
        header: Word,
        /// The body.
        body: List,
    },
    /// `while` and `until`
    While {
        /// True for `until`.
        until: bool,
        /// The condition.
        condition: List,
        /// The body.
        body: List,
    },
    /// A function definition.
    Function {
        /// Its name.
        name: String,
        /// Its body.
        body: Arc<Command>,
    },
    /// `coproc NAME command`
    Coproc {
        /// The array of its descriptors.
        name: String,
        /// The command.
        body: Arc<Command>,
    },
    /// `[[ … ]]`
    Test(Test),
    /// `(( … ))`
    Arithmetic(Word),
    /// A command with a syntax error.
    Bad,
}

/// One arm of a `case`.
#[derive(Clone, Debug)]
pub(crate) struct Arm {
    /// Its patterns.
    pub patterns: Vec<Word>,
    /// Its commands.
    pub body: List,
    /// How it ends.
    pub end: ArmEnd,
}

/// How an arm of a `case` ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ArmEnd {
    /// `;;`: the `case` ends.
    Break,
    /// `;&`: the body of the next arm follows.
    Fall,
    /// `;;&`: the next patterns are also tried.
    Next,
}

/// An expression in `[[ … ]]`.
#[derive(Clone, Debug)]
pub(crate) enum Test {
    /// A single word: true if it is not empty.
    Word(Word),
    /// An operator such as `-f` and its operand.
    Unary(String, Word),
    /// Two operands and the operator between them, such as `==`.
    Binary(Word, String, Word),
    /// `!`
    Not(Box<Self>),
    /// `&&`
    And(Box<Self>, Box<Self>),
    /// `||`
    Or(Box<Self>, Box<Self>),
}

/// An assignment.
#[derive(Clone, Debug)]
pub(crate) struct Assignment {
    /// The variable.
    pub name: String,
    /// An index in brackets.
    pub subscript: Option<Word>,
    /// True for `+=`.
    pub append: bool,
    /// The value.
    pub value: Word,
    /// Its source range.
    pub span: Span,
}

/// A redirection.
#[derive(Clone, Debug)]
pub(crate) struct Redirect {
    /// The descriptor, if given.
    pub descriptor: Option<u32>,
    /// The operator.
    pub kind: RedirectKind,
    /// The file, descriptor or text.
    pub target: Target,
    /// Its source range, without the body of a here-document.
    pub span: Span,
}

/// The kinds of redirections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RedirectKind {
    /// `<`
    Read,
    /// `>` and `>|`
    Write,
    /// `>>`
    Append,
    /// `<>`
    ReadWrite,
    /// `<&`
    DuplicateIn,
    /// `>&`
    DuplicateOut,
    /// `&>`
    WriteBoth,
    /// `&>>`
    AppendBoth,
    /// `<<`, `<<-` and `<<<`
    Here,
}

/// The target of a redirection.
#[derive(Clone, Debug)]
pub(crate) enum Target {
    /// A word.
    Word(Word),
    /// The body of a here-document, further down in the script.
    Body(Body),
}

/// The body of a here-document.
#[derive(Clone, Debug, Default)]
pub(crate) struct Body(pub(super) Arc<OnceLock<Word>>);

impl Body {
    /// The body; `None` if the script ends before it.
    pub(crate) fn word(&self) -> Option<&Word> {
        self.0.get()
    }
}

/// A word: parts without white space between them.
#[derive(Clone, Debug)]
pub(crate) struct Word {
    /// The parts in order.
    pub parts: Vec<Part>,
    /// Its source range, quotes included.
    pub span: Span,
}

/// A part of a word.
#[derive(Clone, Debug)]
pub(crate) enum Part {
    /// Unquoted text; `*`, `?`, `[` and a leading `~` are active.
    Bare(Traced),
    /// Literal text: quoted, escaped, or in a here-document.
    Quoted(Traced),
    /// `"…"`
    Double(Vec<Self>),
    /// A parameter expansion.
    Parameter(Box<Parameter>),
    /// `$(…)`
    Command(Arc<List>, Span),
    /// `` `…` ``: the text without its escapes. It is parsed when needed.
    Backquoted(Traced, Span),
    /// `$((…))` and `$[…]`
    Arithmetic(Vec<Self>, Span),
    /// `<(…)` and `>(…)`
    Process(Arc<List>, Span),
    /// `(…)` as the value of an assignment.
    Array(Vec<Word>),
}

/// A parameter expansion.
#[derive(Clone, Debug)]
pub(crate) struct Parameter {
    /// The name, or the character of a special parameter.
    pub name: String,
    /// An index in brackets.
    pub subscript: Option<Word>,
    /// The operation on the value.
    pub operation: Operation,
    /// Its source range.
    pub span: Span,
}

/// The operation of a parameter expansion.
#[derive(Clone, Debug)]
pub(crate) enum Operation {
    /// Nothing.
    None,
    /// `#name`
    Length,
    /// `!name`
    Indirect,
    /// `!prefix*`, `!name[@]`
    Names,
    /// `-`, `=`, `?`, `+`; after a colon, an empty value counts as unset.
    Substitute {
        /// Which of the four.
        operator: u8,
        /// True with a colon.
        colon: bool,
        /// The alternative value.
        word: Word,
    },
    /// `#`, `##`, `%`, `%%`
    Remove {
        /// True for `%`.
        suffix: bool,
        /// True if doubled.
        longest: bool,
        /// The pattern to remove.
        pattern: Word,
    },
    /// `/`, `//`, `/#`, `/%`
    Replace {
        /// `/` for all, `#` for a prefix, `%` for a suffix, else the first.
        which: Option<u8>,
        /// The pattern to search for.
        pattern: Word,
        /// The replacement.
        with: Option<Word>,
    },
    /// `:offset:length`
    Slice {
        /// The offset.
        offset: Word,
        /// The length.
        length: Option<Word>,
    },
    /// `^`, `^^`, `,`, `,,`
    Case {
        /// True for `^`.
        upper: bool,
        /// True if doubled.
        all: bool,
    },
    /// `@Q` and similar.
    Transform(u8),
    /// Anything else.
    Bad,
}

impl Word {
    /// The text of a word without quotes and expansions; `None` for any other word.
    pub(crate) fn bare(&self) -> Option<&Traced> {
        match self.parts.as_slice() {
            [Part::Bare(text)] => Some(text),
            _ => None,
        }
    }
}
