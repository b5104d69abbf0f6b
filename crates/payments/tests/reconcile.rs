//! The matching: every outcome by name, and properties over random runs.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeSet;

use motcua_money::{Amount, Currency};
use motcua_payments::reconcile::{
    Credit, CsvStyle, Direction, Due, Outcome, Reconciliation, Row, Statement, TableMapping,
    Transaction, Why, reconcile, table,
};
use motcua_payments::reference;
use proptest::prelude::*;
use time::macros::date;

fn due(number: u64, amount: i64) -> Due {
    Due {
        id: format!("HS-{number}").into(),
        amount: Amount::vnd(amount),
        references: [reference::build(number).unwrap().into()].into(),
        transactions: [Transaction { gateway: "vnpay".into(), id: format!("T{number}").into() }]
            .into(),
    }
}

fn credit(id: &str, amount: i64, text: &str) -> Credit {
    Credit {
        text: text.into(),
        booked: Some(date!(2026 - 11 - 24)),
        ..Credit::new("bank", id, Amount::vnd(amount))
    }
}

fn paying(id: &str, number: u64, amount: i64) -> Credit {
    credit(id, amount, &format!("CT {} nop", reference::build(number).unwrap()))
}

/// A statement that holds these credits.
fn statement(credits: Vec<Credit>) -> Statement {
    let mapping: TableMapping = serde_json::from_str(
        r#"{"name":"bank","delimiter":",","number":{"decimal":"."},"date_form":"","currency":"VND","columns":{"amount":"a"}}"#,
    )
    .unwrap();
    let mut statement = table::read(b"a\n", &mapping).unwrap().remove(0);
    statement.credits = credits;
    statement
}

fn run(orders: Vec<Due>, credits: Vec<Credit>) -> Reconciliation {
    reconcile(orders, vec![statement(credits)]).unwrap()
}

/// Outcome and reason of each row, with the identifiers in it.
fn shown(run: &Reconciliation) -> Vec<String> {
    let show = |row: &Row| {
        let order = row.order.map(|o| run.order(o).unwrap().id.to_string()).unwrap_or_default();
        let credits: Vec<_> = row.credits.iter().map(|c| &*run.credit(*c).unwrap().id).collect();
        format!("{} {} {order} [{}]", row.outcome.name(), row.why.name(), credits.join(" "))
    };
    run.rows.iter().map(show).collect()
}

#[test]
fn matched_by_reference_however_the_bank_wrote_it() {
    let r = reference::build(1).unwrap();
    for text in [
        format!("MBVCB.327.{r}.nop le phi"),
        r.to_lowercase(),
        format!("{} {}-{}", &r[..3], &r[3..7], &r[7..]),
    ] {
        let run = run(vec![due(1, 36_000)], vec![credit("A", 36_000, &text)]);
        assert_eq!(shown(&run), ["matched reference HS-1 [A]"], "{text}");
        assert!(run.is_clean() && run.balances());
    }
}

#[test]
fn matched_by_transaction_of_the_same_gateway_only() {
    let mut by = credit("A", 36_000, "nothing");
    by.transactions = ["T1".into()].into();
    let unscoped = run(vec![due(1, 36_000)], vec![by.clone()]);
    assert_eq!(shown(&unscoped), ["matched transaction HS-1 [A]"]);
    by.gateway = Some("vnpay".into());
    assert_eq!(
        shown(&run(vec![due(1, 36_000)], vec![by.clone()])),
        ["matched transaction HS-1 [A]"]
    );
    by.gateway = Some("momo".into());
    let other = run(vec![due(1, 36_000)], vec![by]);
    assert_eq!(shown(&other), ["only_ours no_credit HS-1 []", "only_theirs no_reference  [A]"]);
}

#[test]
fn never_on_the_amount_alone() {
    let orders = (1..=8).map(|n| due(n, 36_000)).collect();
    let run = run(orders, vec![credit("A", 36_000, "nop le phi"), credit("B", 1, "x")]);
    assert!(run.of(Outcome::Matched).next().is_none());
    let rows: Vec<_> = run.of(Outcome::OnlyTheirs).collect();
    assert_eq!((rows[0].candidates.len(), rows[0].candidates_total), (5, 8));
    assert_eq!((rows[1].candidates.len(), rows[1].why), (0, Why::NoReference));
    assert_eq!(run.of(Outcome::OnlyOurs).count(), 8);
}

#[test]
fn a_reference_that_is_not_ours_and_one_mistyped() {
    let run1 = run(vec![due(1, 36_000)], vec![paying("A", 2, 36_000)]);
    assert_eq!(shown(&run1), ["only_ours no_credit HS-1 []", "only_theirs unknown_reference  [A]"]);
    assert_eq!(run1.rows[1].candidates, [0], "the same amount is offered");
    let typo = reference::build(1).unwrap().replacen('1', "2", 1);
    let run2 = run(vec![due(1, 36_000)], vec![credit("A", 36_000, &typo)]);
    assert_eq!(shown(&run2)[1], "only_theirs no_reference  [A]");
}

#[test]
fn several_references_are_for_a_person() {
    let text = format!("{} {}", reference::build(1).unwrap(), reference::build(2).unwrap());
    let run1 = run(vec![due(1, 5), due(2, 5)], vec![credit("A", 5, &text)]);
    assert_eq!(shown(&run1)[2], "only_theirs ambiguous  [A]");
    assert_eq!(run1.rows[2].candidates, [0, 1]);
    // The reference of one and the transaction of another.
    let mut both = paying("A", 1, 5);
    both.transactions = ["T2".into()].into();
    assert_eq!(
        shown(&run(vec![due(1, 5), due(2, 5)], vec![both]))[2],
        "only_theirs ambiguous  [A]"
    );
    // One of ours beside one that is not.
    assert_eq!(
        shown(&run(vec![due(1, 5)], vec![credit("A", 5, &text)]))[1],
        "only_theirs ambiguous  [A]"
    );
    // Two orders under one reference.
    let mut same = due(2, 5);
    same.references = due(1, 5).references;
    assert_eq!(
        shown(&run(vec![due(1, 5), same], vec![paying("A", 1, 5)]))[2],
        "only_theirs ambiguous  [A]"
    );
}

#[test]
fn amount_differs() {
    for (paid, why) in [(35_000, "less"), (37_000, "more")] {
        let run = run(vec![due(1, 36_000)], vec![paying("A", 1, paid)]);
        assert_eq!(shown(&run), [format!("amount_differs {why} HS-1 [A]")]);
        assert_eq!(run.totals[0].difference.value().to_string(), (paid - 36_000).to_string());
        assert!(!run.balances());
    }
    let mut dollars = paying("A", 1, 36_000);
    dollars.amount = Amount::from_decimal_str("36000", Currency::USD).unwrap();
    let run = run(vec![due(1, 36_000)], vec![dollars]);
    assert_eq!(shown(&run), ["amount_differs currency HS-1 [A]"]);
    assert_eq!(run.totals.len(), 2);
}

#[test]
fn parts_together_are_the_amount() {
    let orders = vec![due(1, 36_000)];
    let parts = vec![paying("A", 1, 30_000), paying("B", 1, 6_000)];
    assert_eq!(shown(&run(orders.clone(), parts.clone())), ["matched parts HS-1 [A B]"]);
    let third = [parts, vec![paying("C", 1, 6_000)]].concat();
    assert_eq!(
        shown(&run(orders, third)),
        ["matched parts HS-1 [A B]", "duplicate paid_again  [C]"]
    );
}

#[test]
fn paid_twice_and_told_twice() {
    let orders = vec![due(1, 36_000)];
    let twice = run(orders.clone(), vec![paying("A", 1, 36_000), paying("B", 1, 36_000)]);
    assert_eq!(shown(&twice), ["matched reference HS-1 [A]", "duplicate paid_again  [B]"]);
    assert_eq!(twice.rows[1].about, Some(0));
    assert_eq!(twice.totals[0].difference.value().to_string(), "36000");

    // camt.054 and camt.053 tell of one booking; the telling with the reference counts.
    let mut again = credit("A", 36_000, "");
    again.source = "camt.053".into();
    let told = run(orders.clone(), vec![again, paying("A", 1, 36_000)]);
    assert_eq!(told.of(Outcome::Matched).count(), 1);
    assert_eq!(
        told.of(Outcome::Duplicate).map(|r| (r.why, r.about)).collect::<Vec<_>>(),
        [(Why::SameBooking, Some(0))]
    );
    // Another day or another account is another booking.
    let mut other = paying("A", 1, 36_000);
    other.booked = Some(date!(2026 - 11 - 25));
    assert_eq!(
        shown(&run(orders.clone(), vec![other, paying("A", 1, 36_000)]))[1],
        "duplicate paid_again  [A]"
    );
    // Without a number two bookings are two bookings.
    let both = run(orders, vec![paying("", 1, 36_000), paying("", 1, 36_000)]);
    assert_eq!(shown(&both)[1], "duplicate paid_again  []");
}

fn back(mut credit: Credit) -> Credit {
    credit.direction = Direction::ReversalOfIn;
    credit
}

#[test]
fn reversed() {
    let orders = vec![due(1, 36_000)];
    let pair = run(orders.clone(), vec![paying("A", 1, 36_000), back(credit("A", 36_000, ""))]);
    assert_eq!(shown(&pair), ["reversed taken_back HS-1 [A A]"]);
    assert_eq!(pair.totals[0].theirs.value().to_string(), "0");
    let then_paid =
        vec![paying("A", 1, 36_000), back(paying("R", 1, 36_000)), paying("B", 1, 36_000)];
    assert_eq!(
        shown(&run(orders.clone(), then_paid)),
        ["matched reference HS-1 [B]", "reversed taken_back  [A R]"]
    );
    let alone = run(orders.clone(), vec![back(credit("X", 5, ""))]);
    assert_eq!(shown(&alone), ["only_ours no_credit HS-1 []", "reversed credit_not_here  [X]"]);
    let of_ours = run(orders.clone(), vec![back(paying("X", 1, 36_000))]);
    assert_eq!(shown(&of_ours), ["reversed credit_not_here HS-1 [X]"]);
    let part = run(orders.clone(), vec![paying("A", 1, 36_000), back(paying("A", 1, 6_000))]);
    assert_eq!(shown(&part), ["amount_differs less HS-1 [A A]"]);
    let mut before = back(paying("R", 1, 36_000));
    before.booked = Some(date!(2026 - 11 - 23));
    let early = run(orders.clone(), vec![paying("A", 1, 36_000), before]);
    assert_eq!(
        shown(&early),
        ["amount_differs less HS-1 [R A]"],
        "nothing is taken back before it came"
    );
    let mut home = credit("H", 36_000, &reference::build(1).unwrap());
    home.direction = Direction::ReversalOfOut;
    let run = run(orders, vec![home]);
    assert_eq!(shown(&run), ["only_ours no_credit HS-1 []", "reversed debit_returned  [H]"]);
}

#[test]
fn an_order_twice_and_amounts_too_fine_are_refused() {
    let twice = reconcile(vec![due(1, 1), due(1, 2)], Vec::new()).unwrap_err();
    assert_eq!(twice.code(), "payments.reconcile_order_twice");
    let mut fine = due(1, 1);
    fine.amount = Amount::from_decimal_str("0.000001", Currency::VND).unwrap();
    assert_eq!(
        reconcile(vec![fine], Vec::new()).unwrap_err().code(),
        "payments.reconcile_amount_too_fine"
    );
}

#[test]
fn the_csv_opens_in_excel_with_accents_and_runs_nothing() {
    let mut evil = credit("=cmd|'/c calc'!A0", 5, "@SUM(1) Nộp lệ phí chứng thực; \"Đỗ\"");
    evil.references = ["-1+1".into()].into();
    let run =
        run(vec![due(1, 36_000)], vec![evil, paying("A", 1, 36_000), back(credit("R", 7, "+84"))]);
    let csv = String::from_utf8(run.to_csv(CsvStyle::EXCEL).unwrap()).unwrap();
    assert!(csv.starts_with("\u{feff}outcome,why,order,"), "{csv}");
    assert!(csv.contains("'@SUM(1) Nộp lệ phí chứng thực; \"\"Đỗ\"\""), "{csv}");
    assert!(
        csv.contains(",'=cmd|'/c calc'!A0,") && csv.contains(",'-1+1,") && csv.contains(",'+84,"),
        "{csv}"
    );
    assert!(csv.contains(",reversal_of_in,-7,VND,2026-11-24,"), "{csv}");
    let plain = run.to_csv(CsvStyle { byte_order_mark: false, delimiter: b';' }).unwrap();
    assert!(plain.starts_with(b"outcome;why;order;"));
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(&plain[..]);
    let lines: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(&lines[0][0], "matched");
}

#[test]
fn the_json_is_versioned_and_whole() {
    let run = run(vec![due(1, 36_000)], vec![paying("A", 1, 36_000)]);
    let json: serde_json::Value =
        serde_json::from_str(&serde_json::to_string(&run).unwrap()).unwrap();
    assert_eq!(
        (&json["version"], &json["clean"], &json["balances"]),
        (&1.into(), &true.into(), &true.into())
    );
    assert_eq!(json["rows"][0]["order"]["id"], "HS-1");
    assert_eq!(json["rows"][0]["credits"][0]["booked"], "2026-11-24");
    assert_eq!(json["totals"][0]["theirs"]["amount"], "36000");
}

/// Few orders, numbers and amounts, so that all kinds of collisions happen.
fn any_credit() -> impl Strategy<Value = Credit> {
    let day = prop_oneof![Just(None), (20u8..26).prop_map(Some)];
    (0u64..8, 0i64..4, "[AB]?", 0u8..10, day, 0u64..8).prop_map(
        |(number, amount, id, kind, day, other)| {
            let mut credit = match kind {
                0..=3 => paying(&id, number, amount * 1000),
                4 => credit(&id, amount * 1000, "khong co ma"),
                5 => credit(
                    &id,
                    amount * 1000,
                    &format!(
                        "{} {}",
                        reference::build(number).unwrap(),
                        reference::build(other).unwrap()
                    ),
                ),
                6 => Credit {
                    transactions: [format!("T{number}").into()].into(),
                    ..credit(&id, amount * 1000, "")
                },
                7 | 8 => back(paying(&id, number, amount * 1000)),
                _ => {
                    Credit { direction: Direction::ReversalOfOut, ..credit(&id, amount * 1000, "") }
                }
            };
            credit.booked = day.map(|d| date!(2026 - 11 - 01).replace_day(d).unwrap());
            if other == 0 {
                credit.amount = Amount::new(credit.amount.value(), Currency::USD);
            }
            credit
        },
    )
}

fn any_orders() -> impl Strategy<Value = Vec<Due>> {
    prop::collection::btree_map(0u64..8, 1i64..5, 0..6)
        .prop_map(|orders| orders.into_iter().map(|(n, a)| due(n, a * 1000)).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn each_order_and_credit_ends_once_and_the_totals_hold(
        orders in any_orders(),
        credits in prop::collection::vec(any_credit(), 0..14),
    ) {
        let run = run(orders.clone(), credits.clone());
        let (mut seen_orders, mut seen_credits) = (BTreeSet::new(), BTreeSet::new());
        for row in &run.rows {
            if let Some(order) = row.order {
                prop_assert!(seen_orders.insert(order));
            }
            for credit in &row.credits {
                prop_assert!(seen_credits.insert(*credit));
            }
            prop_assert!(row.order.is_some() || !row.credits.is_empty());
        }
        prop_assert_eq!((seen_orders.len(), seen_credits.len()), (orders.len(), credits.len()));
        // What is matched adds up to the order, and names it.
        for row in run.of(Outcome::Matched) {
            let order = run.order(row.order.unwrap()).unwrap();
            let mut sum = Amount::vnd(0);
            for credit in row.credits.iter().map(|c| run.credit(*c).unwrap()) {
                sum = match credit.direction {
                    Direction::In => sum.checked_add(&credit.amount).unwrap(),
                    Direction::ReversalOfIn => sum.checked_sub(&credit.amount).unwrap(),
                    Direction::ReversalOfOut => panic!("our own money pays no order"),
                };
                let number = &order.id[3..];
                let by_text = credit.text.contains(&*order.references[0]);
                let by_number = credit.transactions.contains(&format!("T{number}").into());
                prop_assert!(by_text || by_number);
            }
            prop_assert_eq!(sum, order.amount);
        }
        // The lines explain the difference to the đồng, by a count of our own.
        for totals in &run.totals {
            let mut by_hand = (0i64, 0i64);
            for order in orders.iter().filter(|o| o.amount.currency() == totals.currency) {
                by_hand.0 += order.amount.to_i64().unwrap();
            }
            for credit in credits.iter().filter(|c| c.amount.currency() == totals.currency) {
                let value = credit.amount.to_i64().unwrap();
                by_hand.1 += if credit.direction.is_negative() { -value } else { value };
            }
            prop_assert_eq!((totals.ours.to_i64().unwrap(), totals.theirs.to_i64().unwrap()), by_hand);
            let lines: i64 = totals.lines.iter().map(|l| l.difference.to_i64().unwrap()).sum();
            prop_assert_eq!(lines, by_hand.1 - by_hand.0);
        }
    }

    #[test]
    fn the_order_of_the_input_changes_nothing(
        (orders, shuffled_orders) in any_orders().prop_flat_map(|o| (Just(o.clone()), Just(o).prop_shuffle())),
        (credits, shuffled) in prop::collection::vec(any_credit(), 0..14)
            .prop_flat_map(|c| (Just(c.clone()), Just(c).prop_shuffle())),
        cut in 0usize..14,
    ) {
        let once = run(orders, credits);
        let (left, right) = shuffled.split_at(cut.min(shuffled.len()));
        let twice = reconcile(shuffled_orders, vec![statement(right.to_vec()), statement(left.to_vec())]).unwrap();
        prop_assert_eq!(shown(&once), shown(&twice));
        prop_assert_eq!(&once.rows, &twice.rows);
        prop_assert_eq!(&once.credits, &twice.credits);
        prop_assert_eq!(&once.totals, &twice.totals);
    }
}
