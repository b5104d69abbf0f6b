"""OpenFisca on the scale of crates/fees/benches/scale.toml: how many a second, and how many of them are right.

Prints one JSON object. Run by `cargo xtask bench` in the same run as the Rust benchmarks.
"""

import json
import sys
import time
from importlib.metadata import version

import numpy
from openfisca_core import entities, periods, simulations, taxbenefitsystems, taxscales, variables

ROWS = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
PERIOD = "2026"


def exact(value: int) -> int:
    """The scale in whole numbers, a half rounded up."""
    if value <= 10_000_000:
        parts = value
    elif value <= 50_000_000:
        parts = 10_000_000 + 2 * (value - 10_000_000)
    else:
        parts = 90_000_000 + 3 * (value - 50_000_000)
    return (parts + 50) // 100


scale = taxscales.MarginalRateTaxScale()
scale.add_bracket(0, 0.01)
scale.add_bracket(10_000_000, 0.02)
scale.add_bracket(50_000_000, 0.03)

person = entities.build_entity(key="person", plural="persons", label="A person", is_person=True)
system = taxbenefitsystems.TaxBenefitSystem([person])


class income(variables.Variable):
    value_type = float
    entity = person
    definition_period = periods.DateUnit.YEAR


class fee(variables.Variable):
    value_type = float
    entity = person
    definition_period = periods.DateUnit.YEAR

    def formula(persons, period):
        return scale.calc(persons("income", period))


system.add_variable(income)
system.add_variable(fee)

# The same numbers as in crates/fees/benches/assess.rs.
values = [(row * 11_400_714_819_323_198_485) % 2**64 % 100_000_000 + 1 for row in range(1, ROWS + 1)]


def simulate(column):
    simulation = simulations.SimulationBuilder().build_default_simulation(system, count=len(column))
    simulation.set_input("income", PERIOD, column)
    return simulation.calculate("fee", PERIOD)


def best(work, runs: int = 15) -> float:
    """Seconds of the fastest run: the machine may be shared."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


column = numpy.array(values)
answers = numpy.floor(simulate(column).astype(float) + 0.5)
wrong = sum(int(answer) != exact(value) for answer, value in zip(answers, values))
one = numpy.array([30_000_000])
print(
    json.dumps(
        {
            "version": version("openfisca-core"),
            "rows": ROWS,
            "scale_ns": best(lambda: scale.calc(column)) / ROWS * 1e9,
            "simulation_ns": best(lambda: simulate(column)) / ROWS * 1e9,
            "single_ns": best(lambda: simulate(one), 200) * 1e9,
            "wrong": wrong,
        }
    )
)
