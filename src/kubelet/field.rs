//! The catalogue of the kubelet's durations.

/// How a field is declared in the kubelet's configuration types; decides what becomes of a zero in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A plain duration with a default: a zero in a file cannot be told from *unset* and is replaced.
    Value,
    /// A pointer: only *unset* is replaced, a zero is kept.
    Pointer,
    /// A plain duration whose default is zero.
    ZeroDefault,
    /// `evictionSoftGracePeriod`: a map from signal to duration text.
    Map,
    /// `logging.flushFrequency`: duration text or whole nanoseconds; a zero is replaced.
    TextOrNanoseconds,
}

/// What a zero means for a field when it comes by one carrier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// The kubelet silently uses its default instead.
    Replaced,
    /// The kubelet runs with the zero, and that does harm; the sentence says which, starting in lower case.
    Harmful(&'static str),
    /// The kubelet runs with the zero, and that is an ordinary choice.
    Harmless,
    /// The kubelet does not start.
    Refused(&'static str),
    /// The setting has no such carrier.
    None,
}

/// One duration that a kubelet can be told.
#[derive(Debug, PartialEq)]
pub struct Field {
    /// Path in `KubeletConfiguration`, such as `authentication.webhook.cacheTTL`; for a setting that is only a flag, the
    /// flag's name.
    pub name: &'static str,
    /// Name of the flag, without dashes.
    pub flag: Option<&'static str>,
    /// Declaration in the configuration types; `None` if it is only a flag.
    pub shape: Option<Shape>,
    /// Built-in default in nanoseconds; `None` where there is none.
    pub default: Option<i64>,
    /// What a zero by flag means.
    pub zero_by_flag: Meaning,
    /// What a zero in the configuration file or a drop-in means.
    pub zero_in_file: Meaning,
    /// First minor version (of 1.x) that has the field or flag, if it came after 1.10.
    pub since: Option<u32>,
}

/// Every field, sorted by name.
pub const FIELDS: &[Field] = &[];
