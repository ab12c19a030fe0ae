//! The pictures of the README: what the program prints for the example, as SVG. `UPDATE_PICTURES=1 cargo test pictures` draws them.

use std::fmt::Write as _;
use std::path::Path;

use kubelet_lint::testing::Look;

use crate::scanning::{render, scan_in};

/// Background, text, and the colours that the report uses.
struct Theme {
    name: &'static str,
    back: &'static str,
    ink: &'static str,
    colors: [(&'static str, &'static str); 6],
}

const THEMES: [Theme; 2] = [
    Theme {
        name: "light",
        back: "#ffffff",
        ink: "#1f2328",
        colors: [
            ("31", "#b3261e"),
            ("32", "#1a7f37"),
            ("33", "#8a5a00"),
            ("35", "#8250df"),
            ("36", "#0b6080"),
            ("90", "#59636e"),
        ],
    },
    Theme {
        name: "dark",
        back: "#14171a",
        ink: "#e6e9ec",
        colors: [
            ("31", "#ff8a80"),
            ("32", "#7ee787"),
            ("33", "#f2c05c"),
            ("35", "#d2a8ff"),
            ("36", "#7cc7e8"),
            ("90", "#9aa4ae"),
        ],
    },
];

/// Width of the picture, and height of a line, in pixels.
const WIDTH: usize = 690;
const LINE: usize = 18;

fn escaped(text: &str) -> String {
    // Viewers fold ordinary spaces.
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace(' ', "\u{a0}")
}

/// Text with ANSI styles as SVG.
fn svg(title: &str, text: &str, theme: &Theme) -> String {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    let height = (lines.len() + 2) * LINE;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{height}\" viewBox=\"0 0 {w} {height}\" role=\"img\">\n\
         <title>{title}</title>\n<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{back}\" stroke=\"#8b949e\" stroke-opacity=\"0.4\"/>\n\
         <g font-family=\"ui-monospace, SFMono-Regular, Menlo, Consolas, monospace\" font-size=\"14\" fill=\"{ink}\">\n",
        w = WIDTH,
        back = theme.back,
        ink = theme.ink,
    );
    let (mut bold, mut fill) = (false, None);
    for (n, line) in lines.iter().enumerate() {
        write!(out, "<text x=\"{}\" y=\"{}\">", 8, (n + 2) * LINE - 6).unwrap();
        for (m, part) in line.split("\u{1b}[").enumerate() {
            let (codes, shown) = if m == 0 { ("", part) } else { part.split_once('m').unwrap() };
            for code in codes.split(';').filter(|_| m > 0) {
                match code {
                    "" | "0" => (bold, fill) = (false, None),
                    "1" => bold = true,
                    "4" => {}
                    code => {
                        // Dim text is grey.
                        let code = if code == "2" { "90" } else { code };
                        let known = theme.colors.iter().find(|(c, _)| *c == code);
                        fill = Some(known.unwrap_or_else(|| panic!("the picture has no colour for {code}")).1);
                    }
                }
            }
            if shown.is_empty() {
                continue;
            }
            let weight = if bold { " font-weight=\"bold\"" } else { "" };
            let fill = fill.map(|f| format!(" fill=\"{f}\"")).unwrap_or_default();
            write!(out, "<tspan{weight}{fill}>{}</tspan>", escaped(shown)).unwrap();
        }
        out.push_str("</text>\n");
    }
    out + "</g>\n</svg>\n"
}

#[test]
fn pictures_show_what_the_program_prints() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).canonicalize().unwrap();
    let look = Look { color: true, ..Look::plain(&root) };
    let printed = render("human", &scan_in(&root, &["testdata/demo/terraform"]), &look);
    for theme in &THEMES {
        let path = root.join(format!("docs/finding-{}.svg", theme.name));
        let drawn = svg("kubelet-lint check testdata/demo/terraform", &printed, theme);
        if std::env::var_os("UPDATE_PICTURES").is_some() {
            std::fs::write(&path, &drawn).unwrap();
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(kept == drawn, "{} is out of date: run `UPDATE_PICTURES=1 cargo test pictures`", path.display());
    }
}
