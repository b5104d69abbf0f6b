//! The file format, described once: which tables have which keys of which type. The reader checks against it.

/// A table of the format.
pub(crate) struct Table {
    pub(crate) name: &'static str,
    pub(crate) keys: &'static [Key],
}

/// A key of a table.
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) required: bool,
}

/// What a key takes.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Text,
    Date,
    /// An exact number: integer, or decimal string, with `%` allowed.
    Number,
    Integer,
    Bool,
    Choice(&'static [&'static str]),
    Texts,
    Dates,
    Table(&'static Table),
    Tables(&'static Table),
    /// A table of facts and values; read where facts are known.
    Facts,
    Condition,
    Basis,
    Shape,
    Shapes,
    /// Text, integer or bool.
    Scalar,
}

const fn need(name: &'static str, kind: Kind) -> Key {
    Key { name, kind, required: true }
}

const fn may(name: &'static str, kind: Kind) -> Key {
    Key { name, kind, required: false }
}

static TEXT: Table =
    Table { name: "text", keys: &[need("vi", Kind::Text), need("en", Kind::Text)] };

static CITE: Table = Table {
    name: "cite",
    keys: &[
        need("source", Kind::Text),
        need("article", Kind::Text),
        may("confidence", Kind::Choice(CONFIDENCE)),
        may("note", Kind::Text),
    ],
};

pub(crate) const CONFIDENCE: &[&str] = &["verified", "verified_ocr", "secondary", "unverified"];
pub(crate) const RATE_DATES: &[&str] = &["lodged", "decided", "collected"];
/// A subsidy is no fee of its own: a modifier with `subsidy = true` makes its line.
pub(crate) const KINDS: &[&str] = &["phi", "le_phi", "service_cost"];
pub(crate) const FACT_KINDS: &[&str] =
    &["choice", "bool", "integer", "decimal", "list", "entitlement", "locality"];
const QUOTA_PERIODS: &[&str] = &["day", "month", "quarter", "year", "life"];
pub(crate) const COMBINE: &[&str] = &["override", "best_of", "stack", "refuse"];
const MODES: &[&str] = &["half_up", "half_down", "half_even", "up", "down", "ceiling", "floor"];

static ROUNDING: Table = Table {
    name: "rounding",
    keys: &[need("mode", Kind::Choice(MODES)), need("unit", Kind::Number)],
};

static SOURCE: Table = Table {
    name: "source",
    keys: &[
        need("id", Kind::Text),
        need("instrument", Kind::Text),
        need("title", Kind::Table(&TEXT)),
        need("issuer", Kind::Text),
        may("signed", Kind::Date),
        may("effective", Kind::Date),
        need("confidence", Kind::Choice(CONFIDENCE)),
        may("note", Kind::Text),
    ],
};

static FACT: Table = Table {
    name: "fact",
    keys: &[
        need("name", Kind::Text),
        need("type", Kind::Choice(FACT_KINDS)),
        need("label", Kind::Table(&TEXT)),
        may("values", Kind::Texts),
        may("min", Kind::Number),
        may("max", Kind::Number),
        may("default", Kind::Scalar),
    ],
};

static LOCALITY: Table = Table {
    name: "locality",
    keys: &[
        need("code", Kind::Text),
        need("name", Kind::Text),
        may("within", Kind::Text),
        may("formerly", Kind::Text),
        may("merged", Kind::Date),
    ],
};

static PARAMETER_VALUE: Table = Table {
    name: "parameter.value",
    keys: &[
        may("from", Kind::Date),
        may("until", Kind::Date),
        may("known_from", Kind::Date),
        may("known_until", Kind::Date),
        need("amount", Kind::Number),
        may("cite", Kind::Table(&CITE)),
    ],
};

static PARAMETER: Table = Table {
    name: "parameter",
    keys: &[need("name", Kind::Text), need("value", Kind::Tables(&PARAMETER_VALUE))],
};

static RULE: Table = Table {
    name: "rule",
    keys: &[
        may("id", Kind::Text),
        need("from", Kind::Date),
        may("until", Kind::Date),
        may("known_from", Kind::Date),
        may("known_until", Kind::Date),
        may("keeps_lodged_before", Kind::Date),
        may("rate_date", Kind::Choice(RATE_DATES)),
        may("rank", Kind::Integer),
        may("when", Kind::Condition),
        may("cite", Kind::Table(&CITE)),
        need("shape", Kind::Shape),
        may("per", Kind::Text),
        may("assets", Kind::Text),
        may("floor", Kind::Number),
        may("cap", Kind::Table(&CAP)),
    ],
};

static CAP: Table = Table {
    name: "cap",
    keys: &[
        may("per_instance", Kind::Number),
        may("per_asset", Kind::Number),
        may("per_case", Kind::Number),
        may("unless", Kind::Condition),
    ],
};

static FEE: Table = Table {
    name: "fee",
    keys: &[
        need("id", Kind::Text),
        need("kind", Kind::Choice(KINDS)),
        need("name", Kind::Table(&TEXT)),
        may("unit", Kind::Table(&TEXT)),
        may("group", Kind::Text),
        may("account", Kind::Text),
        may("currency", Kind::Text),
        may("rounding", Kind::Table(&ROUNDING)),
        may("ceiling", Kind::Tables(&SERVICE_CEILING)),
        need("rule", Kind::Tables(&RULE)),
    ],
};

static SERVICE_CEILING: Table = Table {
    name: "fee.ceiling",
    keys: &[
        need("from", Kind::Date),
        may("until", Kind::Date),
        may("known_from", Kind::Date),
        may("known_until", Kind::Date),
        may("when", Kind::Condition),
        need("amount", Kind::Number),
        may("quantity", Kind::Basis),
        may("cite", Kind::Table(&CITE)),
    ],
};

static CEILING: Table = Table {
    name: "ceiling",
    keys: &[may("amount", Kind::Number), may("times", Kind::Number), may("parameter", Kind::Text)],
};

static MODIFIER: Table = Table {
    name: "modifier",
    keys: &[
        need("id", Kind::Text),
        need("name", Kind::Table(&TEXT)),
        may("fees", Kind::Texts),
        may("kind", Kind::Choice(KINDS)),
        may("groups", Kind::Texts),
        need("from", Kind::Date),
        may("until", Kind::Date),
        may("known_from", Kind::Date),
        may("known_until", Kind::Date),
        may("keeps_lodged_before", Kind::Date),
        may("rate_date", Kind::Choice(RATE_DATES)),
        may("rank", Kind::Integer),
        may("when", Kind::Condition),
        may("set", Kind::Number),
        may("multiply", Kind::Number),
        may("subtract", Kind::Number),
        may("ceiling", Kind::Table(&CEILING)),
        may("quota", Kind::Integer),
        may("quota_per", Kind::Choice(QUOTA_PERIODS)),
        need("combine", Kind::Choice(COMBINE)),
        may("subsidy", Kind::Bool),
        may("cite", Kind::Table(&CITE)),
    ],
};

static EXPECTED: Table = Table {
    name: "expected",
    keys: &[need("on", Kind::Date), may("fee", Kind::Text), need("note", Kind::Table(&TEXT))],
};

static EXAMPLE: Table = Table {
    name: "example",
    keys: &[
        need("name", Kind::Text),
        need("on", Kind::Date),
        need("fee", Kind::Text),
        may("facts", Kind::Facts),
        may("entitlements", Kind::Texts),
        may("used", Kind::Integer),
        may("used_on", Kind::Dates),
        may("lodged", Kind::Date),
        may("decided", Kind::Date),
        may("collected", Kind::Date),
        may("known_at", Kind::Date),
        may("exchange", Kind::Number),
        may("expect", Kind::Number),
        may("unrounded", Kind::Number),
        may("expect_error", Kind::Text),
    ],
};

/// The file.
pub(crate) static FILE: Table = Table {
    name: "tariff",
    keys: &[
        need("schema", Kind::Integer),
        need("id", Kind::Text),
        need("title", Kind::Table(&TEXT)),
        need("currency", Kind::Text),
        need("rounding", Kind::Table(&ROUNDING)),
        need("rate_date", Kind::Choice(RATE_DATES)),
        may("account", Kind::Text),
        may("reviewed_until", Kind::Date),
        need("source", Kind::Tables(&SOURCE)),
        may("fact", Kind::Tables(&FACT)),
        may("locality", Kind::Tables(&LOCALITY)),
        may("parameter", Kind::Tables(&PARAMETER)),
        need("fee", Kind::Tables(&FEE)),
        may("modifier", Kind::Tables(&MODIFIER)),
        may("expected", Kind::Tables(&EXPECTED)),
        may("example", Kind::Tables(&EXAMPLE)),
    ],
};

static GRADUATED_TIER: Table =
    Table { name: "tier", keys: &[may("up_to", Kind::Number), need("each", Kind::Number)] };

static VOLUME_BAND: Table = Table {
    name: "band",
    keys: &[
        may("over", Kind::Number),
        may("up_to", Kind::Number),
        may("below", Kind::Number),
        may("amount", Kind::Number),
        may("rate", Kind::Number),
    ],
};

static MARGINAL_BAND: Table = Table {
    name: "band",
    keys: &[
        may("over", Kind::Number),
        may("up_to", Kind::Number),
        may("below", Kind::Number),
        may("amount", Kind::Number),
        may("rate", Kind::Number),
        may("base", Kind::Number),
        may("excess_rate", Kind::Number),
    ],
};

static INTERPRETATION: Table = Table {
    name: "interpretation",
    keys: &[
        need("value", Kind::Number),
        need("amount", Kind::Number),
        need("ground", Kind::Table(&TEXT)),
    ],
};

static ROW: Table = Table {
    name: "row",
    keys: &[need("when", Kind::Condition), may("amount", Kind::Number), may("shape", Kind::Shape)],
};

static POINT: Table =
    Table { name: "point", keys: &[need("at", Kind::Number), need("rate", Kind::Number)] };

static ORDINAL_STEP: Table =
    Table { name: "step", keys: &[may("up_to", Kind::Number), need("shape", Kind::Shape)] };

const TYPE: Key = need("type", Kind::Text);

/// The shapes by the name in `type`.
pub(crate) static SHAPES: &[Table] = &[
    Table { name: "flat", keys: &[TYPE, need("amount", Kind::Number)] },
    Table {
        name: "per_unit",
        keys: &[
            TYPE,
            need("quantity", Kind::Basis),
            need("each", Kind::Number),
            may("free", Kind::Number),
        ],
    },
    Table {
        name: "graduated",
        keys: &[TYPE, need("quantity", Kind::Basis), need("tiers", Kind::Tables(&GRADUATED_TIER))],
    },
    Table {
        name: "volume",
        keys: &[
            TYPE,
            need("value", Kind::Basis),
            need("bands", Kind::Tables(&VOLUME_BAND)),
            may("interpretation", Kind::Tables(&INTERPRETATION)),
            may("jumps", Kind::Bool),
            may("falls", Kind::Bool),
        ],
    },
    Table {
        name: "marginal",
        keys: &[
            TYPE,
            need("value", Kind::Basis),
            need("bands", Kind::Tables(&MARGINAL_BAND)),
            may("interpretation", Kind::Tables(&INTERPRETATION)),
            may("jumps", Kind::Bool),
            may("falls", Kind::Bool),
        ],
    },
    Table {
        name: "percentage",
        keys: &[TYPE, need("value", Kind::Basis), need("rate", Kind::Number)],
    },
    Table {
        name: "package",
        keys: &[
            TYPE,
            need("quantity", Kind::Basis),
            need("size", Kind::Number),
            need("each", Kind::Number),
            need("round", Kind::Choice(&["up", "down"])),
        ],
    },
    Table { name: "matrix", keys: &[TYPE, need("rows", Kind::Tables(&ROW))] },
    Table {
        name: "interpolated",
        keys: &[TYPE, need("value", Kind::Basis), need("points", Kind::Tables(&POINT))],
    },
    Table {
        name: "by_ordinal",
        keys: &[TYPE, need("count", Kind::Basis), need("steps", Kind::Tables(&ORDINAL_STEP))],
    },
    Table { name: "sum", keys: &[TYPE, need("of", Kind::Shapes)] },
    Table { name: "max_of", keys: &[TYPE, need("of", Kind::Shapes)] },
    Table { name: "min_of", keys: &[TYPE, need("of", Kind::Shapes)] },
];

/// What a computed basis is called.
pub(crate) const BASES: &[&str] =
    &["max_of", "min_of", "sum_of", "product_of", "increase_of", "first_of"];
