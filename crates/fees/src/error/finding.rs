//! The codes of what the loader and the static checks find in a tariff file.

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal;)*) => {
        /// What a finding is about; the code is stable.
        #[non_exhaustive]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum FindingCode { $($(#[$doc])* $name,)* }

        impl FindingCode {
            /// Every code there is.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The stable code.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }
        }
    };
}

codes! {
    /// The text is not TOML.
    Syntax = "fees.syntax";
    /// A key that the model does not have.
    UnknownKey = "fees.unknown_key";
    /// A required key is not there.
    MissingKey = "fees.missing_key";
    /// A value of the wrong type.
    WrongType = "fees.wrong_type";
    /// A float where an exact number must stand.
    FloatMoney = "fees.float_money";
    /// A text that is not an exact number.
    BadNumber = "fees.bad_number";
    /// A date that does not exist.
    BadDate = "fees.bad_date";
    /// A value outside the allowed ones.
    BadChoice = "fees.bad_choice";
    /// An unknown name: fact, source, fee, locality, parameter.
    UnknownName = "fees.unknown_name";
    /// The same id twice.
    Duplicate = "fees.duplicate";
    /// A value without its citation.
    MissingCitation = "fees.missing_citation";
    /// Bounds that do not rise.
    TierOrder = "fees.tier_order";
    /// Two tiers cover one value.
    TierOverlap = "fees.tier_overlap";
    /// A value that no tier covers.
    TierGap = "fees.tier_gap";
    /// The last tier has an end, or a tier stands after the open one.
    TierOpen = "fees.tier_open";
    /// A validity that ends before it begins.
    EmptyValidity = "fees.empty_validity";
    /// Two rules of the same condition are in force at once.
    OverlappingValidity = "fees.overlapping_validity";
    /// Two rules of equal rank hold for one case.
    EqualRank = "fees.equal_rank";
    /// Two modifiers that refuse each other hold for one case.
    ModifierConflict = "fees.modifier_conflict";
    /// A rule that can never be chosen.
    UnreachableRule = "fees.unreachable_rule";
    /// A time between two rules that no rule covers.
    ValidityGap = "fees.validity_gap";
    /// A base that does not continue the band before it.
    Discontinuity = "fees.discontinuity";
    /// An amount that falls where the value rises.
    FallingAmount = "fees.falling_amount";
    /// Facts that no rule covers.
    UncoveredCase = "fees.uncovered_case";
    /// Too many combinations to check.
    TooComplex = "fees.too_complex";
    /// The tariff is larger than the budget.
    TooLarge = "fees.too_large";
}
