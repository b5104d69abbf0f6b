//! Every operation of the wire has a name in Python and JavaScript: `test-vectors/operations.json`, to which their tests hold them.

#![cfg(all(feature = "fees", feature = "settlement", feature = "issue"))]

use std::collections::BTreeSet;

#[test]
fn listed() {
    let list = include_str!("../../../test-vectors/operations.json");
    let list: serde_json::Value = serde_json::from_str(list).unwrap();
    let listed: BTreeSet<_> =
        list.as_array().unwrap().iter().map(|e| e["op"].as_str().unwrap().to_owned()).collect();
    // These carry bytes and are functions of their own.
    let bytes = ["copies.issue", "copies.prepare", "copies.verify"];
    let ours: BTreeSet<_> =
        motcua::wire::operations().into_iter().chain(bytes).map(str::to_owned).collect();
    assert_eq!(
        ours, listed,
        "name the operation in test-vectors/operations.json, then add it to motcua/__init__.py, api.js and index.d.ts"
    );
}
