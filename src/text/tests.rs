use std::sync::Arc;

use proptest::prelude::*;

use super::*;

/// One step of building texts. Its operands are picked by number among all existing values.
#[derive(Clone, Debug)]
enum Op {
    Take(usize, usize, usize),
    Slice(usize, usize, usize),
    Push(usize, usize),
    Join(usize, usize, usize),
    Replace(usize, Vec<u8>, usize),
    Split(usize, Vec<u8>),
    Made(usize, Vec<u8>),
    Unknown(usize),
    Through(usize),
    Escape(usize, usize),
    Text(usize),
}

fn op() -> impl Strategy<Value = Op> {
    let n = 0usize..64;
    let bytes = prop::collection::vec(prop::sample::select(b"ab\n".to_vec()), 0..3);
    prop_oneof![
        4 => (n.clone(), n.clone(), n.clone()).prop_map(|(a, b, c)| Op::Take(a, b, c)),
        2 => (n.clone(), n.clone(), n.clone()).prop_map(|(a, b, c)| Op::Slice(a, b, c)),
        3 => (n.clone(), n.clone()).prop_map(|(a, b)| Op::Push(a, b)),
        1 => (n.clone(), n.clone(), n.clone()).prop_map(|(a, b, c)| Op::Join(a, b, c)),
        2 => (n.clone(), bytes.clone(), n.clone()).prop_map(|(a, b, c)| Op::Replace(a, b, c)),
        1 => (n.clone(), bytes.clone()).prop_map(|(a, b)| Op::Split(a, b)),
        1 => (n.clone(), bytes).prop_map(|(a, b)| Op::Made(a, b)),
        1 => n.clone().prop_map(Op::Unknown),
        1 => n.clone().prop_map(Op::Through),
        1 => (n.clone(), n.clone()).prop_map(|(a, b)| Op::Escape(a, b)),
        2 => n.prop_map(Op::Text),
    ]
}

struct World {
    texts: Texts,
    ids: Vec<TextId>,
    values: Vec<Traced>,
}

impl World {
    fn new() -> Self {
        let mut texts = Texts::new();
        let ids = ["ab\r\nbaé\n", "", "\u{feff}bbaab"]
            .iter()
            .map(|text| texts.add_source(Arc::new(Source::new("/f", text.as_bytes()))))
            .collect();
        Self { texts, ids, values: vec![Traced::new()] }
    }

    fn value(&self, n: usize) -> Traced {
        self.values[n % self.values.len()].clone()
    }

    fn id(&self, n: usize) -> TextId {
        self.ids[n % self.ids.len()]
    }

    fn span(&self, n: usize) -> Span {
        let id = self.id(n);
        let len = self.texts.get(id).bytes.len();
        Span::new(id, n % (len + 1)..len)
    }

    fn run(&mut self, op: &Op) {
        let made = match op {
            Op::Take(id, a, b) => self.texts.view(self.id(*id)).traced(*a % 16..*b % 16),
            Op::Slice(v, a, b) => {
                let value = self.value(*v);
                let (a, b) = (*a % 16, *b % 16);
                let part = value.slice(a..b);
                let end = b.min(value.len());
                assert_eq!(part.bytes(), value.bytes().get(a..end).unwrap_or_default());
                part
            }
            Op::Push(a, b) => {
                let mut value = self.value(*a);
                value.push(&self.value(*b));
                value
            }
            Op::Join(a, b, c) => Traced::join(&[self.value(*a), self.value(*b)], &self.value(*c)),
            Op::Replace(v, needle, with) => {
                let (value, with) = (self.value(*v), self.value(*with));
                let out = value.replace(needle, &with);
                if let (Some(text), Ok(needle), Some(with), false) =
                    (value.as_str(), std::str::from_utf8(needle), with.as_str(), needle.is_empty())
                {
                    assert_eq!(out.as_str(), Some(text.replace(needle, with).as_str()));
                }
                out
            }
            Op::Split(v, sep) => {
                let value = self.value(*v);
                let parts = value.split(sep);
                let joined: Vec<_> = parts.iter().map(Traced::bytes).collect();
                assert_eq!(joined.join(&sep[..]), value.bytes());
                parts[parts.len() - 1].clone()
            }
            Op::Made(n, bytes) => Traced::made(bytes.clone(), self.span(*n)),
            Op::Unknown(n) => Traced::unknown(self.span(*n), Why::Secret),
            Op::Through(v) => self.value(*v).through(self.span(*v), &"x".into()),
            Op::Escape(id, at) => {
                let mut out = Traced::new();
                let view = self.texts.view(self.id(*id));
                let at = (*at).min(view.bytes.len());
                view.push_escape(&mut out, b"e", at..(at + 2).min(view.bytes.len()));
                out
            }
            Op::Text(v) => {
                let at = self.span(*v);
                let id = self.texts.add_made("step", &self.value(*v), at);
                self.ids.push(id);
                return;
            }
        };
        // Growth by pushing values onto themselves is exponential.
        if made.len() < 200 {
            self.values.push(made);
        }
    }
}

proptest! {
    #[test]
    fn operations_keep_the_map(ops in prop::collection::vec(op(), 1..40)) {
        let mut world = World::new();
        for op in &ops {
            world.run(op);
        }
        for value in &world.values {
            let mut last = 0;
            for (range, piece) in value.ranges() {
                prop_assert!(piece.end > last, "ends rise");
                last = piece.end;
                if let Whence::Same(span) = piece.whence {
                    prop_assert_eq!(&value.bytes()[range], world.texts.slice(span));
                }
            }
            prop_assert_eq!(last as usize, value.len());
            // Adjacent pieces are merged fully, and slices that are joined again merge.
            let half = value.len() / 2;
            let mut again = value.slice(0..half);
            again.push(&value.slice(half..value.len()));
            prop_assert_eq!(again.bytes(), value.bytes());
            prop_assert_eq!(again.has_unknown(), value.has_unknown());
            if let Some(trail) = world.texts.trail_of(value) {
                let end = trail.origin();
                prop_assert!(matches!(world.texts.get(end.text).origin, Origin::Source(_)));
                prop_assert!(end.range().end <= world.texts.get(end.text).bytes.len());
            } else {
                prop_assert!(value.is_empty());
            }
        }
        for id in &world.ids {
            let len = world.texts.get(*id).bytes.len();
            for start in 0..=len {
                let trail = world.texts.trail(Span::new(*id, start..len.min(start + 3)));
                prop_assert!(matches!(world.texts.get(trail.origin().text).origin, Origin::Source(_)));
            }
        }
    }

    #[test]
    fn an_unknown_byte_stays_unknown(ops in prop::collection::vec(op(), 1..40)) {
        let mut world = World::new();
        for op in &ops {
            world.run(op);
        }
        let values = world.values.clone();
        for value in values {
            let at = world.span(0);
            let id = world.texts.add_made("step", &value, at);
            let read = world.texts.view(id).traced(0..value.len());
            let unknown = |v: &Traced| -> Vec<_> { v.unknowns().flat_map(|(r, ..)| r).collect() };
            prop_assert_eq!(unknown(&read), unknown(&value));
            prop_assert_eq!(read.bytes(), value.bytes());
        }
    }
}

#[test]
fn adjacent_pieces_of_one_value_merge() {
    let mut texts = Texts::new();
    let id = texts.add_source(Arc::new(Source::new("/f", b"0123456789".as_slice())));
    let view = texts.view(id);
    let mut value = view.traced(2..4);
    value.push(&view.traced(4..7));
    assert_eq!(value.pieces().len(), 1);
    assert_eq!(value.span(), Some(Span::new(id, 2..7)));
}

#[test]
fn points_count_characters() {
    let source = Source::new("/f", "\u{feff}é😀x\r\ny\rz".as_bytes());
    let at = |offset| {
        let point = source.point(offset);
        (point.line, point.column, point.utf16)
    };
    assert_eq!([at(3), at(9), at(12), at(14), at(99)], [(1, 1, 1), (1, 3, 4), (2, 1, 1), (3, 1, 1), (3, 2, 2)]);
    assert_eq!(source.line(0), "\u{feff}é😀x".as_bytes());
    let empty = Source::new("/f", b"".as_slice());
    assert_eq!((empty.point(5).line, empty.line(0), empty.line(7)), (1, b"".as_slice(), b"".as_slice()));
}

#[test]
fn a_copy_stays_as_it_was() {
    let world = World::new();
    let at = Span::new(world.ids[0], 0..2);
    let mut text = Traced::made("a", at);
    let copy = text.clone();
    text.push_made(b"b", at);
    assert_eq!((copy.bytes(), text.bytes()), (&b"a"[..], &b"ab"[..]));
    let passed = copy.through(at, &"var.x".into());
    assert!(copy.via().is_none() && passed.via().is_some());
}
