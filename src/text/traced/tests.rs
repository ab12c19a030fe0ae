//! Originals of encoded bytes.

use super::super::TextId;
use super::*;

#[test]
fn encoded_bytes_remember_their_original_as_long_as_all_are_there() {
    let span = Span::new(TextId(0), 3..5);
    let mut plain = Traced::new();
    plain.push_same(b"hi", span);
    let gzip = Traced::encoded(Traced::made("\u{1f}gz", span), Layer::Gzip, plain.clone());
    let outer = Traced::encoded(Traced::made("aGk=", span), Layer::Base64, gzip);
    let original = |t: &Traced| t.original(Layer::Base64).and_then(|t| t.original(Layer::Gzip)).cloned();
    assert_eq!(original(&outer), Some(plain));
    assert_eq!(outer.original(Layer::Gzip), None);

    let mut same = Traced::new();
    same.push(&outer);
    same.push(&Traced::new());
    assert!(original(&same).is_some(), "nothing was added");
    assert!(original(&outer.slice(0..outer.len())).is_some(), "the whole is the same");

    let mut more = Traced::made("data: ", span);
    more.push(&outer);
    more.push_made(b"\nx", span);
    assert_eq!(original(&more), None);
    assert_eq!(original(&outer.slice(0..2)), None);
    assert_eq!(original(&more.slice(6..9)), None);
    assert!(original(&more.slice(6..10)).is_some(), "found again in a larger text");
    assert!(original(&more.slice(5..11)).is_some(), "white space around it does not count");

    let step: Arc<str> = "var.a".into();
    let passed = original(&outer.through(span, &step)).unwrap();
    assert_eq!(passed.via().map(|link| Arc::clone(&link.step)), Some(step), "references reach the original");
}

#[test]
fn originals_are_bounded() {
    let span = Span::new(TextId(0), 3..5);
    let mut text = Traced::made("x", span);
    for _ in 0..100 {
        let mut twice = text.clone();
        twice.push(&text);
        text = Traced::encoded(Traced::made("x", span), Layer::Base64, twice);
        assert!(text.remembered() <= MAX_ENCODED && text.original(Layer::Base64).is_some());
    }
}
