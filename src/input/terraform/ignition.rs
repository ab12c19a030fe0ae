//! Data sources that make a configuration of Ignition piece by piece. Source: `ignition/data_source_ignition_*.go` in
//! community-terraform-providers/terraform-provider-ignition.

use crate::syntax::hcl::{Block, Body};
use crate::text::{Span, Traced};
use crate::value::{Guard, Kind};

use super::engine::Engine;
use super::lang::env::Env;
use super::lang::functions::encoding::json_text;
use super::lang::outcome::{Outcome, Refused};
use super::lang::template::{Ways, text_value, ways_of};

/// Attributes, and the keys of Ignition that they become.
type Keys = &'static [(&'static str, &'static str)];

/// Text in pieces that have alternatives.
struct Pieces {
    parts: Vec<Ways>,
    at: Span,
}

impl Pieces {
    fn made(&mut self, text: &str) {
        self.parts.push(vec![(Guard::always(), Traced::made(text, self.at))]);
    }
}

impl Engine<'_, '_> {
    /// `rendered` of `ignition_file`, `ignition_systemd_unit` or `ignition_config`: JSON, in which what Terraform leaves out is missing.
    pub(super) fn ignition(&mut self, block: &Block, own: &Env, at: Span) -> Outcome {
        let (body, at_block) = (&block.body, block.header);
        let mut out = Pieces { parts: Vec::new(), at: at_block };
        match block.label(0) {
            "ignition_file" => {
                out.made("{\"\":0");
                self.keys(&mut out, body, own, &[("path", "path"), ("mode", "mode")])?;
                out.made(",\"contents\":{\"\":0");
                for (kind, keys) in [("content", &[("content", "inline")]), ("source", &[("source", "source")])] {
                    self.blocks(&mut out, body, own, (kind, "", ""), keys)?;
                }
                out.made("}}");
            }
            "ignition_systemd_unit" => {
                out.made("{\"\":0");
                self.keys(&mut out, body, own, &[("name", "name"), ("mask", "mask"), ("content", "contents")])?;
                out.made(",\"dropins\":[null");
                let keys = &[("name", "name"), ("content", "contents")];
                self.blocks(&mut out, body, own, ("dropin", ",{\"\":0", "}"), keys)?;
                out.made("]}");
            }
            _ => {
                let source: Keys = &[("source", "source")];
                out.made("{\"ignition\":{\"version\":\"3.4.0\",\"config\":{\"\":0");
                self.blocks(&mut out, body, own, ("replace", ",\"replace\":{\"\":0", "}"), source)?;
                out.made(",\"merge\":[null");
                for kind in ["append", "merge"] {
                    self.blocks(&mut out, body, own, (kind, ",{\"\":0", "}"), source)?;
                }
                out.made("]}},\"storage\":{\"files\":[null");
                self.rendered(&mut out, body, own, "files")?;
                out.made("]},\"systemd\":{\"units\":[null");
                self.rendered(&mut out, body, own, "systemd")?;
                out.made("]}}");
            }
        }
        Ok(text_value(self.lang().put_together(out.parts, &Traced::new(), at_block), at))
    }

    /// The attributes that are set.
    fn keys(&mut self, out: &mut Pieces, body: &Body, own: &Env, keys: Keys) -> Result<(), Refused> {
        for (name, key) in keys {
            let value = self.argument(body, name, own, out.at)?;
            let ways = value.alternatives().into_iter().map(|(guard, value)| {
                let mut text = Traced::new();
                if !value.is_null() {
                    text.push_made(format!(",\"{key}\":").as_bytes(), out.at);
                    text.push(&json_text(&value));
                }
                (guard, text)
            });
            out.parts.push(ways.collect());
        }
        Ok(())
    }

    /// The nested blocks of a kind, each between two texts.
    fn blocks(
        &mut self,
        out: &mut Pieces,
        body: &Body,
        own: &Env,
        (kind, before, after): (&str, &str, &str),
        keys: Keys,
    ) -> Result<(), Refused> {
        let mut ways = Ways::new();
        for (guard, nested) in self.nested(body, kind, own) {
            let mut inner = Pieces { parts: Vec::new(), at: out.at };
            for (env, block) in &nested.blocks {
                inner.made(before);
                self.keys(&mut inner, block, env, keys)?;
                inner.made(after);
            }
            if let Some(why) = nested.open {
                inner.parts.push(vec![(Guard::always(), Traced::unknown(out.at, why))]);
            }
            let texts = self.lang().put_together(inner.parts, &Traced::new(), out.at);
            ways.extend(texts.into_iter().filter_map(|(when, text)| Some((guard.and(&when)?, text))));
        }
        out.parts.push(ways);
        Ok(())
    }

    /// A list of what other data sources have rendered; empty ones are left out.
    fn rendered(&mut self, out: &mut Pieces, body: &Body, own: &Env, name: &str) -> Result<(), Refused> {
        let list = self.argument(body, name, own, out.at)?;
        let mut ways = Ways::new();
        for (guard, list) in list.alternatives() {
            let mut parts = Vec::new();
            match &list.kind {
                Kind::Null => {}
                Kind::Unknown(why) => parts.push(vec![(Guard::always(), Traced::unknown(list.at, why.clone()))]),
                _ => {
                    for item in list.items().iter().filter(|item| !item.is_null()) {
                        let texts = ways_of(item)?.into_iter().map(|(when, text)| {
                            let mut piece = Traced::new();
                            if !text.is_empty() {
                                piece.push_made(b",", out.at);
                                piece.push(&text);
                            }
                            (when, piece)
                        });
                        parts.push(texts.collect());
                    }
                }
            }
            let texts = self.lang().put_together(parts, &Traced::new(), out.at);
            ways.extend(texts.into_iter().filter_map(|(when, text)| Some((guard.and(&when)?, text))));
        }
        out.parts.push(ways);
        Ok(())
    }
}
