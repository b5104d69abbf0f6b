//! Python bindings: wrap, convert, show; decide nothing. The Python around them lives in `bindings/python/python/motcua`.

use pyo3::prelude::*;

/// The native half of `motcua`.
#[pymodule(gil_used = false)]
mod _native {
    use motcua::copies::issue::Fonts;
    use pyo3::exceptions::PyValueError;
    use pyo3::prelude::*;
    use pyo3::pybacked::PyBackedBytes;

    /// `motcua::wire::call`: JSON text in, JSON text out.
    #[pyfunction]
    fn call(py: Python<'_>, op: &str, input: &str) -> String {
        py.detach(|| motcua::wire::call(op, input))
    }

    /// The operations that `call` knows.
    #[pyfunction]
    fn operations() -> Vec<&'static str> {
        motcua::wire::operations()
    }

    /// The report as JSON text.
    #[pyfunction]
    fn verify_copy(py: Python<'_>, pdf: &[u8], policy: &str) -> String {
        py.detach(|| motcua::wire::verify_copy(pdf, policy))
    }

    /// The PDF; a failure is a `ValueError` that holds its JSON text.
    #[pyfunction]
    fn issue_copy(py: Python<'_>, originals: Vec<PyBackedBytes>, input: &str) -> PyResult<Vec<u8>> {
        py.detach(|| {
            let originals: Vec<&[u8]> = originals.iter().map(|o| &**o).collect();
            motcua::wire::issue_copy(&originals, input, Fonts::LIBERATION_SERIF)
        })
        .map_err(PyValueError::new_err)
    }
    /// What is to be signed elsewhere, as JSON text.
    #[pyfunction]
    fn prepare_copy(py: Python<'_>, originals: Vec<PyBackedBytes>, input: &str) -> String {
        py.detach(|| {
            let originals: Vec<&[u8]> = originals.iter().map(|o| &**o).collect();
            motcua::wire::prepare_copy(&originals, input, Fonts::LIBERATION_SERIF)
        })
    }
}
