//! The dated tariffs of Viet Nam as TOML, embedded by name. Data alone: the schema and its checks live in `motcua-fees`.
