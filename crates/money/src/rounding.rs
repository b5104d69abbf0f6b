//! Rounding: always a named mode and a unit, never a default.

use serde::{Deserialize, Serialize};

use crate::{Error, Exact};

/// What to do with the part that is left over. Names follow their effect on the number line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoundingMode {
    /// To the nearest; a half away from zero (5 up), the habit of Vietnamese accounting.
    HalfUp,
    /// To the nearest; a half toward zero.
    HalfDown,
    /// To the nearest; a half to the even neighbour.
    HalfEven,
    /// Away from zero.
    Up,
    /// Toward zero.
    Down,
    /// Toward plus infinity.
    Ceiling,
    /// Toward minus infinity.
    Floor,
}

impl RoundingMode {
    /// Every mode, with its name in data.
    pub const ALL: [(&'static str, Self); 7] = [
        ("half_up", Self::HalfUp),
        ("half_down", Self::HalfDown),
        ("half_even", Self::HalfEven),
        ("up", Self::Up),
        ("down", Self::Down),
        ("ceiling", Self::Ceiling),
        ("floor", Self::Floor),
    ];

    /// The name in data.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, mode)| *mode == self).map_or("", |(name, _)| name)
    }
}

/// A rounding rule: mode and unit ("half up to 1 đồng", "down to 1 000 đồng").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rounding {
    mode: RoundingMode,
    unit: Exact,
}

impl Rounding {
    /// A rule with this mode and unit.
    ///
    /// # Errors
    /// [`Error::BadRoundingUnit`] when the unit is not greater than zero.
    pub fn new(mode: RoundingMode, unit: Exact) -> Result<Self, Error> {
        if unit <= Exact::ZERO {
            return Err(Error::BadRoundingUnit { raw: unit.to_string() });
        }
        Ok(Self { mode, unit })
    }

    /// To whole units of currency, a half away from zero.
    #[must_use]
    pub fn half_up_to_one() -> Self {
        Self { mode: RoundingMode::HalfUp, unit: Exact::ONE }
    }

    /// The mode.
    #[must_use]
    pub fn mode(&self) -> RoundingMode {
        self.mode
    }

    /// The unit, greater than zero.
    #[must_use]
    pub fn unit(&self) -> Exact {
        self.unit
    }

    /// `value` to the nearest multiple of the unit, as the mode says.
    ///
    /// # Errors
    /// [`Error::Overflow`].
    pub fn apply(&self, value: Exact) -> Result<Exact, Error> {
        if self.unit == Exact::ONE && value.is_integer() {
            return Ok(value);
        }
        let units = value.checked_div(self.unit)?;
        Exact::from_integer(units.round_to_integer(self.mode)).checked_mul(self.unit)
    }
}
