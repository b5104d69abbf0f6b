//! What a verdict works out only when it is asked for: the answers to the gateway, the hash of the message, the identity of the event.
//! All three follow from what was judged and cannot change afterwards.

use std::sync::{Arc, OnceLock};

use super::{Acknowledgement, Answer, NoticeRules, RawNotice, Repeated};
use crate::gateway::{Account, Inner};
use crate::secret::sha256_hex;

/// The account that a notice was judged with, whatever its gateway.
pub(crate) trait JudgedWith: Send + Sync {
    /// Its merchant code.
    fn merchant(&self) -> &str;
    /// The answer to a notice recorded now or, where the gateway's rules tell the difference, before.
    fn word(self: Arc<Self>, before: bool, repeated: Repeated<'_>) -> Acknowledgement;
}

impl<G: NoticeRules> JudgedWith for Inner<G> {
    fn merchant(&self) -> &str {
        &self.merchant
    }
    fn word(self: Arc<Self>, before: bool, repeated: Repeated<'_>) -> Acknowledgement {
        let answer =
            if before && G::TELLS_REPETITION { Answer::AlreadyRecorded } else { Answer::Recorded };
        G::acknowledge(answer, repeated, &Account(self))
    }
}

/// The answers to a verified notice.
#[derive(Clone)]
pub(crate) struct Answers {
    account: Arc<dyn JudgedWith>,
    /// Nobody waits for an answer to the answer of a query.
    wanted: bool,
    recorded: OnceLock<Acknowledgement>,
    before: OnceLock<Acknowledgement>,
}

impl Answers {
    /// For a notice.
    pub(crate) fn to_notice<G: NoticeRules>(account: &Account<G>) -> Answers {
        let account: Arc<dyn JudgedWith> = Arc::<Inner<G>>::clone(&account.0);
        Answers { account, wanted: true, recorded: OnceLock::new(), before: OnceLock::new() }
    }

    /// For the answer to a query.
    pub(crate) fn none<G: NoticeRules>(account: &Account<G>) -> Answers {
        Answers { wanted: false, ..Answers::to_notice(account) }
    }

    pub(crate) fn merchant(&self) -> &str {
        self.account.merchant()
    }

    pub(crate) fn give(&self, before: bool, repeated: Repeated<'_>) -> &Acknowledgement {
        let place = if before { &self.before } else { &self.recorded };
        place.get_or_init(|| {
            if self.wanted {
                Arc::clone(&self.account).word(before, repeated)
            } else {
                Acknowledgement::empty(204)
            }
        })
    }
}

/// SHA-256 of a message, which is kept until somebody asks: what is recorded is the hash of the bytes that were judged. The bytes may hold
/// payers' data; nothing shows them.
#[derive(Clone)]
pub(crate) struct MessageHash {
    message: Vec<u8>,
    hash: OnceLock<String>,
}

impl MessageHash {
    pub(crate) fn of(raw: &RawNotice) -> MessageHash {
        MessageHash { message: raw.pieces().concat(), hash: OnceLock::new() }
    }

    /// Of the answer to a query.
    pub(crate) fn of_body(body: &[u8]) -> MessageHash {
        MessageHash { message: body.to_vec(), hash: OnceLock::new() }
    }

    pub(crate) fn hex(&self) -> &str {
        self.hash.get_or_init(|| sha256_hex(&self.message))
    }
}
