//! C source and minified JavaScript, for machines without a tree. Where there is a tree, real files are taken instead.

use std::io::Write;

use crate::corpus::Corpus;
use crate::random::{HEX, LOWER, Random};

const PARTS: &[&str] = &[
    "alloc", "buffer", "cache", "key", "config", "ctx", "device", "entry", "free", "hash", "init", "len",
    "list", "lock", "node", "offset", "page", "parse", "path", "pos", "queue", "read", "ref", "size",
    "state", "token", "update", "write", "auth", "register", "index", "table", "max", "next", "count",
    "flags",
];
const TYPES: &[&str] = &["int", "unsigned long", "size_t", "const char *", "struct device *", "u32", "bool"];
const COMMENTS: &[&str] = &[
    "The caller must hold the lock.",
    "Returns zero on success, a negative error otherwise.",
    "See the description of the layout in the header.",
    "This must not sleep: it is called from interrupt context.",
];

fn name(random: &mut Random) -> String {
    let mut name = random.pick(PARTS).to_owned();
    for _ in 0..random.below(3) {
        name.push('_');
        name.push_str(random.pick(PARTS));
    }
    name
}

/// C: functions, structures, tables and macros with the identifiers, comments and constants that such files have.
#[must_use]
pub fn c_source(size: usize) -> Corpus {
    let mut random = Random::new(0xc0de);
    Corpus::fill("C source", size, |out| {
        let _ = match random.below(8) {
            0 => register_table(&mut random, out),
            1 => digest_table(&mut random, out),
            _ => function(&mut random, out),
        };
    })
}

fn function(random: &mut Random, out: &mut Vec<u8>) -> std::io::Result<()> {
    let (comment, of, called) = (random.pick(COMMENTS), random.pick(TYPES), name(random));
    writeln!(
        out,
        "/*\n * {called} - {comment}\n */\nstatic {of} {called}({} {})\n{{",
        random.pick(TYPES),
        name(random)
    )?;
    for _ in 0..random.between(3, 20) {
        match random.below(5) {
            0 => writeln!(out, "\tif (!{}->{})\n\t\treturn -EINVAL;", name(random), name(random))?,
            1 => writeln!(
                out,
                "\tfor (i = 0; i < {}; i++)\n\t\t{}[i] = 0x{};",
                name(random),
                name(random),
                random.word(HEX, 4)
            )?,
            2 => writeln!(
                out,
                "\t{} = {}({}, {});",
                name(random),
                name(random),
                name(random),
                random.below(4096)
            )?,
            3 => writeln!(out, "\tpr_debug(\"%s: {} %d\\n\", __func__, {});", name(random), name(random))?,
            _ => writeln!(out, "\t{}->{} |= {};", name(random), name(random), name(random).to_uppercase())?,
        }
    }
    writeln!(out, "\treturn 0;\n}}\n")
}

fn register_table(random: &mut Random, out: &mut Vec<u8>) -> std::io::Result<()> {
    for _ in 0..random.between(5, 40) {
        let register = name(random).to_uppercase();
        writeln!(out, "#define {register:<40}\t0x{}", random.word(HEX, 8))?;
    }
    writeln!(out)
}

fn digest_table(random: &mut Random, out: &mut Vec<u8>) -> std::io::Result<()> {
    writeln!(out, "static const char *const {}[] = {{", name(random))?;
    for _ in 0..random.between(2, 8) {
        writeln!(out, "\t\"{}\",", random.word(HEX, 40))?;
    }
    writeln!(out, "}};\n")
}

/// Minified JavaScript: lines of many kilobytes, one-letter names, property chains, strings, numbers and class names.
#[must_use]
pub fn minified_js(size: usize) -> Corpus {
    let mut random = Random::new(0x15_1234);
    let mut column = 0;
    Corpus::fill("minified JS", size, |out| {
        let before = out.len();
        let _ = statement(&mut random, out);
        column += out.len() - before;
        if column > 30_000 {
            out.push(b'\n');
            column = 0;
        }
    })
}

fn statement(random: &mut Random, out: &mut Vec<u8>) -> std::io::Result<()> {
    let (a, b, c) = (random.word(LOWER, 1), random.word(LOWER, 1), random.word(LOWER, 1));
    match random.below(8) {
        0 => write!(out, "function {a}{b}({a},{b},{c}){{return {a}.{}({b},{c})||null}}", camel(random)),
        1 => write!(out, "var {a}={b}({}),{c}={a}.n({b});", random.below(100_000)),
        2 => write!(out, "{a}.prototype.{}=function({b}){{this._{}={b}}};", camel(random), camel(random)),
        3 => write!(
            out,
            "if(\"{}\"===typeof {a}||!{b}.{})throw new Error(\"{} {}\");",
            camel(random),
            camel(random),
            camel(random),
            name(random)
        ),
        4 => write!(
            out,
            "{a}={{{}:!0,{}:{},{}:\"{}\"}};",
            camel(random),
            camel(random),
            random.below(1000),
            camel(random),
            name(random)
        ),
        5 => write!(out, "{a}.{}&&({b}=void 0,{c}+={})?{a}:{b};", camel(random), random.below(64)),
        6 => write!(
            out,
            "e.exports={{\"module\":\"{}__{}--{}\"}};",
            camel(random),
            name(random),
            random.word(LOWER, 5)
        ),
        _ => write!(
            out,
            "for(var {a}=0;{a}<{b}.length;{a}++){c}[{a}]^={b}.charCodeAt({a})<<{};",
            random.below(32)
        ),
    }
}

fn camel(random: &mut Random) -> String {
    let mut camel = random.pick(PARTS).to_owned();
    for _ in 0..random.below(3) {
        let part = random.pick(PARTS);
        camel.push_str(&part[..1].to_uppercase());
        camel.push_str(&part[1..]);
    }
    camel
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c_source_is_lines_and_minified_js_nearly_none() {
        let lines = |corpus: &Corpus| corpus.bytes.iter().filter(|b| **b == b'\n').count();
        assert!(lines(&c_source(1_000_000)) > 20_000);
        assert!((20..40).contains(&lines(&minified_js(1_000_000))));
    }

    #[test]
    fn braces_of_whole_functions_match() {
        let text = String::from_utf8(c_source(100_000).bytes).unwrap();
        let whole = &text[..text.rfind("\n}\n").unwrap() + 3];
        assert_eq!(whole.matches('{').count(), whole.matches('}').count());
    }
}
