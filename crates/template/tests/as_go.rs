//! What templates render is what gitleaks 8.30.1, with Go's `text/template` and sprig, renders of them.

#![allow(clippy::unwrap_used, missing_docs)]

use keysieve_template::{Limits, Record, Template, Value};

/// Templates, and what that program wrote for them where it had three findings.
const CASES: &[(&str, &str)] = &[
    (r"{{ len . }}", r"3"),
    (
        r#"{{ printf "%s|%d|%v|%q|%5d|%-6s|%06d|%x|%X|%t|%c|%U|%%" "a" 3 "b" "q\"x" 42 "ab" -42 "hi" 255 true 65 65 }}"#,
        r#"a|3|b|"q\"x"|   42|ab    |-00042|6869|FF|true|A|U+0041|%"#,
    ),
    (
        r#"{{ printf "%d" "x" }} {{ printf "%s" 3 }} {{ printf "%d" }} {{ printf "a" 1 "b" }} {{ printf "%z" 1 }}"#,
        r"%!d(string=x) %!s(int=3) %!d(MISSING) a%!(EXTRA int=1, string=b) %!z(int=1)",
    ),
    (
        r#"{{ printf "%5.2f|%e|%g|%G|%.3g|%v" 3.14159 12345.678 1e21 1e-7 123456.0 2.50 }}"#,
        r" 3.14|1.234568e+04|1e+21|1E-07|1.23e+05|2.5",
    ),
    (r#"{{ printf "%v %v %v %v" 1e20 1e21 0.00001 123456789.0 }}"#, r"1e+20 1e+21 1e-05 1.23456789e+08"),
    (r#"{{ printf "%v %s %d" (list 1 2) (list "a" "b") (list 1 2) }}"#, r"[1 2] [a b] [1 2]"),
    (
        r#"{{ printf "%v" (dict "a" 1 "b" "x") }} {{ dict "z" 1 "a" (list 1 "q" nil) }}"#,
        r"map[a:1 b:x] map[a:[1 q <nil>] z:1]",
    ),
    (
        r#"{{ print 1 2 "a" "b" 3 4 }}|{{ print "a" 1 }}|{{ println "a" 1 }}|"#,
        r"1 2ab3 4|a1|a 1
|",
    ),
    (
        r#"{{ html "<a href='x'>&\"" }} {{ js "it's <\"x\"> & = \n" }} {{ urlquery "a b&c/d é" }}"#,
        r#"&lt;a href=&#39;x&#39;&gt;&amp;&#34; it\'s \u003C\"x\"\u003E \u0026 \u003D \u000A a+b%26c%2Fd+%C3%A9"#,
    ),
    (
        r#"{{ eq 1 1 }} {{ eq "a" "b" "a" }} {{ ne 1 2 }} {{ lt 1 2 }} {{ le 2 2 }} {{ gt "b" "a" }} {{ ge 1.5 1.5 }}"#,
        r"true true true true true true true",
    ),
    (
        r#"{{ and 1 0 "x" }} {{ or 0 "" "z" "y" }} {{ not 0 }} {{ and true "last" }} {{ or false 0 }}"#,
        r"0 z true last 0",
    ),
    (
        r#"{{ with $x := 5 }}{{ $x }}{{ end }}{{ with "" }}a{{ else }}b{{ end }}{{ with "" }}a{{ else with "q" }}{{ . }}{{ else }}c{{ end }}"#,
        r"5bq",
    ),
    (r"{{ if false }}a{{ else if true }}b{{ else }}c{{ end }}", r"b"),
    (
        r"{{ range list 1 2 3 4 5 }}{{ if eq . 2 }}{{ continue }}{{ end }}{{ if eq . 4 }}{{ break }}{{ end }}{{ . }}{{ else }}none{{ end }}",
        r"13",
    ),
    (r"{{ range list }}x{{ else }}none{{ end }}", r"none"),
    (r#"{{ range $k, $v := dict "b" 2 "a" 1 }}{{ $k }}={{ $v }};{{ end }}"#, r"a=1;b=2;"),
    (r"{{ range $i := 3 }}{{ $i }}{{ end }}{{ range 2 }}x{{ end }}", r"012xx"),
    (
        r#"{{ define "T" }}[{{ . }}]{{ end }}{{ template "T" 5 }}{{ template "T" }}{{ block "B" 7 }}({{ . }}){{ end }}"#,
        r"[5][<no value>](7)",
    ),
    (r"{{/* comment */}}a{{- /* c */ -}}  b", r"ab"),
    (r#"a  {{- " x " -}}   b"#, r"a x b"),
    (r"{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ $y := 3 }}{{ end }}{{ $x }}", r"2"),
    (
        r#"{{ index (list "a" "b") 1 }} {{ index (dict "k" "v") "k" }} {{ index (dict "k" "v") "n" }} {{ index "abc" 1 }}"#,
        r"b v <no value> 98",
    ),
    (r#"{{ len "héllo" }} {{ len (list 1 2) }} {{ len (dict "a" 1) }}"#, r"6 2 1"),
    (r"{{ slice (list 1 2 3 4) 1 3 }}", r"[2 3]"),
    (
        r#"{{ "abc" | quote }} {{ quote "a" 1 nil "b\n" }} {{ squote "a" 2 }}"#,
        r#""abc" "a" "1" "b\n" 'a' '2'"#,
    ),
    (
        r#"{{ upper "abc" }} {{ lower "ABC" }} {{ title "hello wORLD foo-bar it's" }} {{ untitle "Hello World" }}"#,
        r"ABC abc Hello WORLD Foo-Bar It'S hello world",
    ),
    (
        r#"{{ trim "  a " }}|{{ trimAll "$" "$5$" }}|{{ trimSuffix "-" "a-" }}|{{ trimPrefix "-" "-a" }}"#,
        r"a|5|a|a",
    ),
    (
        r#"{{ replace " " "-" "a b c" }} {{ contains "b" "abc" }} {{ hasPrefix "a" "abc" }} {{ hasSuffix "a" "abc" }}"#,
        r"a-b-c true true false",
    ),
    (
        r#"{{ join "," (list "a" 1 nil true) }} {{ join "," "x" }} {{ list "c" "a" "b" | sortAlpha | join "-" }}"#,
        r"a,1,true x a-b-c",
    ),
    (
        r#"{{ $s := split "/" "a/b/c" }}{{ $s._0 }}{{ $s._2 }} {{ splitList "/" "a/b" }} {{ splitList "" "abc" }} {{ $n := splitn "$" 2 "a$b$c" }}{{ $n._1 }}"#,
        r"ac [a b] [a b c] b$c",
    ),
    (
        r#"{{ default "d" "" }} {{ default "d" "x" }} {{ default 5 0 }} {{ "" | default "e" }} {{ default "z" }}"#,
        r"d x 5 e z",
    ),
    (
        r#"{{ empty "" }} {{ empty 0 }} {{ empty (list) }} {{ empty "a" }} {{ coalesce "" 0 "x" "y" }} {{ coalesce 0 "" }}"#,
        r"true true true false x <no value>",
    ),
    (r#"{{ ternary "a" "b" true }} {{ false | ternary "a" "b" }}"#, r"a b"),
    (
        r#"{{ trunc 3 "abcdef" }} {{ trunc -2 "abcdef" }} {{ trunc 10 "abc" }} {{ trunc -10 "abc" }} {{ trunc 0 "abc" }}"#,
        r"abc ef abc abc ",
    ),
    (
        r#"{{ substr 1 3 "abcdef" }} {{ substr 2 -1 "abcdef" }} {{ substr -1 2 "abcdef" }} {{ substr 0 99 "abc" }}"#,
        r"bc cdef ab abc",
    ),
    (r#"{{ abbrev 5 "hello world" }} {{ abbrev 20 "hello" }} {{ abbrev 3 "hello" }}"#, r"he... hello hello"),
    (
        r#"{{ indent 2 "a\nb" }}|{{ nindent 2 "a\n\nb" }}"#,
        r"  a
  b|
  a
  
  b",
    ),
    (
        r#"{{ add 1 2 3 }} {{ sub 5 3 }} {{ mul 2 3 4 }} {{ div 7 2 }} {{ mod 7 3 }} {{ max 1 5 3 }} {{ min 4 2 9 }} {{ add1 4 }} {{ add "5" 2.9 }}"#,
        r"6 2 24 3 1 5 2 5 7",
    ),
    (
        r#"{{ int "12" }} {{ int 3.7 }} {{ int "x" }} {{ int64 "0012" }} {{ float64 "1.5" }} {{ atoi "7" }} {{ int true }} {{ int nil }}"#,
        r"12 3 0 10 1.5 7 1 0",
    ),
    (
        r"{{ floor 1.7 }} {{ ceil 1.2 }} {{ round 1.2345 2 }} {{ round 1.5 0 }} {{ round -1.5 0 }}",
        r"1 2 1.23 2 -2",
    ),
    (
        r#"{{ list 1 "a" 2.5 nil true }} {{ first (list 1 2) }} {{ last (list 1 2) }} {{ rest (list 1 2 3) }} {{ initial (list 1 2 3) }} {{ reverse (list 1 2 3) }}"#,
        r"[1 a 2.5 <nil> true] 1 2 [2 3] [1 2] [3 2 1]",
    ),
    (
        r#"{{ uniq (list 1 1 "a" "a" 2) }} {{ without (list 1 2 3) 2 }} {{ has 2 (list 1 2) }} {{ compact (list 1 "" 0 "a") }}"#,
        r"[1 a 2] [1 3] true [1 a]",
    ),
    (
        r"{{ append (list 1) 2 }} {{ prepend (list 1) 0 }} {{ concat (list 1) (list 2 3) }} {{ until 3 }} {{ untilStep 3 9 2 }} {{ seq 3 }} {{ seq 2 2 8 }}",
        r"[1 2] [0 1] [1 2 3] [0 1 2] [3 5 7] 1 2 3 2 4 6 8",
    ),
    (
        r#"{{ $d := dict "a" 1 }}{{ $_ := set $d "b" 2 }}{{ get $d "b" }}{{ get $d "zz" }}{{ hasKey $d "a" }}{{ $d }}{{ $_ := unset $d "a" }}{{ $d }}"#,
        r"2truemap[a:1 b:2]map[b:2]",
    ),
    (
        r#"{{ keys (dict "a" 1) }} {{ values (dict "a" 1) }} {{ pluck "a" (dict "a" 1) (dict "a" 2) }} {{ pick (dict "a" 1 "b" 2) "a" }} {{ omit (dict "a" 1 "b" 2) "a" }} {{ merge (dict "a" 1) (dict "a" 2 "b" 3) }}"#,
        r"[a] [1] [1 2] map[a:1] map[b:2] map[a:1 b:3]",
    ),
    (
        r#"{{ regexMatch "^[a-z]+$" "abc" }} {{ regexReplaceAll "a(x*)b" "-ab-axxb-" "${1}W" }} {{ regexReplaceAllLiteral "a" "banana" "$1" }} {{ regexFind "[0-9]+" "ab12c" }} {{ regexFindAll "[0-9]" "1a2b3" -1 }} {{ regexFindAll "[0-9]" "1a2b3" 2 }} {{ regexSplit "z+" "pizza" -1 }} {{ regexQuoteMeta "1.2" }}"#,
        r"true -W-xxW- b$1n$1n$1 12 [1 2 3] [1 2] [pi a] 1\.2",
    ),
    (
        r#"{{ b64enc "hi" }} {{ b64dec "aGk=" }} {{ b64dec "!!" }} {{ sha256sum "a" }} {{ sha1sum "a" }}"#,
        r"aGk= hi illegal base64 data at input byte 0 ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb 86f7e437faa5a7fce15d1ddcb9eaeaea377667b8",
    ),
    (
        r#"{{ toJson (dict "a" "<&>" "n" 1.5 "l" (list 1 nil "x\"\n")) }} {{ toRawJson "<&>" }}"#,
        r#"{"a":"\u003c\u0026\u003e","l":[1,null,"x\"\n"],"n":1.5} "<&>""#,
    ),
    (
        r#"{{ toPrettyJson (dict "a" (list 1 2) "b" (dict) "c" (list)) }}"#,
        r#"{
  "a": [
    1,
    2
  ],
  "b": {},
  "c": []
}"#,
    ),
    (r#"{{ (fromJson "{\"a\":[1,2.5,\"x\"]}").a }} {{ fromJson "bad" }}"#, r"[1 2.5 x] <no value>"),
    (
        r"{{ toJson 1e21 }} {{ toJson 1e-7 }} {{ toJson 0.000001 }} {{ toJson 100000000.0 }} {{ toJson 1.0 }}",
        r"1e+21 1e-7 0.000001 100000000 1",
    ),
    (
        r#"{{ toString 5 }} {{ toString 2.5 }} {{ toString true }} {{ toStrings (list 1 "a") }}"#,
        r"5 2.5 true [1 a]",
    ),
    (
        r#"{{ repeat 3 "ab" }} {{ nospace " a b\tc " }} {{ cat "a" 1 nil "b" }} {{ initials "First Try" }} {{ plural "one" "many" 1 }} {{ plural "one" "many" 2 }} {{ wrap 5 "aa bb cc dd" }}"#,
        r"ababab abc a 1 b FT one many aa bb
cc dd",
    ),
    (r"{{ all 1 0 }} {{ any 0 1 }}", r"false true"),
    (
        r#"{{ 0 | date "2006-01-02" | len }} {{ now | date "2006" | len }} {{ now.Year | kindOf }} {{ (now).Format "Jan" | len }}"#,
        r"10 4 int 3",
    ),
    (
        r#"{{ 0x1F }} {{ 1_000 }} {{ 'a' }} {{ 1e3 }} {{ 010 }} {{ -5 }} {{ 1.50 }} {{ true }} {{ `raw\n` }} {{ "\u00e9\t|" }} {{ "\x41\101" }}"#,
        r"31 1000 97 1000 8 -5 1.5 true raw\n é	| AA",
    ),
    (r#"{{ "a" | len | printf "%d-%s" 3 }}"#, r"3-%!s(int=1)"),
    (r"{{ add }} {{ mul 3 }}", r"0 3"),
    (
        r#"{{ printf "%6.2f|%+d|% d|%#x|%-5d|%05.1f|%t" 3.14159 5 5 255 7 2.55 "x" }}"#,
        r"  3.14|+5| 5|0xff|7    |002.5|%!t(string=x)",
    ),
    (r#"{{ printf "%*d|%s|%v" 5 42 true (list "a" (list "b")) }}"#, r"   42|%!s(bool=true)|[a [b]]"),
    (
        r#"{{ printf "%T %T %T" 1 "a" 2.5 }} {{ printf "%q %q" 65 (list "a") }} {{ printf "%o %b %X" 8 5 "hi" }}"#,
        r#"int string float64 'A' ["a"] 10 101 6869"#,
    ),
    (r#"{{ printf "%.2s|%10.3s|%-10s|" "abcdef" "abcdef" "é" }}"#, r"ab|       abc|é         |"),
    (r#"{{ printf "%s" nil }} {{ printf "%d" nil }}"#, r"%!s(<nil>) %!d(<nil>)"),
    (r#"{{ print nil }} {{ print (list nil) }} {{ (dict "a" nil).a }}"#, r"<nil> [<nil>] <no value>"),
    (r"{{ not (list) }} {{ not (dict) }} {{ not nil }} {{ not . }}", r"true true true false"),
    (r#"{{ (list 1 2 | first) }} {{ list "a" "b" | last | upper | printf "%s!" }}"#, r"1 B!"),
    (r"{{ $a := list 1 2 }}{{ range $i, $e := $a }}{{ $i }}{{ $e }}{{ end }}{{ $a }}", r"0112[1 2]"),
    (
        r#"{{ define "rec" }}{{ if gt . 0 }}{{ . }}{{ template "rec" (sub . 1) }}{{ end }}{{ end }}{{ template "rec" 3 }}"#,
        r"321",
    ),
    (r#"{{ define "X" }}{{ $ }}{{ end }}{{ template "X" "d" }}{{ block "Y" . }}{{ len $ }}{{ end }}"#, r"d3"),
    (r#"{{- with (dict "a" (dict "b" 5)) -}}{{ .a.b }}{{ .a.c }}{{ end }}"#, r"5<no value>"),
    (r"{{ quote .  | len | lt 10 }}", r"true"),
    (
        r#"{{ int "0012" }} {{ int "2.0" }} {{ int " 5" }} {{ int "0x1F" }} {{ int "08" }} {{ int64 "2.50" }} {{ add "010" 1 }} {{ int "-3" }} {{ int "2.9" }} {{ int64 "0b11" }} {{ int "1_000" }} {{ int "" }}"#,
        r"10 2 0 31 0 0 9 -3 0 3 1000 0",
    ),
    (
        r#"{{ printf "%v %g %v %v" 1000000.0 123456.0 -0.0001 100000.5 }} {{ 2.5e-5 }} {{ printf "%8.3g|%-8v|%08v|%+v|%x" 1234567.0 1.5 -1.5 2 "é" }}"#,
        r"1e+06 123456 -0.0001 100000.5 2.5e-05 1.23e+06|1.5     |-00001.5|2|c3a9",
    ),
    (r#"{{ round 2.5 0 }} {{ round 0.125 2 }} {{ floor "3.9" }} {{ max 1.9 1 }}"#, r"3 0.13 3 1"),
    (
        r#"{{ b64dec "a" }} {{ b64dec "aG=k" }}"#,
        r"illegal base64 data at input byte 0 illegal base64 data at input byte 2",
    ),
    (
        r#"{{ regexReplaceAll "(?i)(\\w+)@" "Bob@x" "$1!" }} {{ regexMatch "\\d{2}" "a12" }} {{ regexReplaceAll "a" "aé" "é" }}"#,
        r"Bob!x true éé",
    ),
];

fn findings() -> Value {
    let finding = |file: &str, line| {
        let fields =
            vec![("File", Value::text(file)), ("StartLine", Value::Int(line)), ("Link", Value::text(""))];
        Value::record(Record::new("report.Finding", fields).optional(&["Link"]))
    };
    Value::list(vec![finding("a", 1), finding("b", 2), finding("b", 3)]).unwrap()
}

fn render(template: &str) -> Result<String, String> {
    let template = Template::parse("t", template).map_err(|error| error.to_string())?;
    template.render(findings(), 1_795_593_310, Limits::default()).map_err(|error| error.to_string())
}

#[test]
fn templates_render_what_they_do_in_go() {
    for (template, rendered) in CASES {
        assert_eq!(render(template).as_deref(), Ok(*rendered), "{template}");
    }
}

#[test]
fn findings_are_gone_through_and_written_as_json() {
    let template = "{{ range $i, $f := . }}{{ if $i }},{{ end }}{{ .File }}{{ $f.StartLine }}{{ end }} {{ (first .).File }}";
    assert_eq!(render(template).as_deref(), Ok("a1,b2,b3 a"));
    assert_eq!(render("{{ last . | toJson }}").as_deref(), Ok(r#"{"File":"b","StartLine":3}"#));
    let counted =
        "{{ $n := dict }}{{ range . }}{{ $_ := set $n .File (add (get $n .File) 1) }}{{ end }}{{ $n }}";
    assert_eq!(render(counted).as_deref(), Ok("map[a:1 b:2]"));
    assert_eq!(
        render("{{ now | date \"Mon, 02 Jan 2006 15:04:05\" }}").as_deref(),
        Ok("Wed, 25 Nov 2026 07:55:10")
    );
}

#[test]
fn what_is_wrong_is_named_with_its_line() {
    for (template, error) in [
        ("a\n{{ nosuch 1 }}", "t:2: function \"nosuch\" is not supported"),
        (
            "{{ .File |\n env }}",
            "t:2: function \"env\" is refused: a template reaches nothing outside, and gives the same each time",
        ),
        ("{{ range . }}\n{{ .Nope }}{{ end }}", "t:2: cannot evaluate field Nope in type report.Finding"),
        ("\n\n{{ if true }}", "t:3: `if` without its `end`"),
        ("{{ $x }}", "t:1: no variable $x"),
        ("{{ break }}", "t:1: `break` outside of a `range`"),
        ("{{ upper 3 }}", "t:1: upper: wants a string, and is given int"),
        ("{{ upper }}", "t:1: upper: wants 1 arguments, and has 0"),
        ("{{ eq 1 \"a\" }}", "t:1: eq: incompatible types for comparison: int and string"),
        ("{{ template \"no\" }}", "t:1: no template \"no\""),
        ("{{ fail \"so\" }}", "t:1: fail: so"),
        ("{{ \"open }}", "t:1: a text in quotes without its end"),
        ("{{ nil }}", "t:1: nil is not a command"),
    ] {
        assert_eq!(render(template), Err(error.to_owned()), "{template}");
    }
}

#[test]
fn no_template_is_endless() {
    let limits = Limits { steps: 10_000, bytes: 10_000, ..Limits::default() };
    let self_made = "{{ define \"T\" }}{{ template \"T\" . }}{{ end }}{{ template \"T\" . }}";
    let doubled = "{{ $l := list 1 }}{{ range until 64 }}{{ $l = list $l $l }}{{ end }}";
    let in_itself = "{{ $d := dict }}{{ $_ := set $d \"d\" $d }}{{ $d }}";
    for template in [
        "{{ range until 100000 }}{{ end }}",
        "{{ repeat 100000 \"a\" }}",
        "{{ range until 1000 }}0123456789{{ end }}!",
        "{{ printf \"%9999999d\" 1 }}",
        "{{ replace \"\" \"0123456789\" (repeat 2000 \"a\") }}",
        "{{ indent 99999 \"a\" }}",
        "{{ seq 99999 }}",
        self_made,
        doubled,
        in_itself,
    ] {
        let parsed = Template::parse("t", template).unwrap();
        assert!(parsed.render(findings(), 0, limits).is_err(), "{template}");
    }
    let deep = format!("{}{}", "{{ if true }}".repeat(101), "{{ end }}".repeat(101));
    assert!(render(&deep).is_err());
    assert!(render(&format!("{{{{ {}1{} }}}}", "(".repeat(101), ")".repeat(101))).is_err());
}
