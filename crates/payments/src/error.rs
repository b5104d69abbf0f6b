//! Why a request, a QR string, a statement or a step of an order was refused. What a notice lacks stands in `reason.rs`.

/// An error of this crate: what, where, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A mandatory field is empty.
    #[error("{field} is missing: give it a value")]
    FieldMissing {
        /// The field, by the gateway's own name.
        field: &'static str,
    },
    /// A value is too short or too long.
    #[error(
        "{field} has {got} characters, the gateway takes {min} to {max}: shorten or complete it"
    )]
    FieldLength {
        /// The field, by the gateway's own name.
        field: &'static str,
        /// Characters found.
        got: usize,
        /// Fewest allowed.
        min: usize,
        /// Most allowed.
        max: usize,
    },
    /// A character that the gateway refuses or that makes the signed text ambiguous.
    #[error("{field} holds {character:?} at character {position}: use only {allowed}")]
    FieldCharacter {
        /// The field, by the gateway's own name.
        field: &'static str,
        /// The character found.
        character: char,
        /// Its place, counted from 1.
        position: usize,
        /// What may stand there.
        allowed: &'static str,
    },
    /// A value of the wrong shape.
    #[error("{field} is {got:?}: expected {expected}")]
    FieldPattern {
        /// The field.
        field: &'static str,
        /// The value found.
        got: String,
        /// What it should be.
        expected: &'static str,
    },
    /// An amount outside what can be sent.
    #[error("{field} is {got} đồng, allowed are {min} to {max}: correct or split the amount")]
    AmountRange {
        /// The field.
        field: &'static str,
        /// The amount found.
        got: String,
        /// The least allowed.
        min: u64,
        /// The most allowed.
        max: u64,
    },
    /// An amount of money that is not whole, non-negative đồng.
    #[error(
        "{got} {currency} cannot be paid here: give whole, non-negative đồng (VND), rounded by the fee rules"
    )]
    AmountNotDong {
        /// The number given.
        got: String,
        /// Its currency.
        currency: String,
    },
    /// Fee lines whose sum is not the amount.
    #[error("the lines of {field} sum to {sum} but the amount is {amount}: make them equal")]
    LinesSum {
        /// The list.
        field: &'static str,
        /// Its sum.
        sum: u64,
        /// The amount of the request.
        amount: u64,
    },
    /// Times in the wrong order or outside a gateway's window.
    #[error("{field} is {got}: it must be {expected}")]
    TimeWindow {
        /// The field.
        field: &'static str,
        /// The time or span found.
        got: String,
        /// What it must be.
        expected: &'static str,
    },
    /// No secret, or an empty one.
    #[error("the secret is empty: read it from its file or environment variable")]
    SecretMissing,
    /// A secret in the wrong form.
    #[error("the secret of {gateway} is not {expected}: copy it as the gateway gave it")]
    SecretFormat {
        /// The gateway.
        gateway: &'static str,
        /// The form it must have.
        expected: &'static str,
    },
    /// An address of one environment in the configuration of the other.
    #[error("{base:?} is not an address for the {environment} of {gateway}: {expected}")]
    EnvironmentMixed {
        /// The gateway.
        gateway: &'static str,
        /// `sandbox` or `production`.
        environment: &'static str,
        /// The address given.
        base: String,
        /// What to give instead.
        expected: &'static str,
    },
    /// A gateway's answer that is not what its rules say.
    #[error(
        "the {gateway} answer to {message} cannot be read at {field}: {problem}; keep it and ask the gateway"
    )]
    AnswerMalformed {
        /// The gateway.
        gateway: &'static str,
        /// The message it answers.
        message: &'static str,
        /// Where.
        field: String,
        /// What is wrong.
        problem: String,
    },
    /// A gateway's answer whose code does not fit.
    #[error(
        "the {gateway} answer to {message} carries no valid signature: do not act on it, query again"
    )]
    AnswerSignature {
        /// The gateway.
        gateway: &'static str,
        /// The message it answers.
        message: &'static str,
    },
    /// A gateway's answer that speaks of something else than what was asked.
    #[error(
        "the {gateway} answer to {message} has {field} {got:?}, asked was {expected:?}: do not act on it"
    )]
    AnswerMismatch {
        /// The gateway.
        gateway: &'static str,
        /// The message it answers.
        message: &'static str,
        /// The field that differs.
        field: &'static str,
        /// The value in the answer.
        got: String,
        /// The value asked for.
        expected: String,
    },
    /// A QR string that breaks the EMVCo structure.
    #[error("QR text, object {path}, character {at}: {problem}")]
    QrSyntax {
        /// Path of object identifiers, such as `38.01`.
        path: String,
        /// Character offset from 0.
        at: usize,
        /// What is wrong.
        problem: &'static str,
    },
    /// A QR string whose check sum is absent or wrong.
    #[error("QR text carries CRC {got:?}, computed is {expected}: scan again, do not pay")]
    QrCrc {
        /// The four characters found, empty where absent.
        got: String,
        /// The right ones.
        expected: String,
    },
    /// A QR string that reads but breaks the VietQR profile.
    #[error("QR text is no VietQR transfer code, object {path}: {problem}")]
    QrProfile {
        /// Path of object identifiers.
        path: String,
        /// What is wrong.
        problem: &'static str,
    },
    /// Text that no QR symbol can hold.
    #[error(
        "{bytes} bytes do not fit a QR symbol at this error level: shorten the text or lower the level"
    )]
    QrCapacity {
        /// Length of the text.
        bytes: usize,
    },
    /// A bank that the list does not have.
    #[error("no bank {bank:?} in the list: give its 6-digit BIN or add it to the overrides")]
    BankUnknown {
        /// The name, code or BIN given.
        bank: String,
    },
    /// A step that the order's state does not allow.
    #[error("order {order} is {state}: {step} is not possible")]
    OrderState {
        /// The order.
        order: String,
        /// Its state.
        state: &'static str,
        /// The step tried.
        step: &'static str,
    },
    /// A verified notice of another order, merchant, gateway or environment.
    #[error(
        "the notice is for {field} {got:?}, order {order} has no such attempt: look up the order by the reference"
    )]
    OrderForeign {
        /// The order.
        order: String,
        /// The field that differs.
        field: &'static str,
        /// The value in the notice.
        got: String,
    },
    /// A refund above what is left.
    #[error(
        "refund of {got} đồng on order {order}, only {available} are available: refund less or wait for pending refunds"
    )]
    RefundExceeds {
        /// The order.
        order: String,
        /// Amount asked.
        got: u64,
        /// Amount that can still be refunded.
        available: u64,
    },
    /// A refund that the order does not know.
    #[error("order {order} has no refund {refund:?}: use the identifier that the order gave")]
    RefundUnknown {
        /// The order.
        order: String,
        /// The identifier given.
        refund: String,
    },
    /// An order record chain that has been altered.
    #[error("record {index} of order {order} does not fit its hash: the record has been changed")]
    RecordBroken {
        /// The order.
        order: String,
        /// The record, counted from 0.
        index: usize,
    },
    /// A name that no gateway here has.
    #[error("no gateway {got:?}: known are {known}")]
    GatewayUnknown {
        /// The name given.
        got: String,
        /// The names known.
        known: String,
    },
    /// JSON that is not what the gateway's message holds.
    #[error("{gateway} {message}: {problem}")]
    MessageShape {
        /// The gateway.
        gateway: &'static str,
        /// The message.
        message: &'static str,
        /// What does not fit, and where.
        problem: String,
    },
    /// A message that the gateway does not have, or of which no rule is public.
    #[error("{gateway} has no {message}: settle it with the operator")]
    MessageAbsent {
        /// The gateway.
        gateway: &'static str,
        /// The message.
        message: &'static str,
    },
    /// An unsigned answer of which nobody says that it came from the gateway itself.
    #[error(
        "{gateway} does not sign its answer to {message}: ask the gateway over TLS yourself and say so, never take it from a browser"
    )]
    AnswerUnsigned {
        /// The gateway.
        gateway: &'static str,
        /// The message it answers.
        message: &'static str,
    },
    /// A refund asked of another gateway than the payment came by.
    #[error(
        "refund {refund} is of a payment by {paid_by}, not {asked_of}: money goes back the way it came"
    )]
    RefundElsewhere {
        /// The refund's identifier.
        refund: String,
        /// The gateway that the payment came by.
        paid_by: String,
        /// The gateway asked.
        asked_of: &'static str,
    },
    /// A payment reference without a right check character.
    #[error("{got:?} is no payment reference: {problem}")]
    ReferenceInvalid {
        /// The text given.
        got: String,
        /// What is wrong.
        problem: &'static str,
    },
}

impl Error {
    /// The stable code of the error.
    pub fn code(&self) -> &'static str {
        match self {
            Error::FieldMissing { .. } => "payments.field_missing",
            Error::FieldLength { .. } => "payments.field_length",
            Error::FieldCharacter { .. } => "payments.field_character",
            Error::FieldPattern { .. } => "payments.field_pattern",
            Error::AmountRange { .. } => "payments.amount_range",
            Error::AmountNotDong { .. } => "payments.amount_not_dong",
            Error::LinesSum { .. } => "payments.lines_sum",
            Error::TimeWindow { .. } => "payments.time_window",
            Error::SecretMissing => "payments.secret_missing",
            Error::SecretFormat { .. } => "payments.secret_format",
            Error::EnvironmentMixed { .. } => "payments.environment_mixed",
            Error::AnswerMalformed { .. } => "payments.answer_malformed",
            Error::AnswerSignature { .. } => "payments.answer_signature",
            Error::AnswerMismatch { .. } => "payments.answer_mismatch",
            Error::QrSyntax { .. } => "payments.qr_syntax",
            Error::QrCrc { .. } => "payments.qr_crc",
            Error::QrProfile { .. } => "payments.qr_profile",
            Error::QrCapacity { .. } => "payments.qr_capacity",
            Error::BankUnknown { .. } => "payments.bank_unknown",
            Error::OrderState { .. } => "payments.order_state",
            Error::OrderForeign { .. } => "payments.order_foreign",
            Error::RefundExceeds { .. } => "payments.refund_exceeds",
            Error::RefundUnknown { .. } => "payments.refund_unknown",
            Error::RecordBroken { .. } => "payments.record_broken",
            Error::GatewayUnknown { .. } => "payments.gateway_unknown",
            Error::MessageShape { .. } => "payments.message_shape",
            Error::MessageAbsent { .. } => "payments.message_absent",
            Error::AnswerUnsigned { .. } => "payments.answer_unsigned",
            Error::RefundElsewhere { .. } => "payments.refund_elsewhere",
            Error::ReferenceInvalid { .. } => "payments.reference_invalid",
        }
    }

    /// The parameters of the error by name.
    pub fn details(&self) -> Vec<(&'static str, String)> {
        match self {
            Error::FieldMissing { field } => vec![("field", (*field).to_owned())],
            Error::FieldLength { field, got, min, max } => vec![
                ("field", (*field).to_owned()),
                ("got", got.to_string()),
                ("min", min.to_string()),
                ("max", max.to_string()),
            ],
            Error::FieldCharacter { field, character, position, allowed } => vec![
                ("field", (*field).to_owned()),
                ("character", character.to_string()),
                ("position", position.to_string()),
                ("allowed", (*allowed).to_owned()),
            ],
            Error::FieldPattern { field, got, expected } => vec![
                ("field", (*field).to_owned()),
                ("got", got.clone()),
                ("expected", (*expected).to_owned()),
            ],
            Error::AmountRange { field, got, min, max } => vec![
                ("field", (*field).to_owned()),
                ("got", got.clone()),
                ("min", min.to_string()),
                ("max", max.to_string()),
            ],
            Error::AmountNotDong { got, currency } => {
                vec![("got", got.clone()), ("currency", currency.clone())]
            }
            Error::LinesSum { field, sum, amount } => vec![
                ("field", (*field).to_owned()),
                ("sum", sum.to_string()),
                ("amount", amount.to_string()),
            ],
            Error::TimeWindow { field, got, expected } => vec![
                ("field", (*field).to_owned()),
                ("got", got.clone()),
                ("expected", (*expected).to_owned()),
            ],
            Error::SecretMissing => Vec::new(),
            Error::SecretFormat { gateway, expected } => {
                vec![("gateway", (*gateway).to_owned()), ("expected", (*expected).to_owned())]
            }
            Error::EnvironmentMixed { gateway, environment, base, expected } => vec![
                ("gateway", (*gateway).to_owned()),
                ("environment", (*environment).to_owned()),
                ("base", base.clone()),
                ("expected", (*expected).to_owned()),
            ],
            Error::AnswerMalformed { gateway, message, field, problem } => vec![
                ("gateway", (*gateway).to_owned()),
                ("message", (*message).to_owned()),
                ("field", field.clone()),
                ("problem", problem.clone()),
            ],
            Error::AnswerSignature { gateway, message } => {
                vec![("gateway", (*gateway).to_owned()), ("message", (*message).to_owned())]
            }
            Error::AnswerMismatch { gateway, message, field, got, expected } => vec![
                ("gateway", (*gateway).to_owned()),
                ("message", (*message).to_owned()),
                ("field", (*field).to_owned()),
                ("got", got.clone()),
                ("expected", expected.clone()),
            ],
            Error::QrSyntax { path, at, problem } => vec![
                ("path", path.clone()),
                ("at", at.to_string()),
                ("problem", (*problem).to_owned()),
            ],
            Error::QrCrc { got, expected } => {
                vec![("got", got.clone()), ("expected", expected.clone())]
            }
            Error::QrProfile { path, problem } => {
                vec![("path", path.clone()), ("problem", (*problem).to_owned())]
            }
            Error::QrCapacity { bytes } => vec![("bytes", bytes.to_string())],
            Error::BankUnknown { bank } => vec![("bank", bank.clone())],
            Error::OrderState { order, state, step } => vec![
                ("order", order.clone()),
                ("state", (*state).to_owned()),
                ("step", (*step).to_owned()),
            ],
            Error::OrderForeign { order, field, got } => {
                vec![("order", order.clone()), ("field", (*field).to_owned()), ("got", got.clone())]
            }
            Error::RefundExceeds { order, got, available } => vec![
                ("order", order.clone()),
                ("got", got.to_string()),
                ("available", available.to_string()),
            ],
            Error::RefundUnknown { order, refund } => {
                vec![("order", order.clone()), ("refund", refund.clone())]
            }
            Error::RecordBroken { order, index } => {
                vec![("order", order.clone()), ("index", index.to_string())]
            }
            Error::GatewayUnknown { got, known } => {
                vec![("got", got.clone()), ("known", known.clone())]
            }
            Error::MessageShape { gateway, message, problem } => vec![
                ("gateway", (*gateway).to_owned()),
                ("message", (*message).to_owned()),
                ("problem", problem.clone()),
            ],
            Error::MessageAbsent { gateway, message }
            | Error::AnswerUnsigned { gateway, message } => {
                vec![("gateway", (*gateway).to_owned()), ("message", (*message).to_owned())]
            }
            Error::RefundElsewhere { refund, paid_by, asked_of } => vec![
                ("refund", refund.clone()),
                ("paid_by", paid_by.clone()),
                ("asked_of", (*asked_of).to_owned()),
            ],
            Error::ReferenceInvalid { got, problem } => {
                vec![("got", got.clone()), ("problem", (*problem).to_owned())]
            }
        }
    }
}
