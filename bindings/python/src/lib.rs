//! Python bindings: wrap, convert, show; decide nothing.
