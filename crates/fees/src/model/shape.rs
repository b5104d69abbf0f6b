//! The closed set of rule shapes with what they are made of. How they are computed stands in `engine/shape.rs`.

use motcua_money::Exact;

use super::{Condition, Text};

/// Multiples, floors and caps around a shape.
#[derive(Debug, Clone)]
pub(crate) struct Limits {
    pub(crate) per: Option<usize>,
    pub(crate) assets: Option<usize>,
    pub(crate) floor: Option<Exact>,
    pub(crate) cap_per_instance: Option<Exact>,
    pub(crate) cap_per_asset: Option<Exact>,
    pub(crate) cap_per_case: Option<Exact>,
    pub(crate) no_cap_when: Option<Condition>,
}

/// The closed set of rule shapes. None runs code; each can be analysed for gaps and overlaps.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Shape {
    /// One amount.
    Flat(Exact),
    /// An amount for each unit after the free ones.
    PerUnit {
        /// What is counted.
        quantity: Basis,
        /// Amount for one unit.
        each: Exact,
        /// Units without charge.
        free: Exact,
    },
    /// Unit price by the index of the unit.
    Graduated {
        /// What is counted.
        quantity: Basis,
        /// Steps; the last is open.
        tiers: Vec<GraduatedTier>,
    },
    /// Bands of a value: a fixed amount, a rate of the whole, or a base and a rate of the excess.
    Bands {
        /// The value.
        value: Basis,
        /// Bands by rising bound.
        bands: Vec<Band>,
        /// Flagged answers for values that no band covers.
        interpretations: Vec<Interpretation>,
    },
    /// A rate of a value.
    Percentage {
        /// The value.
        value: Basis,
        /// The rate (0.005 for 0.5 %).
        rate: Exact,
    },
    /// So much for every started or full package of units.
    Package {
        /// What is counted.
        quantity: Basis,
        /// Units in one package.
        size: Exact,
        /// Amount for one package.
        each: Exact,
        /// Does a started package count?
        round_up: bool,
    },
    /// A table by conditions: the one row that holds.
    Matrix(Vec<Row>),
    /// A rate of a value, interpolated between points.
    Interpolated {
        /// The value.
        value: Basis,
        /// Points of value and rate, rising; outside, the rate of the nearest.
        points: Vec<(Exact, Exact)>,
    },
    /// A different shape by the ordinal of the copy; the sum over the copies.
    ByOrdinal {
        /// How many there are.
        count: Basis,
        /// Last ordinal of each step and the shape for one instance; the last step is open.
        steps: Vec<(Option<Exact>, Shape)>,
    },
    /// The sum of shapes.
    Sum(Vec<Shape>),
    /// The greatest of shapes.
    MaxOf(Vec<Shape>),
    /// The least of shapes.
    MinOf(Vec<Shape>),
}

/// A step of a graduated price.
#[derive(Debug, Clone)]
pub struct GraduatedTier {
    /// Last index of the step, inclusive; none for the last step.
    pub up_to: Option<Exact>,
    /// Amount for each unit in the step.
    pub each: Exact,
}

/// The upper end of a band.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// Up to and with this value.
    UpTo(Exact),
    /// Below this value.
    Below(Exact),
    /// No end.
    Open,
}

/// A band of a value.
#[derive(Debug, Clone)]
pub struct Band {
    /// Where it ends; it begins where the one before ends.
    pub bound: Bound,
    /// An explicit beginning that leaves a gap: values at or below this one are not in the band.
    pub over: Option<Exact>,
    /// Amount, or amount at the beginning.
    pub base: Exact,
    /// Rate, of the whole value or of the excess.
    pub rate: Exact,
    /// Excess over this value; none for the whole value.
    pub excess_over: Option<Exact>,
}

/// An answer to a gap in the law, flagged wherever it is used.
#[derive(Debug, Clone)]
pub struct Interpretation {
    /// The value that no band covers.
    pub value: Exact,
    /// The amount taken for it.
    pub amount: Exact,
    /// Why.
    pub ground: Text,
}

/// What a quantity or value is made of.
#[derive(Debug, Clone)]
pub enum Basis {
    /// A fact, by its place in the tariff.
    Fact(usize),
    /// The greatest.
    Max(Vec<Basis>),
    /// The least.
    Min(Vec<Basis>),
    /// The sum.
    Sum(Vec<Basis>),
    /// The product (area by official price).
    Product(Vec<Basis>),
    /// What the first exceeds the second by, at least zero.
    Increase(Box<Basis>, Box<Basis>),
    /// The first that is given.
    First(Vec<Basis>),
}

/// A row of a table by conditions.
#[derive(Debug, Clone)]
pub struct Row {
    /// When the row is meant.
    pub when: Condition,
    /// What it gives.
    pub shape: Shape,
    pub(crate) span: std::ops::Range<usize>,
}
