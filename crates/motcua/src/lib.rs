//! The one-stop counter as a library.
