//! The Merkle tree over the log's entries (RFC 9162 §2.1): hashes, the frontier that grows it, proofs. Nothing of what entries say.

use ring::digest::{Context, SHA256};

/// SHA-256.
pub type Hash = [u8; 32];

fn hash(parts: &[&[u8]]) -> Hash {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(part);
    }
    let mut hash = [0; 32];
    hash.copy_from_slice(context.finish().as_ref());
    hash
}

/// SHA-256 of bytes, where no tree is meant.
pub(crate) fn sha256(bytes: &[u8]) -> Hash {
    hash(&[bytes])
}

/// RFC 9162 §2.1.1: the hash of a leaf.
pub fn leaf(data: &[u8]) -> Hash {
    hash(&[&[0], data])
}

/// RFC 9162 §2.1.1: the hash of two subtrees.
pub(crate) fn node(left: &Hash, right: &Hash) -> Hash {
    hash(&[&[1], left, right])
}

/// The chain after one more entry. The first byte keeps chain, leaf and node hashes apart.
pub(crate) fn link(previous: &Hash, leaf: &Hash) -> Hash {
    hash(&[&[2], previous, leaf])
}

/// The roots of the full subtrees of a tree, largest first: enough to add leaves and to give the root.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Frontier(pub Vec<Hash>);

impl Frontier {
    /// Adds the leaf at index `size`.
    pub fn push(&mut self, size: u64, leaf: Hash) {
        let mut hash = leaf;
        let mut full = size;
        // A subtree of each set low bit of the size is now full together with the new one.
        while full & 1 == 1 {
            let Some(left) = self.0.pop() else { break };
            hash = node(&left, &hash);
            full >>= 1;
        }
        self.0.push(hash);
    }

    /// The root of the tree so far.
    pub fn root(&self) -> Hash {
        let mut from_right = self.0.iter().rev();
        let Some(last) = from_right.next() else { return hash(&[]) };
        from_right.fold(*last, |right, left| node(left, &right))
    }
}

/// The root of the tree over these leaf hashes.
pub fn root(leaves: &[Hash]) -> Hash {
    let mut frontier = Frontier::default();
    for (size, leaf) in (0_u64..).zip(leaves) {
        frontier.push(size, *leaf);
    }
    frontier.root()
}

/// The largest power of two smaller than `n`, for `n` of at least 2.
fn split(n: usize) -> usize {
    1 << (usize::BITS - 1 - (n - 1).leading_zeros())
}

/// RFC 9162 §2.1.3.1: the proof that leaf `index` stands in the tree over `leaves`; nothing where it does not.
pub fn inclusion(index: usize, leaves: &[Hash]) -> Option<Vec<Hash>> {
    if index >= leaves.len() {
        return None;
    }
    let (mut index, mut rest, mut path) = (index, leaves, Vec::new());
    while rest.len() > 1 {
        let (left, right) = rest.split_at(split(rest.len()));
        if index < left.len() {
            path.push(root(right));
            rest = left;
        } else {
            path.push(root(left));
            index -= left.len();
            rest = right;
        }
    }
    path.reverse();
    Some(path)
}

/// RFC 9162 §2.1.3.2: whether `proof` shows that `leaf` is entry `index` of the tree with this size and root.
pub fn includes(leaf: &Hash, index: u64, size: u64, proof: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut fnode, mut snode, mut hash) = (index, size - 1, *leaf);
    for step in proof {
        if snode == 0 {
            return false;
        }
        if fnode & 1 == 1 || fnode == snode {
            hash = node(step, &hash);
            while fnode & 1 == 0 && fnode != 0 {
                fnode >>= 1;
                snode >>= 1;
            }
        } else {
            hash = node(&hash, step);
        }
        fnode >>= 1;
        snode >>= 1;
    }
    snode == 0 && hash == *root
}

/// RFC 9162 §2.1.4.1: the proof that the tree over the first `old` leaves is a prefix of the tree over `leaves`.
pub fn consistency(old: usize, leaves: &[Hash]) -> Option<Vec<Hash>> {
    if old == 0 || old > leaves.len() {
        return None;
    }
    let (mut old, mut rest, mut whole, mut path) = (old, leaves, true, Vec::new());
    loop {
        if old == rest.len() {
            if !whole {
                path.push(root(rest));
            }
            path.reverse();
            return Some(path);
        }
        let (left, right) = rest.split_at(split(rest.len()));
        if old <= left.len() {
            path.push(root(right));
            rest = left;
        } else {
            path.push(root(left));
            old -= left.len();
            rest = right;
            whole = false;
        }
    }
}

/// RFC 9162 §2.1.4.2: whether `proof` shows that the tree of size `old` is a prefix of the tree of size `new`.
pub fn consistent(old: u64, new: u64, proof: &[Hash], old_root: &Hash, new_root: &Hash) -> bool {
    if old == 0 || old > new {
        return false;
    }
    if old == new {
        return proof.is_empty() && old_root == new_root;
    }
    let mut steps = proof.iter();
    let first = if old.is_power_of_two() { Some(old_root) } else { steps.next() };
    let Some(first) = first else { return false };
    let (mut fnode, mut snode) = (old - 1, new - 1);
    while fnode & 1 == 1 {
        fnode >>= 1;
        snode >>= 1;
    }
    let (mut from_old, mut from_new) = (*first, *first);
    for step in steps {
        if snode == 0 {
            return false;
        }
        if fnode & 1 == 1 || fnode == snode {
            from_old = node(step, &from_old);
            from_new = node(step, &from_new);
            while fnode & 1 == 0 && fnode != 0 {
                fnode >>= 1;
                snode >>= 1;
            }
        } else {
            from_new = node(&from_new, step);
        }
        fnode >>= 1;
        snode >>= 1;
    }
    snode == 0 && from_old == *old_root && from_new == *new_root
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(n: u8) -> Vec<Hash> {
        (0..n).map(|i| leaf(&[i])).collect()
    }

    /// RFC 9162 §2.1.1, written as it is defined there.
    fn defined(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => hash(&[]),
            [one] => *one,
            _ => {
                let (left, right) = leaves.split_at(split(leaves.len()));
                node(&defined(left), &defined(right))
            }
        }
    }

    #[test]
    fn the_frontier_gives_the_defined_root() {
        for n in 0..70 {
            assert_eq!(root(&leaves(n)), defined(&leaves(n)), "{n} leaves");
        }
    }

    #[test]
    fn every_proof_holds_and_no_other() {
        for n in 1..20_u8 {
            let all = leaves(n);
            let root = root(&all);
            for index in 0..usize::from(n) {
                let proof = inclusion(index, &all).unwrap();
                let holds = |i: usize, size: u64, proof: &[Hash]| {
                    includes(&all[index], i as u64, size, proof, &root)
                };
                assert!(holds(index, n.into(), &proof));
                for other in (0..usize::from(n)).filter(|i| *i != index) {
                    assert!(!holds(other, n.into(), &proof), "{index} as {other} of {n}");
                }
                let mut broken = proof.clone();
                if let Some(first) = broken.first_mut() {
                    first[0] ^= 1;
                    assert!(!holds(index, n.into(), &broken));
                    assert!(!holds(index, n.into(), &proof[1..]));
                }
            }
            assert_eq!(inclusion(n.into(), &all), None);
        }
    }

    #[test]
    fn a_prefix_is_proved_and_a_rewritten_past_is_not() {
        for n in 1..20_u8 {
            let all = leaves(n);
            for old in 1..=n {
                let proof = consistency(old.into(), &all).unwrap();
                let before = root(&all[..old.into()]);
                assert!(consistent(old.into(), n.into(), &proof, &before, &root(&all)));
                let mut rewritten = all.clone();
                rewritten[0][0] ^= 1;
                let proof = consistency(old.into(), &rewritten).unwrap();
                assert!(!consistent(old.into(), n.into(), &proof, &before, &root(&rewritten)));
            }
        }
    }
}
