//! The tree of a shell script. Every literal keeps the place of its bytes.

use std::sync::{Arc, OnceLock};

use crate::text::{Span, Traced};

use super::super::SyntaxError;

/// Commands in order.
pub type List = Vec<Item>;

/// A script that was read.
#[derive(Clone, Debug)]
pub struct Script {
    /// Its commands.
    pub tree: List,
    /// What does not parse.
    pub errors: Vec<SyntaxError>,
    /// Where the first error is a keyword that closes what nothing opened: bash runs what stands before it.
    pub stray: Option<Span>,
}

/// Pipelines joined by `&&` and `||`.
#[derive(Clone, Debug)]
pub struct Item {
    /// The first pipeline.
    pub first: Pipeline,
    /// The others, each with what joins it to what stands before.
    pub rest: Vec<(Connector, Pipeline)>,
    /// True if `&` ends it.
    pub background: bool,
}

/// What joins two pipelines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connector {
    /// `&&`
    And,
    /// `||`
    Or,
}

/// Commands joined by `|`.
#[derive(Clone, Debug)]
pub struct Pipeline {
    /// True after an odd number of `!`.
    pub negated: bool,
    /// The commands; none after a bare `!` or `time`.
    pub commands: Vec<Command>,
    /// All of it.
    pub span: Span,
}

/// One command with its redirections.
#[derive(Clone, Debug)]
pub struct Command {
    /// What it is.
    pub kind: CommandKind,
    /// Redirections in order.
    pub redirects: Vec<Redirect>,
    /// All of it, without the bodies of here-documents.
    pub span: Span,
}

/// The kinds of commands.
#[derive(Clone, Debug)]
pub enum CommandKind {
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
        /// Condition and what follows it: `if` and every `elif`.
        branches: Vec<(List, List)>,
        /// `else`
        otherwise: Option<List>,
    },
    /// `case`
    Case {
        /// What is compared.
        subject: Word,
        /// The arms in order.
        arms: Vec<Arm>,
    },
    /// `for name in …`; also `select`.
    For {
        /// The variable.
        name: String,
        /// What it takes in turn; `None` means the positional parameters.
        items: Option<Vec<Word>>,
        /// What is done.
        body: List,
        /// True for `select`.
        select: bool,
    },
    /// `for ((…))`
    ForArithmetic {
        /// What stands between the parentheses.
        header: Word,
        /// What is done.
        body: List,
    },
    /// `while` and `until`
    While {
        /// True for `until`.
        until: bool,
        /// The condition.
        condition: List,
        /// What is done.
        body: List,
    },
    /// A function definition.
    Function {
        /// Its name.
        name: String,
        /// What it does.
        body: Arc<Command>,
    },
    /// `[[ … ]]`
    Test(Test),
    /// `(( … ))`
    Arithmetic(Word),
    /// What could not be read.
    Bad,
}

/// One arm of a `case`.
#[derive(Clone, Debug)]
pub struct Arm {
    /// Its patterns.
    pub patterns: Vec<Word>,
    /// What is done.
    pub body: List,
    /// How it ends.
    pub end: ArmEnd,
}

/// How an arm of a `case` ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArmEnd {
    /// `;;`: done.
    Break,
    /// `;&`: the next arm's body follows.
    Fall,
    /// `;;&`: the next patterns are tried too.
    Next,
}

/// What stands in `[[ … ]]`.
#[derive(Clone, Debug)]
pub enum Test {
    /// A word alone: true if it is not empty.
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
pub struct Assignment {
    /// The variable.
    pub name: String,
    /// An index in brackets.
    pub subscript: Option<Word>,
    /// True for `+=`.
    pub append: bool,
    /// The value.
    pub value: Word,
    /// All of it.
    pub span: Span,
}

/// A redirection.
#[derive(Clone, Debug)]
pub struct Redirect {
    /// The descriptor, if one is written.
    pub descriptor: Option<u32>,
    /// What kind it is.
    pub kind: RedirectKind,
    /// The file, descriptor or text.
    pub target: Target,
    /// All of it, without the body of a here-document.
    pub span: Span,
}

/// The kinds of redirections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RedirectKind {
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

/// What a redirection leads to.
#[derive(Clone, Debug)]
pub enum Target {
    /// A word.
    Word(Word),
    /// The body of a here-document, which stands further down.
    Body(Body),
}

/// The body of a here-document.
#[derive(Clone, Debug, Default)]
pub struct Body(pub(super) Arc<OnceLock<Word>>);

impl Body {
    /// The body; `None` if the script ends before it.
    pub fn word(&self) -> Option<&Word> {
        self.0.get()
    }
}

/// A word: parts without white space between them.
#[derive(Clone, Debug)]
pub struct Word {
    /// The parts in order.
    pub parts: Vec<Part>,
    /// All of it, quotes included.
    pub span: Span,
}

/// A part of a word.
#[derive(Clone, Debug)]
pub enum Part {
    /// Bare text; `*`, `?`, `[` and a leading `~` in it keep their meaning.
    Bare(Traced),
    /// Text in which nothing has a meaning: quoted, escaped, or in a here-document.
    Quoted(Traced),
    /// `"…"`
    Double(Vec<Self>),
    /// A parameter expansion.
    Parameter(Box<Parameter>),
    /// `$(…)`
    Command(Arc<List>, Span),
    /// `` `…` ``: the text with its escapes taken off. It is read when it is needed.
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
pub struct Parameter {
    /// The name, or the character of a special parameter.
    pub name: String,
    /// An index in brackets.
    pub subscript: Option<Word>,
    /// What is done with the value.
    pub operation: Operation,
    /// All of it.
    pub span: Span,
}

/// What a parameter expansion does with the value.
#[derive(Clone, Debug)]
pub enum Operation {
    /// Nothing.
    None,
    /// `#name`
    Length,
    /// `!name`
    Indirect,
    /// `!prefix*`, `!name[@]`
    Names,
    /// `-`, `=`, `?`, `+`; with a colon in front an empty value counts as unset.
    Substitute {
        /// Which of the four.
        operator: u8,
        /// True with a colon.
        colon: bool,
        /// The other value.
        word: Word,
    },
    /// `#`, `##`, `%`, `%%`
    Remove {
        /// True for `%`.
        suffix: bool,
        /// True if doubled.
        longest: bool,
        /// What is taken off.
        pattern: Word,
    },
    /// `/`, `//`, `/#`, `/%`
    Replace {
        /// `/` for all, `#` for a prefix, `%` for a suffix, else the first.
        which: Option<u8>,
        /// What is looked for.
        pattern: Word,
        /// What takes its place.
        with: Option<Word>,
    },
    /// `:offset:length`
    Slice {
        /// Where it starts.
        offset: Word,
        /// How long it is.
        length: Option<Word>,
    },
    /// `^`, `^^`, `,`, `,,`
    Case {
        /// True for `^`.
        upper: bool,
        /// True if doubled.
        all: bool,
    },
    /// `@Q` and the like.
    Transform(u8),
    /// Anything else.
    Bad,
}

impl Word {
    /// The text of a word without quotes and expansions, if that is what it is.
    pub fn bare(&self) -> Option<&Traced> {
        match self.parts.as_slice() {
            [Part::Bare(text)] => Some(text),
            _ => None,
        }
    }
}
