//! WebAssembly bindings: wrap, convert, show; decide nothing.
